using Pangu.Core;
using Pangu.Numerics;

namespace Pangu.Numerics.Tests.Attention;

[Trait("Category", "Kernel")]
public sealed class AttentionTests
{
    [Fact]
    public void Run_EveryLengthUpTo130_EqualsTheReference()
    {
        for (var tokens = 1; tokens <= 130; tokens += tokens < 50 ? 1 : 9)
        {
            Check(tokens, new AttentionShape(2, 2, 16, 0.25f, tokens % 3 == 0, tokens % 2 == 0 ? 5 : 0));
        }
    }

    [Theory]
    [InlineData(4, 1, 8)]
    [InlineData(6, 2, 5)]
    [InlineData(3, 3, 1)]
    [InlineData(2, 1, 33)]
    [InlineData(1, 1, 48)]
    [InlineData(2, 2, 64)]
    public void Run_AnyHeads_EqualsTheReference(int queryHeads, int keyValueHeads, int headWidth)
    {
        foreach (var tokens in (int[])[1, 2, 17, 38, 49])
        {
            Check(tokens, new AttentionShape(queryHeads, keyValueHeads, headWidth, 1 / MathF.Sqrt(headWidth), false, 0));
            Check(tokens, new AttentionShape(queryHeads, keyValueHeads, headWidth, 0.3f, true, 0));
            Check(tokens, new AttentionShape(queryHeads, keyValueHeads, headWidth, 0.3f, true, 3));
        }
    }

    [Fact]
    public void Run_TokensApart_EqualsTokensTogether()
    {
        var shape = new AttentionShape(2, 1, 12, 0.3f, false, 0);
        var rows = Numbers.Gaussian(9 * 48, 1);
        var apart = new float[9 * 100];
        for (var token = 0; token < 9; token++)
        {
            rows.AsSpan(token * 48, 48).CopyTo(apart.AsSpan(token * 100));
        }

        var scratch = new float[ShortAttention.ScratchLength(9, shape)];
        var (together, result) = (new float[9 * 24], new float[9 * 70]);
        ShortAttention.Run(rows, 48, 9, shape, together, 24, scratch);
        ShortAttention.Run(apart, 100, 9, shape, result, 70, scratch);

        for (var token = 0; token < 9; token++)
        {
            Assert.Equal(together[(token * 24)..((token + 1) * 24)], result[(token * 70)..((token * 70) + 24)]);
            Assert.All(result[((token * 70) + 24)..((token + 1) * 70)], number => Assert.Equal(0, number));
        }
    }

    [Fact]
    public void Run_LaterTokenChanged_LeavesEarlierResultsAlone()
    {
        var shape = new AttentionShape(2, 2, 16, 0.25f, true, 0);
        var rows = Numbers.Gaussian(20 * 96, 1);
        var scratch = new float[ShortAttention.ScratchLength(20, shape)];
        var (before, after) = (new float[20 * 32], new float[20 * 32]);
        ShortAttention.Run(rows, 96, 20, shape, before, 32, scratch);
        rows[(11 * 96) + 40] += 1;
        ShortAttention.Run(rows, 96, 20, shape, after, 32, scratch);

        Assert.Equal(before[..(11 * 32)], after[..(11 * 32)]);
        Assert.NotEqual(before[(11 * 32)..], after[(11 * 32)..]);
    }

    [Fact]
    public void Run_SizesThatDoNotFit_AreRefused()
    {
        var shape = new AttentionShape(1, 1, 4, 1, false, 0);
        Assert.Throws<ArgumentException>(() => ShortAttention.Run(new float[35], 12, 3, shape, new float[12], 4, new float[10_000]));
        Assert.Throws<ArgumentException>(() => ShortAttention.Run(new float[36], 12, 3, shape, new float[11], 4, new float[10_000]));
        Assert.Throws<ArgumentException>(() => ShortAttention.Run(new float[36], 12, 3, shape, new float[12], 4, new float[10]));
    }

    [Theory]
    [InlineData(2, 2)]
    [InlineData(6, 4)]
    [InlineData(8, 8)]
    [InlineData(40, 32)]
    [InlineData(64, 62)]
    [InlineData(128, 128)]
    public void Turn_AnyWidth_EqualsTheReference(int headWidth, int width)
    {
        var table = new RotaryTable(50, new Rotary { Width = width }.Frequencies());
        foreach (var position in (int[])[0, 1, 17, 49])
        {
            var numbers = Numbers.Gaussian(3 * headWidth, 5);
            var memory = Numbers.Offset(numbers, 3);
            table.Turn(memory.Span, headWidth, position);
            for (var head = 0; head < 3; head++)
            {
                var expected = Numbers.Doubles(numbers)[(head * headWidth)..((head + 1) * headWidth)];
                AttentionReference.Turn<double>(expected, width, position, 10_000);
                Assert.All(Enumerable.Range(0, headWidth), i => Numbers.AssertClose(expected[i], memory.Span[(head * headWidth) + i], 1e-6, $"head {head}, number {i}, position {position}"));
            }
        }
    }

    private static void Check(int tokens, AttentionShape shape)
    {
        var width = shape.HeadWidth * (shape.QueryHeads + (2 * shape.KeyValueHeads));
        var rows = Numbers.Gaussian(tokens * width, (ulong)tokens);
        var outputWidth = shape.QueryHeads * shape.HeadWidth;
        var output = Numbers.Offset(new float[tokens * outputWidth], 5);
        var scratch = Numbers.Offset(new float[ShortAttention.ScratchLength(tokens, shape)], 1);

        ShortAttention.Run(Numbers.Offset(rows, 3).Span, width, tokens, shape, output.Span, outputWidth, scratch.Span);

        var expected = AttentionReference.Run<double>(Numbers.Doubles(rows), tokens, shape);
        for (var i = 0; i < expected.Length; i++)
        {
            Numbers.AssertClose(expected[i], output.Span[i], 5e-6, $"{tokens} tokens, {shape}, number {i}");
        }

        // The last tokens alone: the same bits.
        var first = tokens / 3;
        var last = new float[(tokens - first) * outputWidth];
        ShortAttention.Run(rows, width, tokens, first, shape, last, outputWidth, scratch.Span);
        Assert.Equal(output.Span[(first * outputWidth)..].ToArray(), last);
    }
}
