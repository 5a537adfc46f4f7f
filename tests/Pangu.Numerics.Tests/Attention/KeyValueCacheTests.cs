namespace Pangu.Numerics.Tests.Attention;

[Trait("Category", "Kernel")]
public sealed class KeyValueCacheTests
{
    [Theory]
    [InlineData(2, 2, 16, 0)]
    [InlineData(4, 1, 8, 0)]
    [InlineData(6, 2, 5, 0)]
    [InlineData(3, 3, 1, 7)]
    [InlineData(2, 1, 33, 5)]
    [InlineData(1, 1, 48, 32)]
    [InlineData(8, 2, 64, 40)]
    public void Attend_TokensInPieces_EqualsTheReference(int queryHeads, int keyValueHeads, int headWidth, int window)
    {
        var shape = new AttentionShape(queryHeads, keyValueHeads, headWidth, 0.3f, true, window);
        foreach (var pieces in (int[][])[[1, 1, 1, 1], [170], [3, 60, 1, 1, 64, 1, 50, 2], [31, 1, 1, 31, 1, 90, 5]])
        {
            var tokens = pieces.Sum();
            Check(shape, pieces, new KeyValueCache(shape, tokens, pieces.Max()));
        }
    }

    [Fact]
    public void Attend_OneByOne_EqualsTheReferenceAtEveryLength()
    {
        var shape = new AttentionShape(4, 2, 16, 0.25f, true, 0);
        Check(shape, [.. Enumerable.Repeat(1, 140)], new KeyValueCache(shape, 140, 1));
    }

    [Fact]
    public void Add_AWindow_KeepsLittleMoreThanTheWindowForAnyLength()
    {
        var shape = new AttentionShape(2, 1, 8, 0.4f, true, 24);
        var cache = new KeyValueCache(shape, 5_000, 4);
        Assert.True(cache.Capacity < 128, $"The cache holds {cache.Capacity} tokens.");
        Check(shape, [.. Enumerable.Range(0, 300).Select(i => 1 + (i % 4))], cache);
    }

    [Fact]
    public void Clear_ASecondSequence_SeesNothingOfTheFirst()
    {
        var shape = new AttentionShape(2, 2, 16, 0.25f, true, 0);
        var cache = new KeyValueCache(shape, 100, 100);
        Check(shape, [90], cache);
        cache.Clear();
        Check(shape, [5, 1, 40], cache);
    }

    [Fact]
    public void Attend_OnlyTheLastTokens_GivesThoseOfAll()
    {
        var shape = new AttentionShape(4, 2, 16, 0.25f, true, 0);
        var rows = Numbers.Gaussian(70 * 128, 1);
        var (all, last) = (new float[70 * 64], new float[3 * 64]);
        var cache = new KeyValueCache(shape, 70, 70);
        var scratch = new float[KeyValueCache.ScratchLength(shape, 70, 70)];
        cache.Add(rows.AsSpan(64), 128, 70);
        cache.Attend(rows, 128, 70, all, 64, scratch);
        cache.Attend(rows.AsSpan(67 * 128), 128, 3, last, 64, scratch);
        Assert.Equal(all[(67 * 64)..], last);
    }

    [Theory]
    [InlineData(8, 8, 32)]
    [InlineData(6, 3, 64)]
    [InlineData(5, 5, 16)]
    public void Attend_HeadsSharedAmongThreads_GivesTheSameBits(int queryHeads, int keyValueHeads, int headWidth)
    {
        using var pool = new WorkerPool(3);
        using var crew = new CloseCrew(3);
        var shape = new AttentionShape(queryHeads, keyValueHeads, headWidth, 0.2f, true, 0);
        var sharing = new LinearSharing(pool, crew) { Close = true };
        var queries = queryHeads * headWidth;
        var width = queries + (2 * keyValueHeads * headWidth);
        var rows = Numbers.Gaussian(200 * width, 1);
        var cache = new KeyValueCache(shape, 200, 1);
        var scratch = new float[KeyValueCache.ScratchLength(shape, 200, 1)];
        var (alone, shared) = (new float[queries], new float[queries]);
        for (var token = 0; token < 200; token++)
        {
            var row = rows.AsSpan(token * width, width);
            cache.Add(row[queries..], width, 1);
            cache.Attend(row, width, 1, alone, queries, scratch);
            cache.Attend(row, width, 1, shared, queries, scratch, sharing);
            Assert.Equal(alone, shared);
        }
    }

    [Fact]
    public void Add_MoreThanThereIsRoomFor_IsRefused()
    {
        var shape = new AttentionShape(1, 1, 4, 1, true, 0);
        var cache = new KeyValueCache(shape, 32, 32);
        cache.Add(new float[8 * 32], 8, 32);
        Assert.Throws<ArgumentException>(() => cache.Add(new float[8], 8, 1));
        Assert.Throws<ArgumentException>(() => cache.Attend(new float[3], 4, 1, new float[4], 4, new float[1000]));
        Assert.Throws<ArgumentException>(() => cache.Attend(new float[4], 4, 1, new float[4], 4, new float[10]));
        Assert.Throws<ArgumentException>(() => new KeyValueCache(shape with { Causal = false }, 32, 32));
    }

    private static void Check(AttentionShape shape, int[] pieces, KeyValueCache cache)
    {
        var tokens = pieces.Sum();
        var queries = shape.QueryHeads * shape.HeadWidth;
        var width = queries + (2 * shape.KeyValueHeads * shape.HeadWidth);
        var rows = Numbers.Gaussian(tokens * width, (ulong)tokens);
        var scratch = Numbers.Offset(new float[KeyValueCache.ScratchLength(shape, tokens, pieces.Max())], 3);
        var output = Numbers.Offset(new float[tokens * queries], 5);
        var done = 0;
        foreach (var piece in pieces)
        {
            var memory = Numbers.Offset(rows[(done * width)..((done + piece) * width)], 1);
            cache.Add(memory.Span[queries..], width, piece);
            cache.Attend(memory.Span, width, piece, output.Span[(done * queries)..], queries, scratch.Span);
            done += piece;
        }

        var expected = AttentionReference.Run<double>(Numbers.Doubles(rows), tokens, shape);
        for (var i = 0; i < expected.Length; i++)
        {
            Numbers.AssertClose(expected[i], output.Span[i], 5e-6, $"{string.Join("+", pieces)} tokens, {shape}, number {i}");
        }
    }
}
