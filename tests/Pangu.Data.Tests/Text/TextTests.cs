using Pangu.Core;

namespace Pangu.Data.Tests.Text;

public sealed class TextTests
{
    [Fact]
    public void Of_TinyShakespearesLength_IsDividedAsNanoGptDoes()
    {
        var splits = TextSplits.Of(1_115_394, 0.9, 0.1, "text");

        Assert.Equal(new TextRange(0, 1_003_854), splits.Train);
        Assert.Equal(new TextRange(1_003_854, 1_115_394), splits.Validation);
    }

    [Fact]
    public void Of_Counts_TakesThem() => Assert.Equal(new TextRange(700, 900), TextSplits.Of(1000, 700, 200, "text").Validation);

    [Theory]
    [InlineData(0.9, 0.2)]
    [InlineData(900, 200)]
    [InlineData(0, 0.1)]
    [InlineData(10.5, 0.1)]
    [InlineData(0.9, double.NaN)]
    public void Of_PartsThatDoNotFit_IsAnError(double train, double validation) =>
        Assert.Equal(ErrorKind.Usage, Assert.Throws<PanguException>(() => TextSplits.Of(1000, train, validation, "text")).Kind);

    [Fact]
    public void Of_Separator_EndsTheDocumentBeforeIt()
    {
        var text = TokenText.Of("ab|c||d", "|", piece => [.. piece.Select(letter => (int)letter)]);

        Assert.Equal("ab|c||d", string.Concat(text.Ids.Select(id => (char)id)));
        Assert.Equal([3, 5, 6], text.DocumentStarts);
        Assert.Equal(3, text.NextStart(0));
        Assert.Equal(5, text.NextStart(3));
        Assert.Equal(7, text.NextStart(6));
    }

    [Theory]
    [InlineData(TextOrder.Anywhere)]
    [InlineData(TextOrder.Shuffled)]
    public void Get_AnyPlace_IsAWindowAndItsSuccessorAndAPureFunctionOfThePlace(TextOrder order)
    {
        var text = new TokenText([.. Enumerable.Range(0, 500)], []);
        var batches = Batches(text, order);
        var again = Batches(text, order);
        again.Get(7, 1);

        foreach (var (draw, micro) in new[] { (5L, 0), (5L, 1), (40L, 1), (0L, 0) })
        {
            var batch = batches.Get(draw, micro);
            Assert.Equal(batch.Ids.Select(id => id + 1), batch.Targets);
            Assert.All(batch.Ids.Chunk(8), row => Assert.Equal(Enumerable.Range((int)row[0], 8).Select(id => (long)id), row));
            Assert.All(batch.Ids, id => Assert.InRange(id, 20, 478));
            Assert.All(batch.Weights, weight => Assert.Equal(1, weight));
            Assert.Equal(batch.Ids, again.Get(draw, micro).Ids);
        }
    }

    /// <summary>Windows of one epoch lie side by side and all differ; the next epoch is cut elsewhere.</summary>
    [Fact]
    public void Get_Shuffled_ShowsEveryWindowOnceBeforeAnyTwice()
    {
        var batches = Batches(new TokenText([.. Enumerable.Range(0, 500)], []), TextOrder.Shuffled);
        var windows = (460 - 8) / 8;
        var starts = Enumerable.Range(0, 40).SelectMany(draw => Enumerable.Range(0, 2).SelectMany(micro => batches.Get(draw, micro).Ids.Chunk(8).Select(row => (int)row[0]).ToList())).ToList();

        Assert.Equal(windows, starts.Take(windows).Distinct().Count());
        Assert.Single(starts.Take(windows).Select(start => start % 8).Distinct());
        Assert.Equal(windows, starts.Skip(windows).Take(windows).Distinct().Count());
    }

    /// <summary>The first places have shorter windows; every place is a pure function of itself, whichever came before.</summary>
    [Theory]
    [InlineData(TextOrder.Anywhere)]
    [InlineData(TextOrder.Shuffled)]
    public void Get_ShortWindowsAtFirst_GivesThemThenWholeOnes(TextOrder order)
    {
        SampledText Make() => new(new TokenPart(new TokenText([.. Enumerable.Range(0, 500)], []), 20, 480), new TokenBatchShape(2, 8), new TextSampling(order) { Short = new ShortWindows(4, 10) }, new Seeds(4));
        var batches = Make();

        Assert.Equal(4, batches.Get(9, 0).Shape.Positions);
        Assert.Equal(8, batches.Get(10, 0).Shape.Positions);
        foreach (var draw in new[] { 3L, 12L, 9L, 10L })
        {
            var batch = batches.Get(draw, 0);
            Assert.Equal(batch.Ids.Select(id => id + 1), batch.Targets);
            Assert.Equal(Make().Get(draw, 0).Ids, batch.Ids);
        }
    }

    [Fact]
    public void Get_WindowOverDocuments_AsksNothingAcrossTheirBorder()
    {
        var starts = Enumerable.Range(1, 99).Select(document => document * 5).ToList();
        var batch = Batches(new TokenText([.. Enumerable.Range(0, 500)], starts), TextOrder.Anywhere).Get(3, 0);

        Assert.True(batch.IsPacked);
        for (var i = 0; i < batch.Ids.Length; i++)
        {
            Assert.Equal(batch.Targets[i] % 5 == 0 ? 0 : 1, batch.Weights[i]);
            Assert.True(i % 8 == 0 || batch.DocumentStarts[i] == (batch.Ids[i] % 5 == 0));
        }
    }

    [Fact]
    public void Constructor_TextShorterThanAWindow_IsAnError() =>
        Assert.Equal(ErrorKind.Usage, Assert.Throws<PanguException>(() => new SampledText(new TokenPart(new TokenText(new int[8], [])), new TokenBatchShape(2, 8), new TextSampling(TextOrder.Anywhere), new Seeds(1))).Kind);

    [Theory]
    [InlineData(TextOrder.Anywhere)]
    [InlineData(TextOrder.Shuffled)]
    public void Get_TextOfOneWindow_GivesIt(TextOrder order)
    {
        var batches = new SampledText(new TokenPart(new TokenText([0, 1, 2, 3, 4], [])), new TokenBatchShape(2, 4), new TextSampling(order), new Seeds(1));

        Assert.Equal([1, 2, 3, 4, 1, 2, 3, 4], batches.Get(11, 0).Targets);
    }

    private static SampledText Batches(TokenText text, TextOrder order) =>
        new(new TokenPart(text, 20, 480), new TokenBatchShape(3, 8), new TextSampling(order, 2), new Seeds(4));
}
