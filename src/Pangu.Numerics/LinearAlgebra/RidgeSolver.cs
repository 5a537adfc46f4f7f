using Pangu.Core;

namespace Pangu.Numerics;

/// <summary>Closed-form ridge regression: W = (X^T X + lambda I)^-1 X^T Y. Legend: <c>n</c> inputs, <c>m</c> outputs. Safe for many callers at once.</summary>
/// <remarks>Hoerl and Kennard 1970. Cholesky in double; an intercept is a column of ones in X, and is then shrunk like the rest unless the data were centred first.</remarks>
public static class RidgeSolver
{
    /// <summary>Solves for the weights.</summary>
    /// <param name="gram">X^T X, [n, n] row-major; only the lower triangle is read.</param>
    /// <param name="cross">X^T Y, [n, m] row-major.</param>
    /// <param name="n">Inputs, at least 1.</param>
    /// <param name="m">Outputs, at least 1.</param>
    /// <param name="lambda">Added to the diagonal, in squared units of the inputs times rows; 0 or more.</param>
    /// <param name="threads">Most threads; 0 for all processors. Does not change the result.</param>
    /// <returns>W, [n, m] row-major.</returns>
    /// <exception cref="ArgumentException">A size does not fit.</exception>
    /// <exception cref="PanguException">The matrix is not positive definite even with <paramref name="lambda"/>.</exception>
    public static double[] Solve(ReadOnlySpan<double> gram, ReadOnlySpan<double> cross, int n, int m, double lambda, int threads = 0)
    {
        if (n < 1 || m < 1 || gram.Length != (long)n * n || cross.Length != (long)n * m)
        {
            throw new ArgumentException($"A gram matrix of {gram.Length} and a cross matrix of {cross.Length} numbers are not {n} x {n} and {n} x {m}.", nameof(gram));
        }

        ArgumentOutOfRangeException.ThrowIfNegative(lambda);
        var matrix = gram.ToArray();
        for (var i = 0; i < n; i++)
        {
            matrix[(i * n) + i] += lambda;
        }

        var weights = cross.ToArray();
        CholeskyFactor.Of(matrix, n, threads).Solve(weights, m);
        return weights;
    }
}
