using Pangu.Core;
using Pangu.Numerics;

namespace Pangu.Numerics.Tests.LinearAlgebra;

[Trait("Category", "Kernel")]
public sealed class RidgeTests
{
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(7, 3, 40)]
    [InlineData(24, 24, 130)]
    [InlineData(25, 23, 513)]
    [InlineData(130, 49, 700)]
    [InlineData(300, 5, 1100)]
    public void Add_AnySize_EqualsTheDefinition(int inputs, int outputs, int rows)
    {
        var (x, y) = Problem(inputs, outputs, rows);
        var accumulator = new GramAccumulator(inputs, outputs);
        accumulator.Add(x, y, rows);

        var gram = accumulator.Gram();
        var cross = accumulator.Cross();
        Assert.Equal(rows, accumulator.Rows);
        for (var i = 0; i < inputs; i++)
        {
            for (var j = 0; j < inputs; j++)
            {
                Assert.Equal(Product(x, inputs, i, x, inputs, j, rows), gram[(i * inputs) + j], 1e-9);
            }

            for (var j = 0; j < outputs; j++)
            {
                Assert.Equal(Product(x, inputs, i, y, outputs, j, rows), cross[(i * outputs) + j], 1e-9);
            }
        }
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(23, 2)]
    [InlineData(128, 24)]
    [InlineData(129, 25)]
    [InlineData(400, 30)]
    public void Solve_KnownWeights_FindsThem(int inputs, int outputs)
    {
        // With Y = X W exactly and no ridge, the solution is W itself.
        var rows = (2 * inputs) + 10;
        var (x, _) = Problem(inputs, outputs, rows);
        var random = new RandomStream(5);
        var weights = Enumerable.Range(0, inputs * outputs).Select(_ => random.NextGaussian()).ToArray();
        var accumulator = new GramAccumulator(inputs, 0);
        accumulator.Add(x, [], rows);
        var gram = accumulator.Gram();
        var cross = new double[inputs * outputs];
        for (var i = 0; i < inputs; i++)
        {
            for (var k = 0; k < inputs; k++)
            {
                for (var j = 0; j < outputs; j++)
                {
                    cross[(i * outputs) + j] += gram[(i * inputs) + k] * weights[(k * outputs) + j];
                }
            }
        }

        var solution = RidgeSolver.Solve(gram, cross, inputs, outputs, 0);

        for (var i = 0; i < weights.Length; i++)
        {
            Assert.Equal(weights[i], solution[i], 1e-8);
        }
    }

    [Fact]
    public void Solve_WithRidge_GradientIsZero()
    {
        var (x, y) = Problem(60, 4, 50);
        var accumulator = new GramAccumulator(60, 4);
        accumulator.Add(x, y, 50);
        var (gram, cross) = (accumulator.Gram(), accumulator.Cross());

        var solution = RidgeSolver.Solve(gram, cross, 60, 4, 0.5);

        for (var i = 0; i < 60; i++)
        {
            for (var j = 0; j < 4; j++)
            {
                var residual = (0.5 * solution[(i * 4) + j]) - cross[(i * 4) + j];
                for (var k = 0; k < 60; k++)
                {
                    residual += gram[(i * 60) + k] * solution[(k * 4) + j];
                }

                Assert.Equal(0, residual, 1e-9);
            }
        }
    }

    [Fact]
    public void Add_OneOrManyThreads_IsBitIdentical()
    {
        var (x, y) = Problem(200, 30, 900);
        var one = new GramAccumulator(200, 30, threads: 1);
        var many = new GramAccumulator(200, 30, threads: 4);
        one.Add(x, y, 900);
        many.Add(x, y, 900);

        Assert.Equal(one.Gram(), many.Gram());
        Assert.Equal(one.Cross(), many.Cross());
        Assert.Equal(
            RidgeSolver.Solve(one.Gram(), one.Cross(), 200, 30, 1, threads: 1),
            RidgeSolver.Solve(many.Gram(), many.Cross(), 200, 30, 1, threads: 4));
    }

    [Fact]
    public void Merge_TwoHalves_EqualsTheWhole()
    {
        var (x, y) = Problem(31, 3, 100);
        var (first, second, whole) = (new GramAccumulator(31, 3), new GramAccumulator(31, 3), new GramAccumulator(31, 3));
        first.Add(x.AsSpan(0, 31 * 40), y.AsSpan(0, 3 * 40), 40);
        second.Add(x.AsSpan(31 * 40), y.AsSpan(3 * 40), 60);
        whole.Add(x, y, 100);

        first.Merge(second);

        Assert.Equal(100, first.Rows);
        Assert.All(first.Gram().Zip(whole.Gram()), pair => Assert.Equal(pair.Second, pair.First, 1e-10));
        Assert.All(first.Cross().Zip(whole.Cross()), pair => Assert.Equal(pair.Second, pair.First, 1e-10));
    }

    [Fact]
    public void Solve_SingularMatrix_SaysWhichPivot()
    {
        var exception = Assert.Throws<PanguException>(() => RidgeSolver.Solve([1, 1, 1, 1], [1, 1], 2, 1, 0));
        Assert.Equal("not-positive-definite", exception.Code);
        Assert.Contains("pivot 1", exception.Message, StringComparison.Ordinal);
    }

    private static (float[] X, float[] Y) Problem(int inputs, int outputs, int rows)
    {
        var random = new RandomStream(17);
        return (
            [.. Enumerable.Range(0, rows * inputs).Select(_ => (float)random.NextGaussian())],
            [.. Enumerable.Range(0, rows * outputs).Select(_ => (float)random.NextGaussian())]);
    }

    private static double Product(float[] left, int leftWidth, int i, float[] right, int rightWidth, int j, int rows)
    {
        var sum = 0.0;
        for (var row = 0; row < rows; row++)
        {
            sum += (double)left[(row * leftWidth) + i] * right[(row * rightWidth) + j];
        }

        return sum;
    }
}
