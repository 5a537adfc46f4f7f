using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Pangu.Numerics;

/// <summary>Products of matrices that change from call to call, such as those of training: result = left right, each of the factors as it stands or transposed. For one caller at a time.</summary>
/// <remarks>
/// The right factor is copied into panels of 32 columns (as in <see cref="PackedLinear"/>), a transposed left factor into strips of 12 rows; then rows in blocks, the depth in blocks of 256, panels.
/// Every number is summed over the depth in order, so results depend neither on threads nor on the rows beside. Error: depth roundings of 6e-8 of the partial sums; NaN and infinity as in scalar arithmetic.
/// </remarks>
public sealed unsafe class MatrixProduct
{
    private const int BlockDepth = 256;
    private const int BlockRows = 96;
    private const int StripRows = 12;

    private readonly WorkerPool _pool;
    private readonly AlignedBuffer<float>[] _strips;
    private readonly Packing _packing;
    private readonly Covering _covering;
    private AlignedBuffer<float> _panels = new(0);
    private MatrixView _left;
    private MatrixView _right;
    private MatrixView _result;
    private AlignedBuffer<float> _biases = new(0);
    private bool _hasBias;
    private bool _add;
    private int _rowsPerPiece;

    /// <summary>Makes the scratch memory.</summary>
    /// <param name="pool">The threads that share the work; stays the caller's.</param>
    public MatrixProduct(WorkerPool pool)
    {
        _pool = pool;
        _strips = [.. Enumerable.Range(0, pool.Threads).Select(_ => new AlignedBuffer<float>(BlockRows * BlockDepth))];
        _packing = new Packing(this);
        _covering = new Covering(this);
    }

    /// <summary>result = left right (+ bias), or result += left right.</summary>
    /// <param name="left">[M, K].</param>
    /// <param name="right">[K, N].</param>
    /// <param name="result">[M, N], its rows side by side; its memory overlaps neither factor's.</param>
    /// <param name="bias">[N], added to every row; null for none.</param>
    /// <param name="add">Whether the result is added to.</param>
    /// <exception cref="ArgumentException">The sizes do not fit.</exception>
    public void Run(MatrixView left, MatrixView right, MatrixView result, float* bias = null, bool add = false)
    {
        if (left.Columns != right.Rows || left.Rows != result.Rows || right.Columns != result.Columns || result.ColumnStride != 1)
        {
            throw new ArgumentException($"A product of {left.Rows} x {left.Columns} and {right.Rows} x {right.Columns} to {result.Rows} x {result.Columns} (columns at distance {result.ColumnStride}) does not fit.", nameof(result));
        }

        if (result.Rows == 0 || result.Columns == 0)
        {
            return;
        }

        (_left, _right, _result, _hasBias, _add) = (left, right, result, bias != null, add);
        var needed = checked(Padded(right.Columns) * Math.Max(1, right.Rows));
        if (_panels.Length < needed)
        {
            _panels = new AlignedBuffer<float>(needed);
        }

        if (bias != null)
        {
            KeepBias(bias, right.Columns);
        }

        _pool.Run(_packing, (right.Columns + Tile.Width - 1) / Tile.Width);
        var pieces = Math.Max((left.Rows + BlockRows - 1) / BlockRows, _pool.Threads == 1 ? 1 : 3 * _pool.Threads);
        _rowsPerPiece = ((((left.Rows + pieces - 1) / pieces) + StripRows - 1) / StripRows) * StripRows;
        _pool.Run(_covering, (left.Rows + _rowsPerPiece - 1) / _rowsPerPiece);
    }

    /// <summary>Tiles read whole steps of 16 numbers, so the bias needs room behind it.</summary>
    private void KeepBias(float* bias, int columns)
    {
        if (_biases.Length < Padded(columns))
        {
            _biases = new AlignedBuffer<float>(Padded(columns));
        }

        new ReadOnlySpan<float>(bias, columns).CopyTo(_biases.Span);
    }

    private static int Padded(int columns) => (columns + Tile.Step - 1) / Tile.Step * Tile.Step;

    private static int PanelWidth(int panel, int columns) => Math.Min(Tile.Width, Padded(columns) - panel);

    /// <summary>One panel of the right factor a piece.</summary>
    private sealed class Packing(MatrixProduct product) : IPieces
    {
        public void Run(int piece, int worker)
        {
            var right = product._right;
            var panel = piece * Tile.Width;
            var columns = Math.Min(Tile.Width, right.Columns - panel);
            var width = PanelWidth(panel, right.Columns);
            var target = product._panels.Pointer + ((nint)panel * right.Rows);
            var source = right.First + ((nint)panel * right.ColumnStride);
            if (right.ColumnStride == 1 && columns == Tile.Width)
            {
                CopyPanel(source, right.RowStride, target, right.Rows);
            }
            else if (right.ColumnStride == 1)
            {
                for (var k = 0; k < right.Rows; k++)
                {
                    new ReadOnlySpan<float>(source + ((nint)k * right.RowStride), columns).CopyTo(new Span<float>(target + (k * width), width));
                }
            }
            else
            {
                MatrixTransposition.Run(source, right.ColumnStride, columns, right.Rows, target, width);
            }

            for (var k = 0; columns < width && k < right.Rows; k++)
            {
                new Span<float>(target + (k * width) + columns, width - columns).Clear();
            }
        }
    }

    // 32 numbers a row, in registers: a call to copy so few costs more than the copy.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CopyPanel(float* source, nint stride, float* target, int rows)
    {
        for (var row = 0; row < rows; row++, source += stride, target += Tile.Width)
        {
            Vector256.Load(source).Store(target);
            Vector256.Load(source + 8).Store(target + 8);
            Vector256.Load(source + 16).Store(target + 16);
            Vector256.Load(source + 24).Store(target + 24);
        }
    }

    // Likewise 12.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CopyStrip(float* source, nint stride, float* target, int rows)
    {
        for (var row = 0; row < rows; row++, source += stride, target += StripRows)
        {
            Vector256.Load(source).Store(target);
            Vector128.Load(source + 8).Store(target + 8);
        }
    }

    /// <summary>Some rows of the result a piece.</summary>
    private sealed class Covering(MatrixProduct product) : IPieces
    {
        public void Run(int piece, int worker)
        {
            var (left, result) = (product._left, product._result);
            var depth = left.Columns;
            for (var first = piece * product._rowsPerPiece; first < Math.Min((piece + 1) * product._rowsPerPiece, left.Rows); first += BlockRows)
            {
                var rows = Math.Min(BlockRows, Math.Min((piece + 1) * product._rowsPerPiece, left.Rows) - first);
                for (var start = 0; start < Math.Max(1, depth); start += BlockDepth)
                {
                    Cover(first, rows, start, Math.Min(BlockDepth, depth - start), product._strips[worker].Pointer);
                }
            }
        }

        private void Cover(int first, int rows, int start, int depth, float* strips)
        {
            var (left, result) = (product._left, product._result);
            var packed = left.ColumnStride != 1;
            var from = left.First + ((nint)first * left.RowStride) + ((nint)start * left.ColumnStride);
            if (packed)
            {
                PackStrips(from, left.ColumnStride, rows, depth, strips);
            }

            for (var panel = 0; panel < result.Columns; panel += Tile.Width)
            {
                var width = PanelWidth(panel, result.Columns);
                var operands = new TileOperands
                {
                    A = packed ? strips : from,
                    AStride = packed ? 1 : left.RowStride,
                    ASkip = packed ? StripRows - 1 : 0,
                    B = product._panels.Pointer + ((nint)panel * left.Columns) + ((nint)start * width),
                    BStride = width,
                    C = result.First + ((nint)first * result.RowStride) + panel,
                    CStride = result.RowStride,
                    Bias = start == 0 && product._hasBias ? product._biases.Pointer + panel : null,
                    Depth = depth,
                    Add = product._add || start > 0,
                };
                var columns = Math.Min(Tile.Width, result.Columns - panel);
                if (!packed)
                {
                    Tile.Run(operands, rows, columns);
                    continue;
                }

                for (var row = 0; row < rows; row += StripRows)
                {
                    Tile.Run(operands, Math.Min(StripRows, rows - row), columns);
                    operands.A += StripRows * depth;
                    operands.C += StripRows * operands.CStride;
                }
            }
        }

        /// <summary>Rows of a transposed factor lie side by side in memory: each strip gets 12 of them, step after step.</summary>
        private static void PackStrips(float* from, nint stepStride, int rows, int depth, float* strips)
        {
            for (var row = 0; row < rows; row += StripRows)
            {
                var count = Math.Min(StripRows, rows - row);
                var target = strips + (row * depth);
                if (count == StripRows)
                {
                    CopyStrip(from + row, stepStride, target, depth);
                    continue;
                }

                for (var k = 0; k < depth; k++)
                {
                    new ReadOnlySpan<float>(from + row + (k * stepStride), count).CopyTo(new Span<float>(target + (k * StripRows), count));
                }
            }
        }
    }
}
