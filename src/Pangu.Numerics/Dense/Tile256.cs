using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Pangu.Numerics;

/// <summary>Register-blocked tiles of a float32 product on 256-bit registers with FMA (<see cref="TileOperands"/>).</summary>
/// <remarks>
/// Lanes: 8 columns a register; 6 rows x 2 registers = 12 accumulators of the 16. Otherwise as <see cref="Tile512"/>, with the same order of sums and so the same bits.
/// </remarks>
internal static unsafe class Tile256
{
    /// <summary>6 rows by 16 columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Rows6Columns16(in TileOperands t)
    {
        Vector256<float> c0a, c0b;
        Vector256<float> c1a, c1b;
        Vector256<float> c2a, c2b;
        Vector256<float> c3a, c3b;
        Vector256<float> c4a, c4b;
        Vector256<float> c5a, c5b;
        var ba = t.Bias is null ? Vector256<float>.Zero : Vector256.Load(t.Bias);
        var bb = t.Bias is null ? Vector256<float>.Zero : Vector256.Load(t.Bias + 8);
        c0a = ba; c0b = bb;
        c1a = ba; c1b = bb;
        c2a = ba; c2b = bb;
        c3a = ba; c3b = bb;
        c4a = ba; c4b = bb;
        c5a = ba; c5b = bb;
        var stride = t.CStride;
        var c = t.C;
        if (t.Add)
        {
            c0a += Vector256.Load(c);
            c0b += Vector256.Load(c + 8);
            c1a += Vector256.Load(c + (1 * stride));
            c1b += Vector256.Load(c + (1 * stride) + 8);
            c2a += Vector256.Load(c + (2 * stride));
            c2b += Vector256.Load(c + (2 * stride) + 8);
            c3a += Vector256.Load(c + (3 * stride));
            c3b += Vector256.Load(c + (3 * stride) + 8);
            c4a += Vector256.Load(c + (4 * stride));
            c4b += Vector256.Load(c + (4 * stride) + 8);
            c5a += Vector256.Load(c + (5 * stride));
            c5b += Vector256.Load(c + (5 * stride) + 8);
        }

        var step = t.AStride;
        var aStep = t.ASkip + 1;
        var a0 = t.A;
        var a1 = t.A + (3 * step);
        var b = t.B;
        var bStep = t.BStride;
        for (var k = t.Depth; k > 0; k--)
        {
            ba = Vector256.Load(b);
            bb = Vector256.Load(b + 8);
            var x0 = Vector256.Create(*a0);
            c0a = Vector256.MultiplyAddEstimate(x0, ba, c0a);
            c0b = Vector256.MultiplyAddEstimate(x0, bb, c0b);
            var x1 = Vector256.Create(*(a0 + step));
            c1a = Vector256.MultiplyAddEstimate(x1, ba, c1a);
            c1b = Vector256.MultiplyAddEstimate(x1, bb, c1b);
            var x2 = Vector256.Create(*(float*)((byte*)a0 + (step * 8)));
            c2a = Vector256.MultiplyAddEstimate(x2, ba, c2a);
            c2b = Vector256.MultiplyAddEstimate(x2, bb, c2b);
            var x3 = Vector256.Create(*a1);
            c3a = Vector256.MultiplyAddEstimate(x3, ba, c3a);
            c3b = Vector256.MultiplyAddEstimate(x3, bb, c3b);
            var x4 = Vector256.Create(*(a1 + step));
            c4a = Vector256.MultiplyAddEstimate(x4, ba, c4a);
            c4b = Vector256.MultiplyAddEstimate(x4, bb, c4b);
            var x5 = Vector256.Create(*(float*)((byte*)a1 + (step * 8)));
            c5a = Vector256.MultiplyAddEstimate(x5, ba, c5a);
            c5b = Vector256.MultiplyAddEstimate(x5, bb, c5b);
            b += bStep;
            a0 += aStep;
            a1 += aStep;
        }

        Vector256.Store(c0a, c);
        Vector256.Store(c0b, c + 8);
        Vector256.Store(c1a, c + (1 * stride));
        Vector256.Store(c1b, c + (1 * stride) + 8);
        Vector256.Store(c2a, c + (2 * stride));
        Vector256.Store(c2b, c + (2 * stride) + 8);
        Vector256.Store(c3a, c + (3 * stride));
        Vector256.Store(c3b, c + (3 * stride) + 8);
        Vector256.Store(c4a, c + (4 * stride));
        Vector256.Store(c4b, c + (4 * stride) + 8);
        Vector256.Store(c5a, c + (5 * stride));
        Vector256.Store(c5b, c + (5 * stride) + 8);
    }

    /// <summary>2 rows by 16 columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Rows2Columns16(in TileOperands t)
    {
        Vector256<float> c0a, c0b;
        Vector256<float> c1a, c1b;
        var ba = t.Bias is null ? Vector256<float>.Zero : Vector256.Load(t.Bias);
        var bb = t.Bias is null ? Vector256<float>.Zero : Vector256.Load(t.Bias + 8);
        c0a = ba; c0b = bb;
        c1a = ba; c1b = bb;
        var stride = t.CStride;
        var c = t.C;
        if (t.Add)
        {
            c0a += Vector256.Load(c);
            c0b += Vector256.Load(c + 8);
            c1a += Vector256.Load(c + (1 * stride));
            c1b += Vector256.Load(c + (1 * stride) + 8);
        }

        var step = t.AStride;
        var aStep = t.ASkip + 1;
        var a0 = t.A;
        var b = t.B;
        var bStep = t.BStride;
        for (var k = t.Depth; k > 0; k--)
        {
            ba = Vector256.Load(b);
            bb = Vector256.Load(b + 8);
            var x0 = Vector256.Create(*a0);
            c0a = Vector256.MultiplyAddEstimate(x0, ba, c0a);
            c0b = Vector256.MultiplyAddEstimate(x0, bb, c0b);
            var x1 = Vector256.Create(*(a0 + step));
            c1a = Vector256.MultiplyAddEstimate(x1, ba, c1a);
            c1b = Vector256.MultiplyAddEstimate(x1, bb, c1b);
            b += bStep;
            a0 += aStep;
        }

        Vector256.Store(c0a, c);
        Vector256.Store(c0b, c + 8);
        Vector256.Store(c1a, c + (1 * stride));
        Vector256.Store(c1b, c + (1 * stride) + 8);
    }

    /// <summary>1 row by 16 columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Rows1Columns16(in TileOperands t)
    {
        Vector256<float> c0a, c0b;
        var ba = t.Bias is null ? Vector256<float>.Zero : Vector256.Load(t.Bias);
        var bb = t.Bias is null ? Vector256<float>.Zero : Vector256.Load(t.Bias + 8);
        c0a = ba; c0b = bb;
        var stride = t.CStride;
        var c = t.C;
        if (t.Add)
        {
            c0a += Vector256.Load(c);
            c0b += Vector256.Load(c + 8);
        }

        var step = t.AStride;
        var aStep = t.ASkip + 1;
        var a0 = t.A;
        var b = t.B;
        var bStep = t.BStride;
        for (var k = t.Depth; k > 0; k--)
        {
            ba = Vector256.Load(b);
            bb = Vector256.Load(b + 8);
            var x0 = Vector256.Create(*a0);
            c0a = Vector256.MultiplyAddEstimate(x0, ba, c0a);
            c0b = Vector256.MultiplyAddEstimate(x0, bb, c0b);
            b += bStep;
            a0 += aStep;
        }

        Vector256.Store(c0a, c);
        Vector256.Store(c0b, c + 8);
    }
}
