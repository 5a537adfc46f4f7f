using Pangu.Numerics;

namespace Pangu.Numerics.Tests.Attention;

[Trait("Category", "Kernel")]
public sealed unsafe class AttentionTrainingTests
{
    private const int Rows = 2;

    public static TheoryData<int, int, int, int, bool, int> Cases => new()
    {
        { 1, 1, 1, 16, true, 0 }, { 5, 2, 2, 16, true, 0 }, { 17, 4, 2, 16, true, 0 }, { 64, 4, 4, 32, true, 0 }, { 49, 2, 1, 48, true, 7 }, { 100, 2, 2, 16, true, 33 },
        { 38, 4, 4, 16, false, 0 }, { 130, 2, 1, 64, true, 0 }, { 48, 1, 1, 32, false, 0 },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Forward_AnyShape_EqualsTheReference(int tokens, int queryHeads, int keyValueHeads, int headWidth, bool causal, int window)
    {
        var shape = new AttentionShape(queryHeads, keyValueHeads, headWidth, 1 / MathF.Sqrt(headWidth), causal, window);
        var projections = Numbers.Gaussian(Rows * tokens * RowWidth(shape), 1);
        var expected = Reference(Numbers.Doubles(projections), tokens, shape);
        var actual = Forward(projections, tokens, shape, null, threads: 2);
        for (var i = 0; i < expected.Length; i++)
        {
            Numbers.AssertClose(expected[i], actual[i], 5e-6, $"number {i}");
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Backward_AnyShape_AgreesWithDifferencesOfTheReference(int tokens, int queryHeads, int keyValueHeads, int headWidth, bool causal, int window)
    {
        const double Step = 1e-5;
        var shape = new AttentionShape(queryHeads, keyValueHeads, headWidth, 1 / MathF.Sqrt(headWidth), causal, window);
        var projections = Numbers.Gaussian(Rows * tokens * RowWidth(shape), 1);
        var incoming = Numbers.Gaussian(Rows * tokens * queryHeads * headWidth, 2);
        var gradient = Backward(projections, incoming, tokens, shape, null, threads: 2);
        for (ulong seed = 10; seed < 16; seed++)
        {
            var direction = Numbers.Gaussian(projections.Length, seed);
            double At(double step) => Reference([.. projections.Zip(direction, (number, along) => number + (step * along))], tokens, shape).Zip(incoming, (number, weight) => number * weight).Sum();
            var expected = (At(Step) - At(-Step)) / (2 * Step);
            var actual = gradient.Zip(direction, (slope, along) => (double)slope * along).Sum();
            Assert.Equal(expected, actual, 1e-4 * Math.Sqrt(projections.Length));
        }
    }

    [Fact]
    public void Run_DocumentsInOneRow_AreAsIfAlone()
    {
        var shape = new AttentionShape(4, 2, 16, 0.25f, true, 9);
        int[] lengths = [11, 50, 5, 13];
        var tokens = lengths.Sum();
        var (projections, incoming) = (Numbers.Gaussian(tokens * RowWidth(shape), 1), Numbers.Gaussian(tokens * 64, 2));
        int[] firstSeen = [.. lengths.SelectMany((length, document) => Enumerable.Repeat(lengths.Take(document).Sum(), length))];
        var (output, gradient) = (Forward(projections, tokens, shape, firstSeen, 1), Backward(projections, incoming, tokens, shape, firstSeen, 1));
        var start = 0;
        foreach (var length in lengths)
        {
            var (own, ownIncoming) = (projections[(start * RowWidth(shape))..((start + length) * RowWidth(shape))], incoming[(start * 64)..((start + length) * 64)]);
            AssertClose(Forward(own, length, shape, null, 1), output[(start * 64)..((start + length) * 64)]);
            AssertClose(Backward(own, ownIncoming, length, shape, null, 1), gradient[(start * RowWidth(shape))..((start + length) * RowWidth(shape))]);
            start += length;
        }
    }

    [Fact]
    public void Run_HeadsOfOddWidth_AreRefused()
    {
        using var pool = new WorkerPool(1);
        Assert.False(AttentionTraining.Supports(12));
        Assert.Throws<ArgumentException>(() => new AttentionTraining(pool).Forward(new AttentionRows { Count = 1, Tokens = 1 }, new AttentionShape(1, 1, 12, 1, true, 0)));
    }

    private static int RowWidth(AttentionShape shape) => shape.HeadWidth * (shape.QueryHeads + (2 * shape.KeyValueHeads));

    private static double[] Reference(double[] projections, int tokens, AttentionShape shape) =>
        [.. Enumerable.Range(0, projections.Length / tokens / RowWidth(shape)).SelectMany(row => AttentionReference.Run<double>(projections.AsSpan(row * tokens * RowWidth(shape), tokens * RowWidth(shape)), tokens, shape))];

    private static float[] Forward(float[] projections, int tokens, AttentionShape shape, int[]? firstSeen, int threads)
    {
        using var pool = new WorkerPool(threads);
        var count = projections.Length / tokens / RowWidth(shape);
        var output = new float[count * tokens * shape.QueryHeads * shape.HeadWidth];
        fixed (float* from = projections, to = output)
        fixed (int* seen = firstSeen)
        {
            new AttentionTraining(pool).Forward(new AttentionRows { Count = count, Tokens = tokens, Projections = from, Output = to, FirstSeen = seen }, shape);
        }

        return output;
    }

    private static float[] Backward(float[] projections, float[] incoming, int tokens, AttentionShape shape, int[]? firstSeen, int threads)
    {
        using var pool = new WorkerPool(threads);
        var gradient = new float[projections.Length];
        Array.Fill(gradient, float.NaN);
        fixed (float* from = projections, outer = incoming, to = gradient)
        fixed (int* seen = firstSeen)
        {
            new AttentionTraining(pool).Backward(
                new AttentionRows { Count = projections.Length / tokens / RowWidth(shape), Tokens = tokens, Projections = from, FirstSeen = seen, OutputGradients = outer, ProjectionGradients = to },
                shape);
        }

        return gradient;
    }

    private static void AssertClose(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Numbers.AssertClose(expected[i], actual[i], 1e-5, $"number {i}");
        }
    }
}
