using Pangu.Numerics;

namespace Pangu.Numerics.Tests.Attention;

[Trait("Category", "Kernel")]
public sealed unsafe class HeadPreparationTests
{
    private const int Rows = 2;
    private const double Base = 100;

    public static TheoryData<int, int, int, int, bool> Cases => new()
    {
        { 2, 2, 32, 32, true }, { 4, 1, 32, 32, false }, { 2, 1, 16, 16, true }, { 2, 2, 32, 16, true }, { 3, 3, 24, 0, true }, { 1, 1, 6, 4, true }, { 2, 1, 10, 6, false }, { 1, 1, 64, 64, true },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Forward_AnyShape_EqualsTheReference(int queryHeads, int keyHeads, int headWidth, int turned, bool normed)
    {
        var shape = new HeadShape(queryHeads, keyHeads, headWidth, turned, 0.01f);
        var input = Input(shape, 11);
        int[] firstSeen = [.. Enumerable.Range(0, Rows * 11).Select(token => token % 11 >= 7 ? 7 : 0)];
        foreach (var packed in (bool[])[false, true])
        {
            var expected = Reference(Numbers.Doubles(input.Projections), Numbers.Doubles(input.QueryNorm), Numbers.Doubles(input.KeyNorm), 11, shape, normed, packed ? firstSeen : null);
            var actual = Run(input, 11, shape, normed, packed ? firstSeen : null, null, threads: 2).Result;
            for (var i = 0; i < expected.Length; i++)
            {
                Numbers.AssertClose(expected[i], actual[i], 1e-5, $"number {i}, packed {packed}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Backward_AnyShape_AgreesWithDifferencesOfTheReference(int queryHeads, int keyHeads, int headWidth, int turned, bool normed)
    {
        const double Step = 1e-5;
        var shape = new HeadShape(queryHeads, keyHeads, headWidth, turned, 0.01f);
        var input = Input(shape, 9);
        var incoming = Numbers.Gaussian(input.Projections.Length, 2);
        var (gradient, queryNorm, keyNorm) = Run(input, 9, shape, normed, null, incoming, threads: 3);
        var (x, q, k) = (Numbers.Doubles(input.Projections), Numbers.Doubles(input.QueryNorm), Numbers.Doubles(input.KeyNorm));
        double Loss(double[] projections, double[] query, double[] key) => Reference(projections, query, key, 9, shape, normed, null).Zip(incoming, (value, weight) => value * weight).Sum();
        void Check(float[] actual, double[] at, Func<double[], double> loss)
        {
            for (ulong seed = 20; seed < 23; seed++)
            {
                var direction = Numbers.Gaussian(at.Length, seed);
                double At(double step) => loss([.. at.Zip(direction, (number, along) => number + (step * along))]);
                Assert.Equal((At(Step) - At(-Step)) / (2 * Step), actual.Zip(direction, (slope, along) => (double)slope * along).Sum(), 1e-4 * Math.Sqrt(input.Projections.Length));
            }
        }

        Check(gradient, x, projections => Loss(projections, q, k));
        if (normed)
        {
            Check(queryNorm, q, query => Loss(x, query, k));
            Check(keyNorm, k, key => Loss(x, q, key));
        }
    }

    [Fact]
    public void Backward_EveryNumberOfThreads_GivesTheSameBits()
    {
        var shape = new HeadShape(2, 2, 32, 32, 1e-5f);
        var input = Input(shape, 50);
        var incoming = Numbers.Gaussian(input.Projections.Length, 2);
        var (one, three) = (Run(input, 50, shape, true, null, incoming, 1), Run(input, 50, shape, true, null, incoming, 3));
        Assert.Equal(one.Result, three.Result);
        Assert.Equal(one.QueryNorm, three.QueryNorm);
        Assert.Equal(one.KeyNorm, three.KeyNorm);
    }

    private static int Width(HeadShape shape) => (shape.QueryHeads + (2 * shape.KeyHeads)) * shape.HeadWidth;

    private static (float[] Projections, float[] QueryNorm, float[] KeyNorm) Input(HeadShape shape, int tokens) =>
        (Numbers.Gaussian(Rows * tokens * Width(shape), 1), Numbers.Gaussian(shape.HeadWidth, 5), Numbers.Gaussian(shape.HeadWidth, 6));

    private static (float[] Result, float[] QueryNorm, float[] KeyNorm) Run((float[] Projections, float[] QueryNorm, float[] KeyNorm) input, int tokens, HeadShape shape, bool normed, int[]? firstSeen, float[]? incoming, int threads)
    {
        using var pool = new WorkerPool(threads);
        var result = incoming is null ? new float[input.Projections.Length] : [.. incoming];
        var (queryGradient, keyGradient) = (new float[shape.HeadWidth], new float[shape.HeadWidth]);
        var half = shape.TurnedWidth / 2;
        var (cosines, sines) = (new float[tokens * half], new float[tokens * half]);
        for (var i = 0; i < cosines.Length; i++)
        {
            var angle = i / half / Math.Pow(Base, 2.0 * (i % half) / shape.TurnedWidth);
            (cosines[i], sines[i]) = ((float)Math.Cos(angle), (float)Math.Sin(angle));
        }

        fixed (float* x = input.Projections, y = result, q = input.QueryNorm, k = input.KeyNorm, c = cosines, s = sines, dq = queryGradient, dk = keyGradient)
        fixed (int* seen = firstSeen)
        {
            var rows = new HeadRows { Tokens = Rows * tokens, RowTokens = tokens, Projections = x, Result = y, FirstSeen = seen, QueryNorm = normed ? q : null, KeyNorm = normed ? k : null, Cosines = c, Sines = s };
            var preparation = new HeadPreparation(pool);
            if (incoming is null)
            {
                preparation.Forward(rows, shape);
            }
            else
            {
                preparation.Backward(rows, shape, dq, dk);
            }
        }

        return (result, queryGradient, keyGradient);
    }

    private static double[] Reference(double[] projections, double[] queryNorm, double[] keyNorm, int tokens, HeadShape shape, bool normed, int[]? firstSeen)
    {
        var result = projections.ToArray();
        for (var token = 0; token < Rows * tokens; token++)
        {
            var position = (token % tokens) - (firstSeen?[token] ?? 0);
            for (var head = 0; head < shape.QueryHeads + shape.KeyHeads; head++)
            {
                var numbers = result.AsSpan((token * Width(shape)) + (head * shape.HeadWidth), shape.HeadWidth);
                var weight = head < shape.QueryHeads ? queryNorm : keyNorm;
                var square = 0.0;
                foreach (var number in numbers)
                {
                    square += number * number;
                }

                for (var i = 0; normed && i < numbers.Length; i++)
                {
                    numbers[i] *= weight[i] / Math.Sqrt((square / numbers.Length) + shape.Epsilon);
                }

                if (shape.TurnedWidth > 0)
                {
                    AttentionReference.Turn(numbers, shape.TurnedWidth, position, Base);
                }
            }
        }

        return result;
    }
}
