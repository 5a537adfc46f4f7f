using Pangu.Numerics;

namespace Pangu.Numerics.Tests.Rows;

[Trait("Category", "Kernel")]
public sealed unsafe class ConvolutionTrainingTests
{
    private const int Rows = 2;

    public static TheoryData<int, int, int> Sizes => new() { { 1, 1, 1 }, { 5, 16, 4 }, { 3, 37, 8 }, { 20, 128, 4 }, { 9, 13, 2 }, { 7, 64, 3 } };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Forward_AnySize_EqualsTheDefinition(int tokens, int columns, int length)
    {
        var (x, weight) = (Numbers.Gaussian(Rows * tokens * columns, 1), Numbers.Gaussian(length * columns, 2));
        foreach (var firstSeen in (int[]?[])[null, Documents(tokens)])
        {
            var expected = Reference(Numbers.Doubles(x), Numbers.Doubles(weight), tokens, columns, firstSeen);
            var actual = Run(x, weight, tokens, columns, firstSeen, null, 2).Result;
            for (var i = 0; i < expected.Length; i++)
            {
                Numbers.AssertClose(expected[i], actual[i], 1e-5, $"number {i}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Backward_AnySize_AgreesWithDifferences(int tokens, int columns, int length)
    {
        var (x, weight, incoming) = (Numbers.Gaussian(Rows * tokens * columns, 1), Numbers.Gaussian(length * columns, 2), Numbers.Gaussian(Rows * tokens * columns, 3));
        foreach (var firstSeen in (int[]?[])[null, Documents(tokens)])
        {
            var (_, inputGradient, weightGradient) = Run(x, weight, tokens, columns, firstSeen, incoming, 3);
            double Loss(double[] input, double[] factors) => Reference(input, factors, tokens, columns, firstSeen).Zip(incoming, (value, along) => value * along).Sum();
            void Check(float[] actual, float[] at, Func<double[], double> loss)
            {
                for (ulong seed = 20; seed < 23; seed++)
                {
                    var direction = Numbers.Gaussian(at.Length, seed);
                    double At(double step) => loss([.. at.Zip(direction, (number, along) => number + (step * along))]);
                    Assert.Equal((At(1) - At(-1)) / 2, actual.Zip(direction, (slope, along) => (double)slope * along).Sum(), 1e-4 * Math.Sqrt(x.Length));
                }
            }

            Check(inputGradient, x, input => Loss(input, Numbers.Doubles(weight)));
            Check(weightGradient, weight, factors => Loss(Numbers.Doubles(x), factors));
        }
    }

    [Fact]
    public void Backward_EveryNumberOfThreads_GivesTheSameBits()
    {
        var (x, weight, incoming) = (Numbers.Gaussian(Rows * 30 * 50, 1), Numbers.Gaussian(4 * 50, 2), Numbers.Gaussian(Rows * 30 * 50, 3));
        var (one, three) = (Run(x, weight, 30, 50, null, incoming, 1), Run(x, weight, 30, 50, null, incoming, 3));
        Assert.Equal(one.InputGradient, three.InputGradient);
        Assert.Equal(one.WeightGradient, three.WeightGradient);
    }

    private static int[] Documents(int tokens) => [.. Enumerable.Range(0, Rows * tokens).Select(token => token % tokens >= 2 ? 2 : 0)];

    private static double[] Reference(double[] x, double[] weight, int tokens, int columns, int[]? firstSeen)
    {
        var y = x.ToArray();
        for (var i = 0; i < y.Length; i++)
        {
            var (token, column) = Math.DivRem(i, columns);
            for (var j = 0; j < weight.Length / columns && (token % tokens) - j >= (firstSeen?[token] ?? 0); j++)
            {
                y[i] += weight[(j * columns) + column] * x[i - (j * columns)];
            }
        }

        return y;
    }

    private static (float[] Result, float[] InputGradient, float[] WeightGradient) Run(float[] x, float[] weight, int tokens, int columns, int[]? firstSeen, float[]? incoming, int threads)
    {
        using var pool = new WorkerPool(threads);
        var (result, inputGradient, weightGradient) = (incoming is null ? new float[x.Length] : [.. incoming], new float[x.Length], new float[weight.Length]);
        fixed (float* from = x, w = weight, y = result, dx = inputGradient, dw = weightGradient)
        fixed (int* seen = firstSeen)
        {
            var rows = new ConvolutionRows { Count = Rows, Tokens = tokens, Columns = columns, Length = weight.Length / columns, Input = from, Weight = w, FirstSeen = seen, Result = y, InputGradient = dx, WeightGradient = dw };
            var convolution = new ConvolutionTraining(pool);
            if (incoming is null)
            {
                convolution.Forward(rows);
            }
            else
            {
                convolution.Backward(rows);
            }
        }

        return (result, inputGradient, weightGradient);
    }
}
