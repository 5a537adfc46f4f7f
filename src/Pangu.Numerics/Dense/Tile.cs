using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Pangu.Numerics;

/// <summary>Covers a block of C of up to 32 columns and any number of rows with the tiles of the widest registers there are.</summary>
internal static unsafe class Tile
{
    /// <summary>Most columns of a block.</summary>
    internal const int Width = 32;

    /// <summary>Columns that are computed together; narrower blocks are computed whole and cut.</summary>
    internal const int Step = 16;

    /// <summary>Computes a block.</summary>
    /// <param name="operands">The block's operands; B must be readable over whole steps of 16 columns (its padding may hold any finite numbers).</param>
    /// <param name="rows">Rows, 0 or more.</param>
    /// <param name="columns">Columns of C, from 1 to 32.</param>
    [SkipLocalsInit]
    internal static void Run(TileOperands operands, int rows, int columns)
    {
        var full = columns & ~(Step - 1);
        if (full > 0)
        {
            Cover(operands, rows, full);
        }

        if (columns == full)
        {
            return;
        }

        operands.B += full;
        operands.C += full;
        operands.Bias = operands.Bias is null ? null : operands.Bias + full;
        var edge = stackalloc float[12 * Step];
        for (var row = 0; row < rows; row += 12)
        {
            CoverEdge(operands, Math.Min(12, rows - row), columns - full, edge);
            operands.A += 12 * operands.AStride;
            operands.C += 12 * operands.CStride;
        }
    }

    // At most 12 rows of fewer than 16 columns, through a tile of its own.
    private static void CoverEdge(TileOperands operands, int rows, int columns, float* edge)
    {
        var c = operands.C;
        var stride = operands.CStride;
        operands.C = edge;
        operands.CStride = Step;
        new Span<float>(edge, 12 * Step).Clear();
        for (var row = 0; operands.Add && row < rows; row++)
        {
            new ReadOnlySpan<float>(c + (row * stride), columns).CopyTo(new Span<float>(edge + (row * Step), columns));
        }

        Cover(operands, rows, Step);
        for (var row = 0; row < rows; row++)
        {
            new ReadOnlySpan<float>(edge + (row * Step), columns).CopyTo(new Span<float>(c + (row * stride), columns));
        }
    }

    private static void Cover(TileOperands operands, int rows, int columns)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Cover512(operands, rows, columns);
            return;
        }

        for (var column = 0; column < columns; column += Step)
        {
            if (Vector256.IsHardwareAccelerated)
            {
                Cover256(operands, rows);
            }
            else if (Vector128.IsHardwareAccelerated)
            {
                Cover128(operands, rows);
            }
            else
            {
                CoverPlain(operands, rows);
            }

            operands.B += Step;
            operands.C += Step;
            operands.Bias = operands.Bias is null ? null : operands.Bias + Step;
        }
    }

    private static void Cover512(TileOperands operands, int rows, int columns)
    {
        var wide = columns == Width;
        while (rows > 0)
        {
            var height = rows >= 12 ? 12 : rows >= 4 ? 4 : 1;
            switch (height)
            {
                case 12 when wide: Tile512.Rows12Columns32(operands); break;
                case 12: Tile512.Rows12Columns16(operands); break;
                case 4 when wide: Tile512.Rows4Columns32(operands); break;
                case 4: Tile512.Rows4Columns16(operands); break;
                case 1 when wide: Tile512.Rows1Columns32(operands); break;
                default: Tile512.Rows1Columns16(operands); break;
            }

            Advance(ref operands, height);
            rows -= height;
        }
    }

    private static void Cover256(TileOperands operands, int rows)
    {
        while (rows > 0)
        {
            var height = rows >= 6 ? 6 : rows >= 2 ? 2 : 1;
            switch (height)
            {
                case 6: Tile256.Rows6Columns16(operands); break;
                case 2: Tile256.Rows2Columns16(operands); break;
                default: Tile256.Rows1Columns16(operands); break;
            }

            Advance(ref operands, height);
            rows -= height;
        }
    }

    private static void Cover128(TileOperands operands, int rows)
    {
        while (rows > 0)
        {
            var height = rows >= 4 ? 4 : 1;
            if (height == 4)
            {
                Tile128.Rows4Columns16(operands);
            }
            else
            {
                Tile128.Rows1Columns16(operands);
            }

            Advance(ref operands, height);
            rows -= height;
        }
    }

    // The plain path, without vectors: the same sums in the same order.
    private static void CoverPlain(in TileOperands operands, int rows)
    {
        for (nint row = 0; row < rows; row++)
        {
            for (nint column = 0; column < Step; column++)
            {
                var c = operands.C + (row * operands.CStride) + column;
                var sum = (operands.Bias is null ? 0 : operands.Bias[column]) + (operands.Add ? *c : 0);
                for (nint k = 0; k < operands.Depth; k++)
                {
                    sum = float.MultiplyAddEstimate(operands.A[(row * operands.AStride) + (k * (operands.ASkip + 1))], operands.B[(k * operands.BStride) + column], sum);
                }

                *c = sum;
            }
        }
    }

    private static void Advance(ref TileOperands operands, int rows)
    {
        operands.A += rows * operands.AStride;
        operands.C += rows * operands.CStride;
    }
}
