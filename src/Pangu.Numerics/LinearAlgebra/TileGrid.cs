using System.Runtime.CompilerServices;

namespace Pangu.Numerics;

/// <summary>Walks a column of tiles of C for one panel of B and takes care of the edges.</summary>
internal static unsafe class TileGrid
{
    /// <summary>C[rows, panel's columns] += sign * A^T B over one block of steps.</summary>
    /// <param name="a">Packed A; its columns are the rows of C.</param>
    /// <param name="b">Packed B.</param>
    /// <param name="panel">Panel of B.</param>
    /// <param name="blockStart">First step of the block.</param>
    /// <param name="blockDepth">Steps of the block.</param>
    /// <param name="c">C's row 0 and the panel's first column.</param>
    /// <param name="stride">Distance between rows of C.</param>
    /// <param name="rows">First and end row of C to update; the first is a multiple of 8.</param>
    /// <param name="sign">1 or -1.</param>
    [SkipLocalsInit]
    internal static void AddColumn(DoublePanels a, DoublePanels b, int panel, int blockStart, int blockDepth, double* c, int stride, (int First, int End) rows, double sign)
    {
        var edge = stackalloc double[DoubleTile.Height * DoubleTile.Width];
        var columns = Math.Min(DoubleTile.Width, b.Columns - (panel * DoubleTile.Width));
        var right = b.At(blockStart, blockDepth, panel);
        for (var row = rows.First; row < rows.End; row += DoubleTile.Height)
        {
            var left = a.At(blockStart, blockDepth, row / DoubleTile.Width) + (row % DoubleTile.Width);
            var height = Math.Min(DoubleTile.Height, rows.End - row);
            var target = c + ((long)row * stride);
            if (height == DoubleTile.Height && columns == DoubleTile.Width)
            {
                DoubleTile.Add(blockDepth, left, right, target, stride, sign);
                continue;
            }

            new Span<double>(edge, DoubleTile.Height * DoubleTile.Width).Clear();
            DoubleTile.Add(blockDepth, left, right, edge, DoubleTile.Width, sign);
            for (var r = 0; r < height; r++)
            {
                for (var column = 0; column < columns; column++)
                {
                    target[((long)r * stride) + column] += edge[(r * DoubleTile.Width) + column];
                }
            }
        }
    }
}
