using System.Numerics;

namespace Pangu.Numerics;

/// <summary>A matrix packed for <see cref="DoubleTile"/>: blocks of steps k, in each panel after panel of 24 columns, in each step after step. What lies beyond the edges is zero.</summary>
/// <remarks>Number (k, c) of a block of <c>d</c> steps lies at (c / 24) * d * 24 + (k mod block) * 24 + (c mod 24) behind the block's first number.</remarks>
internal sealed unsafe class DoublePanels
{
    /// <summary>Steps of a block: a panel of 128 x 24 doubles (24 KiB) stays in the first-level cache.</summary>
    internal const int BlockDepth = 128;

    private readonly AlignedBuffer<double> _numbers;

    /// <summary>Room for a matrix.</summary>
    /// <param name="maxDepth">Most steps k.</param>
    /// <param name="columns">Columns.</param>
    internal DoublePanels(int maxDepth, int columns)
    {
        Columns = columns;
        Panels = (columns + DoubleTile.Width - 1) / DoubleTile.Width;
        _numbers = new AlignedBuffer<double>(checked(Math.Max(maxDepth, 1) * Panels * DoubleTile.Width));
    }

    /// <summary>Columns packed.</summary>
    internal int Columns { get; }

    /// <summary>Panels, the last one filled up with zeros.</summary>
    internal int Panels { get; }

    /// <summary>Where a panel of a block begins.</summary>
    /// <param name="blockStart">First step of the block.</param>
    /// <param name="blockDepth">Steps of the block.</param>
    /// <param name="panel">Number of the panel.</param>
    /// <returns>A pointer, 64-byte aligned.</returns>
    internal double* At(int blockStart, int blockDepth, int panel) => _numbers.Pointer + ((long)blockStart * Panels * DoubleTile.Width) + ((long)panel * blockDepth * DoubleTile.Width);

    /// <summary>Packs one panel of a row-major matrix [depth, columns].</summary>
    /// <typeparam name="T">Element type of the matrix: float or double.</typeparam>
    /// <param name="panel">Number of the panel.</param>
    /// <param name="source">First number of the matrix.</param>
    /// <param name="stride">Distance between its rows.</param>
    /// <param name="depth">Steps k.</param>
    internal void Pack<T>(int panel, T* source, int stride, int depth)
        where T : unmanaged, INumberBase<T>
    {
        var first = panel * DoubleTile.Width;
        var width = Math.Min(DoubleTile.Width, Columns - first);
        for (var start = 0; start < depth; start += BlockDepth)
        {
            var block = Math.Min(BlockDepth, depth - start);
            var target = At(start, block, panel);
            for (var k = 0; k < block; k++, target += DoubleTile.Width)
            {
                var row = source + ((long)(start + k) * stride) + first;
                for (var column = 0; column < width; column++)
                {
                    target[column] = double.CreateTruncating(row[column]);
                }

                for (var column = width; column < DoubleTile.Width; column++)
                {
                    target[column] = 0;
                }
            }
        }
    }

    /// <summary>Packs one panel of the transpose of a row-major matrix [columns, depth].</summary>
    /// <param name="panel">Number of the panel.</param>
    /// <param name="source">First number of the matrix.</param>
    /// <param name="stride">Distance between its rows.</param>
    /// <param name="depth">Steps k, at most <see cref="BlockDepth"/>.</param>
    internal void PackTransposed(int panel, double* source, int stride, int depth)
    {
        var first = panel * DoubleTile.Width;
        var target = At(0, depth, panel);
        for (var column = 0; column < DoubleTile.Width; column++)
        {
            var row = source + ((long)(first + column) * stride);
            for (var k = 0; k < depth; k++)
            {
                target[(k * DoubleTile.Width) + column] = first + column < Columns ? row[k] : 0;
            }
        }
    }
}
