using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Pangu.Numerics;

/// <summary>What a product of one row reads and writes: y[32 p + c] = (y or 0) + bias[32 p + c] + sum over k of x[k] * panels[p][k, c], every panel 32 columns wide.</summary>
internal unsafe struct RowOperands
{
    /// <summary>The row.</summary>
    internal float* X;

    /// <summary>First panel: [depth, 32].</summary>
    internal float* Panels;

    /// <summary>Distance between panels.</summary>
    internal nint PanelStride;

    /// <summary>First number of the result.</summary>
    internal float* Y;

    /// <summary>Bias of the first column; null for none.</summary>
    internal float* Bias;

    /// <summary>Steps k.</summary>
    internal nint Depth;

    /// <summary>Whether y is added to (true) or replaced (false).</summary>
    internal bool Add;
}

/// <summary>The product of a single row with packed panels: what decoding one token at a time consists of.</summary>
/// <remarks>
/// Lanes: 16 or 8 columns a register, always 8 accumulators where there are panels enough (4 panels at 512 bits, 2 at 256 bits), so that neither the latency of a multiply-add nor that of a load is
/// waited for and weights stream as fast as memory gives them. A column is summed over k in order, from bias on, as <see cref="Tile"/> does: the same bits as in a product of many rows. Narrower
/// machines use <see cref="Tile"/>. No alignment needed; NaN and infinity as in scalar arithmetic.
/// </remarks>
internal static unsafe class RowTile
{
    /// <summary>Computes whole panels.</summary>
    /// <param name="operands">The operands.</param>
    /// <param name="panels">Panels of 32 columns, 0 or more.</param>
    internal static void Run(RowOperands operands, int panels)
    {
        while (panels > 0)
        {
            var taken = 1;
            if (Vector512.IsHardwareAccelerated)
            {
                taken = panels >= 4 ? 4 : panels >= 2 ? 2 : 1;
                switch (taken)
                {
                    case 4: Panels4Of512(operands); break;
                    case 2: Panels2Of512(operands); break;
                    default: OnePanel(operands); break;
                }
            }
            else if (Vector256.IsHardwareAccelerated)
            {
                taken = panels >= 2 ? 2 : 1;
                if (taken == 2)
                {
                    Panels2Of256(operands);
                }
                else
                {
                    OnePanelOf256(operands);
                }
            }
            else
            {
                OnePanel(operands);
            }

            operands.Panels += taken * operands.PanelStride;
            operands.Y += taken * Tile.Width;
            operands.Bias = operands.Bias is null ? null : operands.Bias + (taken * Tile.Width);
            panels -= taken;
        }
    }

    private static void OnePanel(in RowOperands t) => Tile.Run(
        new TileOperands { A = t.X, AStride = t.Depth, B = t.Panels, BStride = Tile.Width, C = t.Y, CStride = Tile.Width, Bias = t.Bias, Depth = t.Depth, Add = t.Add },
        1,
        Tile.Width);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Panels4Of512(in RowOperands t)
    {
        var y = t.Y;
        var start = new Start(t);
        var a0 = start.At512(0);
        var a1 = start.At512(16);
        var b0 = start.At512(32);
        var b1 = start.At512(48);
        var c0 = start.At512(64);
        var c1 = start.At512(80);
        var d0 = start.At512(96);
        var d1 = start.At512(112);
        var x = t.X;
        var a = t.Panels;
        var b = a + t.PanelStride;
        var c = b + t.PanelStride;
        var d = c + t.PanelStride;
        nint end = t.Depth * Tile.Width;
        for (nint k = 0; k < end; k += Tile.Width)
        {
            var value = Vector512.Create(*x++);
            a0 = Vector512.MultiplyAddEstimate(value, Vector512.Load(a + k), a0);
            a1 = Vector512.MultiplyAddEstimate(value, Vector512.Load(a + k + 16), a1);
            b0 = Vector512.MultiplyAddEstimate(value, Vector512.Load(b + k), b0);
            b1 = Vector512.MultiplyAddEstimate(value, Vector512.Load(b + k + 16), b1);
            c0 = Vector512.MultiplyAddEstimate(value, Vector512.Load(c + k), c0);
            c1 = Vector512.MultiplyAddEstimate(value, Vector512.Load(c + k + 16), c1);
            d0 = Vector512.MultiplyAddEstimate(value, Vector512.Load(d + k), d0);
            d1 = Vector512.MultiplyAddEstimate(value, Vector512.Load(d + k + 16), d1);
        }

        Vector512.Store(a0, y);
        Vector512.Store(a1, y + 16);
        Vector512.Store(b0, y + 32);
        Vector512.Store(b1, y + 48);
        Vector512.Store(c0, y + 64);
        Vector512.Store(c1, y + 80);
        Vector512.Store(d0, y + 96);
        Vector512.Store(d1, y + 112);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Panels2Of512(in RowOperands t)
    {
        var y = t.Y;
        var start = new Start(t);
        var a0 = start.At512(0);
        var a1 = start.At512(16);
        var b0 = start.At512(32);
        var b1 = start.At512(48);
        var x = t.X;
        var a = t.Panels;
        var b = a + t.PanelStride;
        nint end = t.Depth * Tile.Width;
        for (nint k = 0; k < end; k += Tile.Width)
        {
            var value = Vector512.Create(*x++);
            a0 = Vector512.MultiplyAddEstimate(value, Vector512.Load(a + k), a0);
            a1 = Vector512.MultiplyAddEstimate(value, Vector512.Load(a + k + 16), a1);
            b0 = Vector512.MultiplyAddEstimate(value, Vector512.Load(b + k), b0);
            b1 = Vector512.MultiplyAddEstimate(value, Vector512.Load(b + k + 16), b1);
        }

        Vector512.Store(a0, y);
        Vector512.Store(a1, y + 16);
        Vector512.Store(b0, y + 32);
        Vector512.Store(b1, y + 48);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Panels2Of256(in RowOperands t)
    {
        var y = t.Y;
        var start = new Start(t);
        var a0 = start.At256(0);
        var a1 = start.At256(8);
        var a2 = start.At256(16);
        var a3 = start.At256(24);
        var b0 = start.At256(32);
        var b1 = start.At256(40);
        var b2 = start.At256(48);
        var b3 = start.At256(56);
        var x = t.X;
        var a = t.Panels;
        var b = a + t.PanelStride;
        nint end = t.Depth * Tile.Width;
        for (nint k = 0; k < end; k += Tile.Width)
        {
            var value = Vector256.Create(*x++);
            a0 = Vector256.MultiplyAddEstimate(value, Vector256.Load(a + k), a0);
            a1 = Vector256.MultiplyAddEstimate(value, Vector256.Load(a + k + 8), a1);
            a2 = Vector256.MultiplyAddEstimate(value, Vector256.Load(a + k + 16), a2);
            a3 = Vector256.MultiplyAddEstimate(value, Vector256.Load(a + k + 24), a3);
            b0 = Vector256.MultiplyAddEstimate(value, Vector256.Load(b + k), b0);
            b1 = Vector256.MultiplyAddEstimate(value, Vector256.Load(b + k + 8), b1);
            b2 = Vector256.MultiplyAddEstimate(value, Vector256.Load(b + k + 16), b2);
            b3 = Vector256.MultiplyAddEstimate(value, Vector256.Load(b + k + 24), b3);
        }

        Vector256.Store(a0, y);
        Vector256.Store(a1, y + 8);
        Vector256.Store(a2, y + 16);
        Vector256.Store(a3, y + 24);
        Vector256.Store(b0, y + 32);
        Vector256.Store(b1, y + 40);
        Vector256.Store(b2, y + 48);
        Vector256.Store(b3, y + 56);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OnePanelOf256(in RowOperands t)
    {
        var y = t.Y;
        var start = new Start(t);
        var a0 = start.At256(0);
        var a1 = start.At256(8);
        var a2 = start.At256(16);
        var a3 = start.At256(24);
        var x = t.X;
        var a = t.Panels;
        nint end = t.Depth * Tile.Width;
        for (nint k = 0; k < end; k += Tile.Width)
        {
            var value = Vector256.Create(*x++);
            a0 = Vector256.MultiplyAddEstimate(value, Vector256.Load(a + k), a0);
            a1 = Vector256.MultiplyAddEstimate(value, Vector256.Load(a + k + 8), a1);
            a2 = Vector256.MultiplyAddEstimate(value, Vector256.Load(a + k + 16), a2);
            a3 = Vector256.MultiplyAddEstimate(value, Vector256.Load(a + k + 24), a3);
        }

        Vector256.Store(a0, y);
        Vector256.Store(a1, y + 8);
        Vector256.Store(a2, y + 16);
        Vector256.Store(a3, y + 24);
    }

    // What a column begins with: bias and, where the result is added to, what stands there.
    private readonly struct Start(in RowOperands operands)
    {
        private readonly float* _bias = operands.Bias;
        private readonly float* _y = operands.Add ? operands.Y : null;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal Vector512<float> At512(int column)
        {
            var sum = _bias is null ? Vector512<float>.Zero : Vector512.Load(_bias + column);
            return _y is null ? sum : sum + Vector512.Load(_y + column);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal Vector256<float> At256(int column)
        {
            var sum = _bias is null ? Vector256<float>.Zero : Vector256.Load(_bias + column);
            return _y is null ? sum : sum + Vector256.Load(_y + column);
        }
    }
}
