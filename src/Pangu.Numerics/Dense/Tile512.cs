using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Pangu.Numerics;

/// <summary>Register-blocked tiles of a float32 product on 512-bit registers (<see cref="TileOperands"/>).</summary>
/// <remarks>
/// Lanes: 16 columns a register; 12 rows x 2 registers = 24 accumulators of the 32, fed by two loads of B and 12 broadcasts of A a step, so that the two multiply-add units are busy. Sums run
/// over k in order in every variant: a number does not depend on the tile it fell into. No tail in k; edges of C are <see cref="Tile"/>'s. No alignment needed (B is aligned where it was packed).
/// NaN and infinity as in scalar arithmetic. Error: k roundings of 6e-8 of the partial sums.
/// </remarks>
internal static unsafe class Tile512
{
    /// <summary>12 rows by 32 columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Rows12Columns32(in TileOperands t)
    {
        Vector512<float> c0a, c0b;
        Vector512<float> c1a, c1b;
        Vector512<float> c2a, c2b;
        Vector512<float> c3a, c3b;
        Vector512<float> c4a, c4b;
        Vector512<float> c5a, c5b;
        Vector512<float> c6a, c6b;
        Vector512<float> c7a, c7b;
        Vector512<float> c8a, c8b;
        Vector512<float> c9a, c9b;
        Vector512<float> c10a, c10b;
        Vector512<float> c11a, c11b;
        var ba = t.Bias is null ? Vector512<float>.Zero : Vector512.Load(t.Bias);
        var bb = t.Bias is null ? Vector512<float>.Zero : Vector512.Load(t.Bias + 16);
        c0a = ba; c0b = bb;
        c1a = ba; c1b = bb;
        c2a = ba; c2b = bb;
        c3a = ba; c3b = bb;
        c4a = ba; c4b = bb;
        c5a = ba; c5b = bb;
        c6a = ba; c6b = bb;
        c7a = ba; c7b = bb;
        c8a = ba; c8b = bb;
        c9a = ba; c9b = bb;
        c10a = ba; c10b = bb;
        c11a = ba; c11b = bb;
        var stride = t.CStride;
        var c = t.C;
        if (t.Add)
        {
            c0a += Vector512.Load(c);
            c0b += Vector512.Load(c + 16);
            c1a += Vector512.Load(c + (1 * stride));
            c1b += Vector512.Load(c + (1 * stride) + 16);
            c2a += Vector512.Load(c + (2 * stride));
            c2b += Vector512.Load(c + (2 * stride) + 16);
            c3a += Vector512.Load(c + (3 * stride));
            c3b += Vector512.Load(c + (3 * stride) + 16);
            c4a += Vector512.Load(c + (4 * stride));
            c4b += Vector512.Load(c + (4 * stride) + 16);
            c5a += Vector512.Load(c + (5 * stride));
            c5b += Vector512.Load(c + (5 * stride) + 16);
            c6a += Vector512.Load(c + (6 * stride));
            c6b += Vector512.Load(c + (6 * stride) + 16);
            c7a += Vector512.Load(c + (7 * stride));
            c7b += Vector512.Load(c + (7 * stride) + 16);
            c8a += Vector512.Load(c + (8 * stride));
            c8b += Vector512.Load(c + (8 * stride) + 16);
            c9a += Vector512.Load(c + (9 * stride));
            c9b += Vector512.Load(c + (9 * stride) + 16);
            c10a += Vector512.Load(c + (10 * stride));
            c10b += Vector512.Load(c + (10 * stride) + 16);
            c11a += Vector512.Load(c + (11 * stride));
            c11b += Vector512.Load(c + (11 * stride) + 16);
        }

        var step = t.AStride;
        var aStep = t.ASkip + 1;
        var a0 = t.A;
        var a1 = t.A + (3 * step);
        var a2 = t.A + (6 * step);
        var a3 = t.A + (9 * step);
        var b = t.B;
        var bStep = t.BStride;
        for (var k = t.Depth; k > 0; k--)
        {
            ba = Vector512.Load(b);
            bb = Vector512.Load(b + 16);
            var x0 = Vector512.Create(*a0);
            c0a = Vector512.MultiplyAddEstimate(x0, ba, c0a);
            c0b = Vector512.MultiplyAddEstimate(x0, bb, c0b);
            var x1 = Vector512.Create(*(a0 + step));
            c1a = Vector512.MultiplyAddEstimate(x1, ba, c1a);
            c1b = Vector512.MultiplyAddEstimate(x1, bb, c1b);
            var x2 = Vector512.Create(*(float*)((byte*)a0 + (step * 8)));
            c2a = Vector512.MultiplyAddEstimate(x2, ba, c2a);
            c2b = Vector512.MultiplyAddEstimate(x2, bb, c2b);
            var x3 = Vector512.Create(*a1);
            c3a = Vector512.MultiplyAddEstimate(x3, ba, c3a);
            c3b = Vector512.MultiplyAddEstimate(x3, bb, c3b);
            var x4 = Vector512.Create(*(a1 + step));
            c4a = Vector512.MultiplyAddEstimate(x4, ba, c4a);
            c4b = Vector512.MultiplyAddEstimate(x4, bb, c4b);
            var x5 = Vector512.Create(*(float*)((byte*)a1 + (step * 8)));
            c5a = Vector512.MultiplyAddEstimate(x5, ba, c5a);
            c5b = Vector512.MultiplyAddEstimate(x5, bb, c5b);
            var x6 = Vector512.Create(*a2);
            c6a = Vector512.MultiplyAddEstimate(x6, ba, c6a);
            c6b = Vector512.MultiplyAddEstimate(x6, bb, c6b);
            var x7 = Vector512.Create(*(a2 + step));
            c7a = Vector512.MultiplyAddEstimate(x7, ba, c7a);
            c7b = Vector512.MultiplyAddEstimate(x7, bb, c7b);
            var x8 = Vector512.Create(*(float*)((byte*)a2 + (step * 8)));
            c8a = Vector512.MultiplyAddEstimate(x8, ba, c8a);
            c8b = Vector512.MultiplyAddEstimate(x8, bb, c8b);
            var x9 = Vector512.Create(*a3);
            c9a = Vector512.MultiplyAddEstimate(x9, ba, c9a);
            c9b = Vector512.MultiplyAddEstimate(x9, bb, c9b);
            var x10 = Vector512.Create(*(a3 + step));
            c10a = Vector512.MultiplyAddEstimate(x10, ba, c10a);
            c10b = Vector512.MultiplyAddEstimate(x10, bb, c10b);
            var x11 = Vector512.Create(*(float*)((byte*)a3 + (step * 8)));
            c11a = Vector512.MultiplyAddEstimate(x11, ba, c11a);
            c11b = Vector512.MultiplyAddEstimate(x11, bb, c11b);
            b += bStep;
            a0 += aStep;
            a1 += aStep;
            a2 += aStep;
            a3 += aStep;
        }

        Vector512.Store(c0a, c);
        Vector512.Store(c0b, c + 16);
        Vector512.Store(c1a, c + (1 * stride));
        Vector512.Store(c1b, c + (1 * stride) + 16);
        Vector512.Store(c2a, c + (2 * stride));
        Vector512.Store(c2b, c + (2 * stride) + 16);
        Vector512.Store(c3a, c + (3 * stride));
        Vector512.Store(c3b, c + (3 * stride) + 16);
        Vector512.Store(c4a, c + (4 * stride));
        Vector512.Store(c4b, c + (4 * stride) + 16);
        Vector512.Store(c5a, c + (5 * stride));
        Vector512.Store(c5b, c + (5 * stride) + 16);
        Vector512.Store(c6a, c + (6 * stride));
        Vector512.Store(c6b, c + (6 * stride) + 16);
        Vector512.Store(c7a, c + (7 * stride));
        Vector512.Store(c7b, c + (7 * stride) + 16);
        Vector512.Store(c8a, c + (8 * stride));
        Vector512.Store(c8b, c + (8 * stride) + 16);
        Vector512.Store(c9a, c + (9 * stride));
        Vector512.Store(c9b, c + (9 * stride) + 16);
        Vector512.Store(c10a, c + (10 * stride));
        Vector512.Store(c10b, c + (10 * stride) + 16);
        Vector512.Store(c11a, c + (11 * stride));
        Vector512.Store(c11b, c + (11 * stride) + 16);
    }

    /// <summary>4 rows by 32 columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Rows4Columns32(in TileOperands t)
    {
        Vector512<float> c0a, c0b;
        Vector512<float> c1a, c1b;
        Vector512<float> c2a, c2b;
        Vector512<float> c3a, c3b;
        var ba = t.Bias is null ? Vector512<float>.Zero : Vector512.Load(t.Bias);
        var bb = t.Bias is null ? Vector512<float>.Zero : Vector512.Load(t.Bias + 16);
        c0a = ba; c0b = bb;
        c1a = ba; c1b = bb;
        c2a = ba; c2b = bb;
        c3a = ba; c3b = bb;
        var stride = t.CStride;
        var c = t.C;
        if (t.Add)
        {
            c0a += Vector512.Load(c);
            c0b += Vector512.Load(c + 16);
            c1a += Vector512.Load(c + (1 * stride));
            c1b += Vector512.Load(c + (1 * stride) + 16);
            c2a += Vector512.Load(c + (2 * stride));
            c2b += Vector512.Load(c + (2 * stride) + 16);
            c3a += Vector512.Load(c + (3 * stride));
            c3b += Vector512.Load(c + (3 * stride) + 16);
        }

        var step = t.AStride;
        var aStep = t.ASkip + 1;
        var a0 = t.A;
        var a1 = t.A + (3 * step);
        var b = t.B;
        var bStep = t.BStride;
        for (var k = t.Depth; k > 0; k--)
        {
            ba = Vector512.Load(b);
            bb = Vector512.Load(b + 16);
            var x0 = Vector512.Create(*a0);
            c0a = Vector512.MultiplyAddEstimate(x0, ba, c0a);
            c0b = Vector512.MultiplyAddEstimate(x0, bb, c0b);
            var x1 = Vector512.Create(*(a0 + step));
            c1a = Vector512.MultiplyAddEstimate(x1, ba, c1a);
            c1b = Vector512.MultiplyAddEstimate(x1, bb, c1b);
            var x2 = Vector512.Create(*(float*)((byte*)a0 + (step * 8)));
            c2a = Vector512.MultiplyAddEstimate(x2, ba, c2a);
            c2b = Vector512.MultiplyAddEstimate(x2, bb, c2b);
            var x3 = Vector512.Create(*a1);
            c3a = Vector512.MultiplyAddEstimate(x3, ba, c3a);
            c3b = Vector512.MultiplyAddEstimate(x3, bb, c3b);
            b += bStep;
            a0 += aStep;
            a1 += aStep;
        }

        Vector512.Store(c0a, c);
        Vector512.Store(c0b, c + 16);
        Vector512.Store(c1a, c + (1 * stride));
        Vector512.Store(c1b, c + (1 * stride) + 16);
        Vector512.Store(c2a, c + (2 * stride));
        Vector512.Store(c2b, c + (2 * stride) + 16);
        Vector512.Store(c3a, c + (3 * stride));
        Vector512.Store(c3b, c + (3 * stride) + 16);
    }

    /// <summary>1 row by 32 columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Rows1Columns32(in TileOperands t)
    {
        Vector512<float> c0a, c0b;
        var ba = t.Bias is null ? Vector512<float>.Zero : Vector512.Load(t.Bias);
        var bb = t.Bias is null ? Vector512<float>.Zero : Vector512.Load(t.Bias + 16);
        c0a = ba; c0b = bb;
        var stride = t.CStride;
        var c = t.C;
        if (t.Add)
        {
            c0a += Vector512.Load(c);
            c0b += Vector512.Load(c + 16);
        }

        var step = t.AStride;
        var aStep = t.ASkip + 1;
        var a0 = t.A;
        var b = t.B;
        var bStep = t.BStride;
        for (var k = t.Depth; k > 0; k--)
        {
            ba = Vector512.Load(b);
            bb = Vector512.Load(b + 16);
            var x0 = Vector512.Create(*a0);
            c0a = Vector512.MultiplyAddEstimate(x0, ba, c0a);
            c0b = Vector512.MultiplyAddEstimate(x0, bb, c0b);
            b += bStep;
            a0 += aStep;
        }

        Vector512.Store(c0a, c);
        Vector512.Store(c0b, c + 16);
    }

    /// <summary>12 rows by 16 columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Rows12Columns16(in TileOperands t)
    {
        Vector512<float> c0a;
        Vector512<float> c1a;
        Vector512<float> c2a;
        Vector512<float> c3a;
        Vector512<float> c4a;
        Vector512<float> c5a;
        Vector512<float> c6a;
        Vector512<float> c7a;
        Vector512<float> c8a;
        Vector512<float> c9a;
        Vector512<float> c10a;
        Vector512<float> c11a;
        var ba = t.Bias is null ? Vector512<float>.Zero : Vector512.Load(t.Bias);
        c0a = ba;
        c1a = ba;
        c2a = ba;
        c3a = ba;
        c4a = ba;
        c5a = ba;
        c6a = ba;
        c7a = ba;
        c8a = ba;
        c9a = ba;
        c10a = ba;
        c11a = ba;
        var stride = t.CStride;
        var c = t.C;
        if (t.Add)
        {
            c0a += Vector512.Load(c);
            c1a += Vector512.Load(c + (1 * stride));
            c2a += Vector512.Load(c + (2 * stride));
            c3a += Vector512.Load(c + (3 * stride));
            c4a += Vector512.Load(c + (4 * stride));
            c5a += Vector512.Load(c + (5 * stride));
            c6a += Vector512.Load(c + (6 * stride));
            c7a += Vector512.Load(c + (7 * stride));
            c8a += Vector512.Load(c + (8 * stride));
            c9a += Vector512.Load(c + (9 * stride));
            c10a += Vector512.Load(c + (10 * stride));
            c11a += Vector512.Load(c + (11 * stride));
        }

        var step = t.AStride;
        var aStep = t.ASkip + 1;
        var a0 = t.A;
        var a1 = t.A + (3 * step);
        var a2 = t.A + (6 * step);
        var a3 = t.A + (9 * step);
        var b = t.B;
        var bStep = t.BStride;
        for (var k = t.Depth; k > 0; k--)
        {
            ba = Vector512.Load(b);
            c0a = Vector512.MultiplyAddEstimate(Vector512.Create(*a0), ba, c0a);
            c1a = Vector512.MultiplyAddEstimate(Vector512.Create(*(a0 + step)), ba, c1a);
            c2a = Vector512.MultiplyAddEstimate(Vector512.Create(*(float*)((byte*)a0 + (step * 8))), ba, c2a);
            c3a = Vector512.MultiplyAddEstimate(Vector512.Create(*a1), ba, c3a);
            c4a = Vector512.MultiplyAddEstimate(Vector512.Create(*(a1 + step)), ba, c4a);
            c5a = Vector512.MultiplyAddEstimate(Vector512.Create(*(float*)((byte*)a1 + (step * 8))), ba, c5a);
            c6a = Vector512.MultiplyAddEstimate(Vector512.Create(*a2), ba, c6a);
            c7a = Vector512.MultiplyAddEstimate(Vector512.Create(*(a2 + step)), ba, c7a);
            c8a = Vector512.MultiplyAddEstimate(Vector512.Create(*(float*)((byte*)a2 + (step * 8))), ba, c8a);
            c9a = Vector512.MultiplyAddEstimate(Vector512.Create(*a3), ba, c9a);
            c10a = Vector512.MultiplyAddEstimate(Vector512.Create(*(a3 + step)), ba, c10a);
            c11a = Vector512.MultiplyAddEstimate(Vector512.Create(*(float*)((byte*)a3 + (step * 8))), ba, c11a);
            b += bStep;
            a0 += aStep;
            a1 += aStep;
            a2 += aStep;
            a3 += aStep;
        }

        Vector512.Store(c0a, c);
        Vector512.Store(c1a, c + (1 * stride));
        Vector512.Store(c2a, c + (2 * stride));
        Vector512.Store(c3a, c + (3 * stride));
        Vector512.Store(c4a, c + (4 * stride));
        Vector512.Store(c5a, c + (5 * stride));
        Vector512.Store(c6a, c + (6 * stride));
        Vector512.Store(c7a, c + (7 * stride));
        Vector512.Store(c8a, c + (8 * stride));
        Vector512.Store(c9a, c + (9 * stride));
        Vector512.Store(c10a, c + (10 * stride));
        Vector512.Store(c11a, c + (11 * stride));
    }

    /// <summary>4 rows by 16 columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Rows4Columns16(in TileOperands t)
    {
        Vector512<float> c0a;
        Vector512<float> c1a;
        Vector512<float> c2a;
        Vector512<float> c3a;
        var ba = t.Bias is null ? Vector512<float>.Zero : Vector512.Load(t.Bias);
        c0a = ba;
        c1a = ba;
        c2a = ba;
        c3a = ba;
        var stride = t.CStride;
        var c = t.C;
        if (t.Add)
        {
            c0a += Vector512.Load(c);
            c1a += Vector512.Load(c + (1 * stride));
            c2a += Vector512.Load(c + (2 * stride));
            c3a += Vector512.Load(c + (3 * stride));
        }

        var step = t.AStride;
        var aStep = t.ASkip + 1;
        var a0 = t.A;
        var a1 = t.A + (3 * step);
        var b = t.B;
        var bStep = t.BStride;
        for (var k = t.Depth; k > 0; k--)
        {
            ba = Vector512.Load(b);
            c0a = Vector512.MultiplyAddEstimate(Vector512.Create(*a0), ba, c0a);
            c1a = Vector512.MultiplyAddEstimate(Vector512.Create(*(a0 + step)), ba, c1a);
            c2a = Vector512.MultiplyAddEstimate(Vector512.Create(*(float*)((byte*)a0 + (step * 8))), ba, c2a);
            c3a = Vector512.MultiplyAddEstimate(Vector512.Create(*a1), ba, c3a);
            b += bStep;
            a0 += aStep;
            a1 += aStep;
        }

        Vector512.Store(c0a, c);
        Vector512.Store(c1a, c + (1 * stride));
        Vector512.Store(c2a, c + (2 * stride));
        Vector512.Store(c3a, c + (3 * stride));
    }

    /// <summary>1 row by 16 columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Rows1Columns16(in TileOperands t)
    {
        Vector512<float> c0a;
        var ba = t.Bias is null ? Vector512<float>.Zero : Vector512.Load(t.Bias);
        c0a = ba;
        var stride = t.CStride;
        var c = t.C;
        if (t.Add)
        {
            c0a += Vector512.Load(c);
        }

        var step = t.AStride;
        var aStep = t.ASkip + 1;
        var a0 = t.A;
        var b = t.B;
        var bStep = t.BStride;
        for (var k = t.Depth; k > 0; k--)
        {
            ba = Vector512.Load(b);
            c0a = Vector512.MultiplyAddEstimate(Vector512.Create(*a0), ba, c0a);
            b += bStep;
            a0 += aStep;
        }

        Vector512.Store(c0a, c);
    }
}
