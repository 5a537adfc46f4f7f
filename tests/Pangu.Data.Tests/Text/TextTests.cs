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

    /// <summary>One pass over everything, the rest over the end of the text: whole windows last, before them the short ones of what those leave.</summary>
    [Theory]
    [InlineData(0, 56)] // A pass: 56 windows of 8.
    [InlineData(0, 100)]
    [InlineData(120, 20)]
    [InlineData(130, 20)] // More short windows are left than the end has room for: the first of them are shuffled as before.
    [InlineData(10, 100)]
    public void Get_Recent_ShowsTheEndInTheLastPass(int shortDraws, int wholeDraws)
    {
        const int From = 20, To = 480, Long = 8, Short = 4;
        var draws = shortDraws + wholeDraws;
        SampledText Make() => new(
            new TokenPart(new TokenText([.. Enumerable.Range(0, 500)], []), From, To), new TokenBatchShape(1, Long), new TextSampling(TextOrder.Recent) { Draws = draws, Short = shortDraws > 0 ? new ShortWindows(Short, shortDraws) : null }, new Seeds(4));
        var batches = Make();
        var windows = Enumerable.Range(0, draws).Select(draw => batches.Get(draw, 0).Ids.Select(id => (int)id).ToArray()).ToList();

        Assert.All(windows, (window, draw) =>
        {
            Assert.Equal(draw < shortDraws ? Short : Long, window.Length);
            Assert.InRange(window[0], From, To - 1 - window.Length);
        });
        var whole = wholeDraws % 56;
        var shorts = whole < wholeDraws ? 0 : Math.Min(shortDraws % 114, ((459 / Long) - whole) * 2);
        var recent = windows.Skip(shortDraws - shorts).Take(shorts).Concat(windows.TakeLast(whole)).SelectMany(window => window).ToList();
        Assert.Equal(recent.Count, recent.Distinct().Count());
        Assert.All(recent, id => Assert.InRange(id, To - 1 - (Long * (whole + ((shorts + 1) / 2))), To - 2));
        Assert.True(whole == 0 || recent.Contains(To - 2) || shorts % 2 == 1);
        Assert.Equal(Make().Get(draws - 1, 0).Ids, batches.Get(draws - 1, 0).Ids);
        Assert.Equal(Long, Make().Get(draws + 3, 0).Shape.Positions);
    }

    [Fact]
    public void Constructor_RecentWithoutDraws_IsAnError() =>
        Assert.Equal("text-draws", Assert.Throws<PanguException>(() => new SampledText(new TokenPart(new TokenText(new int[80], [])), new TokenBatchShape(2, 8), new TextSampling(TextOrder.Recent), new Seeds(1))).Code);

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
