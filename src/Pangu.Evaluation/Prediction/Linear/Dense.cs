using System.Numerics.Tensors;

namespace Pangu.Evaluation.Prediction.Linear;

/// <summary>The little dense algebra of closed-form fits, in double precision, row-major.</summary>
internal static class Dense
{
    public static double Dot(ReadOnlySpan<double> left, ReadOnlySpan<double> right) => TensorPrimitives.Dot(left, right);

    /// <summary>target += factor * source.</summary>
    public static void Add(Span<double> target, ReadOnlySpan<double> source, double factor) => TensorPrimitives.MultiplyAdd(source, factor, target, target);

    /// <summary>The transpose of a matrix [rows, columns].</summary>
    public static double[] Transposed(ReadOnlySpan<double> matrix, int rows, int columns)
    {
        var transposed = new double[matrix.Length];
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                transposed[(column * rows) + row] = matrix[(row * columns) + column];
            }
        }

        return transposed;
    }

    /// <summary>left [m, n] times symmetric [n, n] of a wider matrix whose rows are <paramref name="stride"/> apart.</summary>
    public static double[] TimesSymmetric(double[] left, int m, double[] symmetric, int n, int stride)
    {
        var product = new double[m * n];
        for (var column = 0; column < n; column++)
        {
            var other = symmetric.AsSpan(column * stride, n);
            for (var row = 0; row < m; row++)
            {
                product[(row * n) + column] = Dot(left.AsSpan(row * n, n), other);
            }
        }

        return product;
    }
}
