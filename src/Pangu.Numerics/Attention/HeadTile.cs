using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Pangu.Numerics;

/// <summary>What the weighted sums of one token's heads read and write: y[h, c] = sum over t of weights[h, t] * values[h / group][t, c].</summary>
internal unsafe struct HeadOperands
{
    /// <summary>First head's weights.</summary>
    internal float* Weights;

    /// <summary>Distance between heads of the weights.</summary>
    internal nint WeightStride;

    /// <summary>First key and value head's first token.</summary>
    internal float* Values;

    /// <summary>Distance between key and value heads.</summary>
    internal nint HeadStride;

    /// <summary>Distance between tokens.</summary>
    internal nint TokenStride;

    /// <summary>Query heads of one key and value head.</summary>
    internal int Group;

    /// <summary>Tokens t.</summary>
    internal nint Tokens;

    /// <summary>First head's result.</summary>
    internal float* Y;

    /// <summary>Numbers of a head, and the distance between heads of the result.</summary>
    internal int Width;
}

/// <summary>Weighted sums of values for all heads of one token: several heads side by side, because a single one would wait for every multiply-add.</summary>
/// <remarks>
/// Lanes: 32 numbers of a head in 2 or 4 registers; 4 heads at 512 bits and 2 at 256 bits make 8 accumulators. Single heads, widths that are no multiple of 32 and narrower machines
/// use <see cref="Tile"/>. A number is summed over t in order, as there: the same bits. No alignment needed; NaN and infinity as in scalar arithmetic.
/// </remarks>
internal static unsafe class HeadTile
{
    /// <summary>Computes all heads.</summary>
    /// <param name="operands">The operands; values must be readable over whole steps of 16 numbers.</param>
    /// <param name="heads">Query heads.</param>
    internal static void Run(in HeadOperands operands, int heads)
    {
        var together = operands.Width % Tile.Width != 0 ? 1 : Vector512.IsHardwareAccelerated ? 4 : Vector256.IsHardwareAccelerated ? 2 : 1;
        for (var head = 0; head < heads;)
        {
            var taken = Math.Min(together, heads - head >= 4 ? 4 : heads - head >= 2 ? 2 : 1);
            for (var column = 0; column < operands.Width; column += Tile.Width)
            {
                switch (taken)
                {
                    case 4: Heads4Of512(operands, head, column); break;
                    case 2 when Vector512.IsHardwareAccelerated: Heads2Of512(operands, head, column); break;
                    case 2: Heads2Of256(operands, head, column); break;
                    default: OneHead(operands, head, column); break;
                }
            }

            head += taken;
        }
    }

    private static void OneHead(in HeadOperands t, int head, int column) => Tile.Run(
        new TileOperands
        {
            A = t.Weights + (head * t.WeightStride),
            AStride = t.WeightStride,
            B = ValuesOf(t, head) + column,
            BStride = t.TokenStride,
            C = t.Y + (head * t.Width) + column,
            CStride = t.Width,
            Depth = t.Tokens,
        },
        1,
        Math.Min(Tile.Width, t.Width - column));

    private static float* ValuesOf(in HeadOperands t, int head) => t.Values + (head / t.Group * t.HeadStride);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Heads4Of512(in HeadOperands t, int head, int column)
    {
        Vector512<float> a0 = default, a1 = default, b0 = default, b1 = default, c0 = default, c1 = default, d0 = default, d1 = default;
        var a = ValuesOf(t, head) + column;
        var b = ValuesOf(t, head + 1) + column;
        var c = ValuesOf(t, head + 2) + column;
        var d = ValuesOf(t, head + 3) + column;
        var (stride, weightStride) = (t.TokenStride, t.WeightStride);
        var weight = t.Weights + (head * weightStride);
        var third = weight + (2 * weightStride);
        for (var token = t.Tokens; token > 0; token--)
        {
            var x = Vector512.Create(*weight);
            a0 = Vector512.MultiplyAddEstimate(x, Vector512.Load(a), a0);
            a1 = Vector512.MultiplyAddEstimate(x, Vector512.Load(a + 16), a1);
            x = Vector512.Create(weight[weightStride]);
            b0 = Vector512.MultiplyAddEstimate(x, Vector512.Load(b), b0);
            b1 = Vector512.MultiplyAddEstimate(x, Vector512.Load(b + 16), b1);
            x = Vector512.Create(*third);
            c0 = Vector512.MultiplyAddEstimate(x, Vector512.Load(c), c0);
            c1 = Vector512.MultiplyAddEstimate(x, Vector512.Load(c + 16), c1);
            x = Vector512.Create(third[weightStride]);
            d0 = Vector512.MultiplyAddEstimate(x, Vector512.Load(d), d0);
            d1 = Vector512.MultiplyAddEstimate(x, Vector512.Load(d + 16), d1);
            weight++;
            third++;
            a += stride;
            b += stride;
            c += stride;
            d += stride;
        }

        var y = t.Y + (head * t.Width) + column;
        Vector512.Store(a0, y);
        Vector512.Store(a1, y + 16);
        y += t.Width;
        Vector512.Store(b0, y);
        Vector512.Store(b1, y + 16);
        y += t.Width;
        Vector512.Store(c0, y);
        Vector512.Store(c1, y + 16);
        y += t.Width;
        Vector512.Store(d0, y);
        Vector512.Store(d1, y + 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Heads2Of512(in HeadOperands t, int head, int column)
    {
        Vector512<float> a0 = default, a1 = default, b0 = default, b1 = default;
        var a = ValuesOf(t, head) + column;
        var b = ValuesOf(t, head + 1) + column;
        var (stride, weightStride) = (t.TokenStride, t.WeightStride);
        var weight = t.Weights + (head * weightStride);
        for (var token = t.Tokens; token > 0; token--)
        {
            var x = Vector512.Create(*weight);
            a0 = Vector512.MultiplyAddEstimate(x, Vector512.Load(a), a0);
            a1 = Vector512.MultiplyAddEstimate(x, Vector512.Load(a + 16), a1);
            x = Vector512.Create(weight[weightStride]);
            b0 = Vector512.MultiplyAddEstimate(x, Vector512.Load(b), b0);
            b1 = Vector512.MultiplyAddEstimate(x, Vector512.Load(b + 16), b1);
            weight++;
            a += stride;
            b += stride;
        }

        var y = t.Y + (head * t.Width) + column;
        Vector512.Store(a0, y);
        Vector512.Store(a1, y + 16);
        y += t.Width;
        Vector512.Store(b0, y);
        Vector512.Store(b1, y + 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Heads2Of256(in HeadOperands t, int head, int column)
    {
        Vector256<float> a0 = default, a1 = default, a2 = default, a3 = default, b0 = default, b1 = default, b2 = default, b3 = default;
        var a = ValuesOf(t, head) + column;
        var b = ValuesOf(t, head + 1) + column;
        var (stride, weightStride) = (t.TokenStride, t.WeightStride);
        var weight = t.Weights + (head * weightStride);
        for (var token = t.Tokens; token > 0; token--)
        {
            var x = Vector256.Create(*weight);
            a0 = Vector256.MultiplyAddEstimate(x, Vector256.Load(a), a0);
            a1 = Vector256.MultiplyAddEstimate(x, Vector256.Load(a + 8), a1);
            a2 = Vector256.MultiplyAddEstimate(x, Vector256.Load(a + 16), a2);
            a3 = Vector256.MultiplyAddEstimate(x, Vector256.Load(a + 24), a3);
            x = Vector256.Create(weight[weightStride]);
            b0 = Vector256.MultiplyAddEstimate(x, Vector256.Load(b), b0);
            b1 = Vector256.MultiplyAddEstimate(x, Vector256.Load(b + 8), b1);
            b2 = Vector256.MultiplyAddEstimate(x, Vector256.Load(b + 16), b2);
            b3 = Vector256.MultiplyAddEstimate(x, Vector256.Load(b + 24), b3);
            weight++;
            a += stride;
            b += stride;
        }

        var y = t.Y + (head * t.Width) + column;
        Vector256.Store(a0, y);
        Vector256.Store(a1, y + 8);
        Vector256.Store(a2, y + 16);
        Vector256.Store(a3, y + 24);
        y += t.Width;
        Vector256.Store(b0, y);
        Vector256.Store(b1, y + 8);
        Vector256.Store(b2, y + 16);
        Vector256.Store(b3, y + 24);
    }
}
