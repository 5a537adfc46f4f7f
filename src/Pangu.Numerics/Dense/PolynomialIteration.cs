using System.Numerics;
using System.Runtime.CompilerServices;

namespace Pangu.Numerics;

/// <summary>X becomes (a I + b S + c S^2) X with S = X X^T, some times over, on a stack of matrices: the inside of Muon's orthogonalisation. For one caller at a time.</summary>
/// <remarks>
/// A thread works on one matrix at a time, whose numbers stay in its cache; products as <see cref="MatrixProduct"/>, so results do not depend on the number of threads. Lanes of the sum b S + c S^2: those of
/// <see cref="Vector{T}"/>, single numbers for the tail. NaN passes. Error: about (C + R) * 6e-8 of the magnitudes involved an iteration.
/// </remarks>
public sealed unsafe class PolynomialIteration : IDisposable
{
    private readonly WorkerPool _pool;
    private readonly WorkerPool _alone = new(1);
    private readonly MatrixProduct[] _products;
    private readonly AlignedBuffer<float>[] _scratch;
    private readonly Pieces _pieces;
    private float* _matrices;
    private int _rows;
    private int _columns;
    private IReadOnlyList<(double A, double B, double C)> _coefficients = [];

    /// <summary>Prepares.</summary>
    /// <param name="pool">The threads that share the work; stays the caller's.</param>
    public PolynomialIteration(WorkerPool pool)
    {
        _pool = pool;
        _products = [.. Enumerable.Range(0, pool.Threads).Select(_ => new MatrixProduct(_alone))];
        _scratch = [.. Enumerable.Range(0, pool.Threads).Select(_ => new AlignedBuffer<float>(0))];
        _pieces = new Pieces(this);
    }

    /// <summary>Iterates on every matrix.</summary>
    /// <param name="matrices">[count, rows, columns] row-major; changed in place.</param>
    /// <param name="count">Matrices.</param>
    /// <param name="rows">R, at least 1.</param>
    /// <param name="columns">C, at least 1.</param>
    /// <param name="coefficients">a, b and c of each iteration.</param>
    public void Run(float* matrices, int count, int rows, int columns, IReadOnlyList<(double A, double B, double C)> coefficients)
    {
        (_rows, _columns, _coefficients) = (rows, columns, coefficients);
        _matrices = matrices;
        var needed = checked((2 * rows * rows) + (rows * columns));
        for (var worker = 0; worker < _scratch.Length; worker++)
        {
            if (_scratch[worker].Length < needed)
            {
                _scratch[worker] = new AlignedBuffer<float>(needed);
            }
        }

        _pool.Run(_pieces, count);
    }

    /// <inheritdoc/>
    public void Dispose() => _alone.Dispose();

    private sealed class Pieces(PolynomialIteration owner) : IPieces
    {
        public void Run(int piece, int worker)
        {
            int rows = owner._rows, columns = owner._columns;
            var product = owner._products[worker];
            var square = owner._scratch[worker].Pointer;
            var factor = square + (rows * rows);
            var x = owner._matrices + ((nint)piece * rows * columns);
            var next = factor + (rows * rows);
            var (s, f) = (new MatrixView(square, rows, rows), new MatrixView(factor, rows, rows));
            foreach (var (a, b, c) in owner._coefficients)
            {
                var view = new MatrixView(x, rows, columns);
                product.Run(view, view.Transposed, s);
                product.Run(s, s, f);
                Combine(factor, square, rows, (float)b, (float)c);
                for (var i = 0; i < rows; i++)
                {
                    factor[(i * rows) + i] += (float)a;
                }

                product.Run(f, view, new MatrixView(next, rows, columns));
                new ReadOnlySpan<float>(next, rows * columns).CopyTo(new Span<float>(x, rows * columns));
            }
        }

        // factor = b square + c factor.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Combine(float* factor, float* square, int rows, float b, float c)
        {
            var count = rows * rows;
            var i = 0;
            for (; i <= count - Vector<float>.Count; i += Vector<float>.Count)
            {
                ((Vector.Load(square + i) * b) + (Vector.Load(factor + i) * c)).Store(factor + i);
            }

            for (; i < count; i++)
            {
                factor[i] = (square[i] * b) + (factor[i] * c);
            }
        }
    }
}
