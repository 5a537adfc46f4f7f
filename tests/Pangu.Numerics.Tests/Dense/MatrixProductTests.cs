using Pangu.Numerics;

namespace Pangu.Numerics.Tests.Dense;

[Trait("Category", "Kernel")]
public sealed unsafe class MatrixProductTests
{
    public static TheoryData<int, int, int> Sizes => new()
    {
        { 1, 1, 1 }, { 5, 3, 2 }, { 12, 32, 16 }, { 13, 33, 17 }, { 65, 128, 768 }, { 128, 65, 300 }, { 301, 70, 513 }, { 40, 96, 0 }, { 0, 4, 3 }, { 3, 0, 4 },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Run_FactorsAsTheyStandOrTransposed_EqualsTheDefinition(int rows, int columns, int depth)
    {
        foreach (var threads in (int[])[1, 3])
        {
            using var pool = new WorkerPool(threads);
            var product = new MatrixProduct(pool);
            foreach (var (leftTransposed, rightTransposed, add) in (from a in (bool[])[false, true] from b in (bool[])[false, true] from c in (bool[])[false, true] select (a, b, c)))
            {
                Check(product, rows, columns, depth, leftTransposed, rightTransposed, add);
            }
        }
    }

    [Fact]
    public void Run_EveryNumberOfThreads_GivesTheSameBits()
    {
        var (left, right) = (Numbers.Gaussian(200 * 301, 1), Numbers.Gaussian(301 * 90, 2));
        float[] With(int threads)
        {
            using var pool = new WorkerPool(threads);
            var result = new float[200 * 90];
            fixed (float* a = left, b = right, c = result)
            {
                new MatrixProduct(pool).Run(new MatrixView(a, 200, 301), new MatrixView(b, 301, 90), new MatrixView(c, 200, 90));
            }

            return result;
        }

        var one = With(1);
        Assert.Equal(one, With(2));
        Assert.Equal(one, With(5));
    }

    [Fact]
    public void Run_IntoSomeColumns_LeavesTheOthersAlone()
    {
        using var pool = new WorkerPool(1);
        var (left, right, bias, result) = (Numbers.Gaussian(7 * 20, 1), Numbers.Gaussian(20 * 21, 2), Numbers.Gaussian(21, 3), new float[7 * 30]);
        Array.Fill(result, 5);
        fixed (float* a = left, b = right, bias0 = bias, c = result)
        {
            new MatrixProduct(pool).Run(new MatrixView(a, 7, 20), new MatrixView(b, 20, 21), new MatrixView(c, 7, 30).ColumnsFrom(4, 21), bias0);
        }

        for (var i = 0; i < result.Length; i++)
        {
            var (row, column) = Math.DivRem(i, 30);
            var expected = column is < 4 or >= 25 ? 5 : bias[column - 4] + Enumerable.Range(0, 20).Sum(k => (double)left[(row * 20) + k] * right[(k * 21) + column - 4]);
            Numbers.AssertClose(expected, result[i], 1e-5, $"row {row}, column {column}");
        }
    }

    [Fact]
    public void Run_SizesThatDoNotFit_AreRefused()
    {
        using var pool = new WorkerPool(1);
        var product = new MatrixProduct(pool);
        Assert.Throws<ArgumentException>(() => product.Run(new MatrixView(null, 2, 3), new MatrixView(null, 4, 2), new MatrixView(null, 2, 2)));
        Assert.Throws<ArgumentException>(() => product.Run(new MatrixView(null, 2, 3), new MatrixView(null, 3, 2), new MatrixView(null, 2, 2).Transposed));
    }

    private static void Check(MatrixProduct product, int rows, int columns, int depth, bool leftTransposed, bool rightTransposed, bool add)
    {
        var (left, right, start) = (Numbers.Gaussian(rows * depth, 1), Numbers.Gaussian(depth * columns, 2), Numbers.Gaussian(rows * columns, 3));
        var (leftRoom, rightRoom, result) = (Numbers.Offset(left, 1), Numbers.Offset(right, 3), Numbers.Offset(start, 5));
        fixed (float* a = leftRoom.Span, b = rightRoom.Span, c = result.Span)
        {
            var leftView = leftTransposed ? new MatrixView(a, depth, rows).Transposed : new MatrixView(a, rows, depth);
            var rightView = rightTransposed ? new MatrixView(b, columns, depth).Transposed : new MatrixView(b, depth, columns);
            product.Run(leftView, rightView, new MatrixView(c, rows, columns), add: add);
        }

        for (var i = 0; i < start.Length; i++)
        {
            var (row, column) = Math.DivRem(i, columns);
            var expected = add ? start[i] : 0.0;
            for (var k = 0; k < depth; k++)
            {
                expected += (double)left[leftTransposed ? (k * rows) + row : (row * depth) + k] * right[rightTransposed ? (column * depth) + k : (k * columns) + column];
            }

            Numbers.AssertClose(expected, result.Span[i], 2e-6 * Math.Max(8, depth), $"{rows} x {columns} over {depth}, transposed {leftTransposed} {rightTransposed}, add {add}, number {i}");
        }
    }
}
