using System.Numerics;
using System.Runtime.InteropServices;
using Pangu.Core;

namespace Pangu.Numerics;

/// <summary>A = L L^T of a symmetric positive definite matrix in double, and solutions of A W = B. Legend: <c>n</c> size, <c>m</c> right-hand sides.</summary>
/// <remarks>
/// Right-looking, blocks of 128: the diagonal block and the panel below by dot products, the rest by <see cref="DoubleTile"/> (Golub and Van Loan, Matrix Computations, 4.2.6). Backward
/// stable: the computed W solves a system whose matrix differs by about n * 2^-53 relative. Results do not depend on the number of threads.
/// </remarks>
internal sealed unsafe class CholeskyFactor
{
    private const int Block = DoublePanels.BlockDepth;

    private readonly double[] _lower;
    private readonly int _size;
    private readonly int _threads;

    private CholeskyFactor(double[] lower, int size, int threads)
    {
        _lower = lower;
        _size = size;
        _threads = threads;
    }

    /// <summary>Factors a matrix.</summary>
    /// <param name="matrix">A, [n, n] row-major; the lower triangle becomes L in place, the rest is not read.</param>
    /// <param name="size">n.</param>
    /// <param name="threads">Most threads; 0 for all processors.</param>
    /// <returns>The factor.</returns>
    /// <exception cref="PanguException">A is not positive definite.</exception>
    internal static CholeskyFactor Of(double[] matrix, int size, int threads)
    {
        fixed (double* a = matrix)
        {
            for (var start = 0; start < size; start += Block)
            {
                var depth = Math.Min(Block, size - start);
                FactorDiagonal(matrix, size, start, depth);
                Eliminate(matrix, a, size, start, depth, threads);
            }
        }

        return new CholeskyFactor(matrix, size, threads);
    }

    /// <summary>Solves A W = B.</summary>
    /// <param name="sides">B, [n, m] row-major; becomes W in place.</param>
    /// <param name="columns">m.</param>
    internal void Solve(double[] sides, int columns)
    {
        var factor = new DoublePanels(Block, _size);
        var block = new DoublePanels(Block, columns);
        fixed (double* l = _lower, w = sides)
        {
            for (var start = 0; start < _size; start += Block)
            {
                SolveForward(l, w, columns, start, factor, block);
            }

            for (var start = (_size - 1) / Block * Block; start >= 0; start -= Block)
            {
                SolveBackward(l, w, columns, start, factor, block);
            }
        }
    }

    private static void FactorDiagonal(double[] matrix, int size, int start, int depth)
    {
        for (var row = start; row < start + depth; row++)
        {
            SolveRow(matrix, size, start, row, row);
            var pivot = matrix[(row * size) + row] - Dot(matrix.AsSpan((row * size) + start, row - start), matrix.AsSpan((row * size) + start, row - start));
            if (!(pivot > 0))
            {
                throw PanguException.Usage("not-positive-definite", $"The matrix of {size} x {size} is not positive definite: pivot {row} is {pivot:G6}, expected above 0. Inputs that repeat each other or are constant cause this; use a larger ridge (lambda).");
            }

            matrix[(row * size) + row] = Math.Sqrt(pivot);
        }
    }

    // Row of L within the columns start .. end, by forward substitution against the rows of the diagonal block.
    private static void SolveRow(double[] matrix, int size, int start, int row, int end)
    {
        var numbers = matrix.AsSpan((row * size) + start, end - start);
        for (var column = 0; column < numbers.Length; column++)
        {
            var pivotRow = (start + column) * size;
            numbers[column] = (numbers[column] - Dot(numbers[..column], matrix.AsSpan(pivotRow + start, column))) / matrix[pivotRow + start + column];
        }
    }

    private static void Eliminate(double[] matrix, double* a, int size, int start, int depth, int threads)
    {
        var below = start + depth;
        var rest = size - below;
        if (rest == 0)
        {
            return;
        }

        var panels = new DoublePanels(depth, rest);
        DenseWork.Run(panels.Panels, threads, panel =>
        {
            var first = below + (panel * DoubleTile.Width);
            for (var row = first; row < Math.Min(first + DoubleTile.Width, size); row++)
            {
                SolveRow(matrix, size, start, row, below);
            }

            panels.PackTransposed(panel, a + ((long)below * size) + start, size, depth);
        });
        DenseWork.Run(panels.Panels, threads, panel =>
        {
            var column = panel * DoubleTile.Width;
            TileGrid.AddColumn(panels, panels, panel, 0, depth, a + ((long)below * size) + below + column, size, (column, rest), -1);
        });
    }

    // Rows start .. of L Z = B, then their part taken out of the rows below.
    private void SolveForward(double* l, double* w, int columns, int start, DoublePanels factor, DoublePanels block)
    {
        var depth = Math.Min(Block, _size - start);
        var below = start + depth;
        var rest = new DoublePanels(depth, _size - below);
        DenseWork.Run(rest.Panels, _threads, panel => rest.PackTransposed(panel, l + ((long)below * _size) + start, _size, depth));
        DenseWork.Run(block.Panels, _threads, panel =>
        {
            var first = panel * DoubleTile.Width;
            var width = Math.Min(DoubleTile.Width, columns - first);
            for (var row = start; row < below; row++)
            {
                var target = new Span<double>(w + ((long)row * columns) + first, width);
                for (var k = start; k < row; k++)
                {
                    Subtract(target, l[((long)row * _size) + k], new ReadOnlySpan<double>(w + ((long)k * columns) + first, width));
                }

                Divide(target, l[((long)row * _size) + row]);
            }

            block.Pack(panel, w + ((long)start * columns), columns, depth);
            TileGrid.AddColumn(rest, block, panel, 0, depth, w + ((long)below * columns) + first, columns, (0, _size - below), -1);
        });
    }

    // Rows start .. of L^T W = Z, then their part taken out of the rows above.
    private void SolveBackward(double* l, double* w, int columns, int start, DoublePanels factor, DoublePanels block)
    {
        var depth = Math.Min(Block, _size - start);
        var above = (start + DoubleTile.Width - 1) / DoubleTile.Width;
        DenseWork.Run(above, _threads, panel => factor.Pack(panel, l + ((long)start * _size), _size, depth));
        DenseWork.Run(block.Panels, _threads, panel =>
        {
            var first = panel * DoubleTile.Width;
            var width = Math.Min(DoubleTile.Width, columns - first);
            for (var row = start + depth - 1; row >= start; row--)
            {
                var target = new Span<double>(w + ((long)row * columns) + first, width);
                for (var k = row + 1; k < start + depth; k++)
                {
                    Subtract(target, l[((long)k * _size) + row], new ReadOnlySpan<double>(w + ((long)k * columns) + first, width));
                }

                Divide(target, l[((long)row * _size) + row]);
            }

            block.Pack(panel, w + ((long)start * columns), columns, depth);
            TileGrid.AddColumn(factor, block, panel, 0, depth, w + first, columns, (0, start), -1);
        });
    }

    private static void Subtract(Span<double> target, double factor, ReadOnlySpan<double> source)
    {
        for (var i = 0; i < target.Length; i++)
        {
            target[i] -= factor * source[i];
        }
    }

    private static void Divide(Span<double> target, double divisor)
    {
        for (var i = 0; i < target.Length; i++)
        {
            target[i] /= divisor;
        }
    }

    private static double Dot(ReadOnlySpan<double> left, ReadOnlySpan<double> right)
    {
        var lanes = Vector<double>.Count;
        var first = Vector<double>.Zero;
        var second = Vector<double>.Zero;
        ref var l = ref MemoryMarshal.GetReference(left);
        ref var r = ref MemoryMarshal.GetReference(right);
        var i = 0;
        for (; i <= left.Length - (2 * lanes); i += 2 * lanes)
        {
            first += Vector.LoadUnsafe(ref l, (nuint)i) * Vector.LoadUnsafe(ref r, (nuint)i);
            second += Vector.LoadUnsafe(ref l, (nuint)(i + lanes)) * Vector.LoadUnsafe(ref r, (nuint)(i + lanes));
        }

        var sum = Vector.Sum(first + second);
        for (; i < left.Length; i++)
        {
            sum += left[i] * right[i];
        }

        return sum;
    }
}
