using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Pangu.Numerics;

/// <summary>Register-blocked tiles of a float32 product on 128-bit registers (<see cref="TileOperands"/>); the case of ARM64, with 32 registers and FMA.</summary>
/// <remarks>Lanes: 4 columns a register; 4 rows x 4 registers = 16 accumulators. Otherwise as <see cref="Tile512"/>; without FMA (SSE) each step rounds twice.</remarks>
internal static unsafe class Tile128
{
    /// <summary>4 rows by 16 columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Rows4Columns16(in TileOperands t)
    {
        Vector128<float> c0a, c0b, c0c, c0d;
        Vector128<float> c1a, c1b, c1c, c1d;
        Vector128<float> c2a, c2b, c2c, c2d;
        Vector128<float> c3a, c3b, c3c, c3d;
        var ba = t.Bias is null ? Vector128<float>.Zero : Vector128.Load(t.Bias);
        var bb = t.Bias is null ? Vector128<float>.Zero : Vector128.Load(t.Bias + 4);
        var bc = t.Bias is null ? Vector128<float>.Zero : Vector128.Load(t.Bias + 8);
        var bd = t.Bias is null ? Vector128<float>.Zero : Vector128.Load(t.Bias + 12);
        c0a = ba; c0b = bb; c0c = bc; c0d = bd;
        c1a = ba; c1b = bb; c1c = bc; c1d = bd;
        c2a = ba; c2b = bb; c2c = bc; c2d = bd;
        c3a = ba; c3b = bb; c3c = bc; c3d = bd;
        var stride = t.CStride;
        var c = t.C;
        if (t.Add)
        {
            c0a += Vector128.Load(c);
            c0b += Vector128.Load(c + 4);
            c0c += Vector128.Load(c + 8);
            c0d += Vector128.Load(c + 12);
            c1a += Vector128.Load(c + (1 * stride));
            c1b += Vector128.Load(c + (1 * stride) + 4);
            c1c += Vector128.Load(c + (1 * stride) + 8);
            c1d += Vector128.Load(c + (1 * stride) + 12);
            c2a += Vector128.Load(c + (2 * stride));
            c2b += Vector128.Load(c + (2 * stride) + 4);
            c2c += Vector128.Load(c + (2 * stride) + 8);
            c2d += Vector128.Load(c + (2 * stride) + 12);
            c3a += Vector128.Load(c + (3 * stride));
            c3b += Vector128.Load(c + (3 * stride) + 4);
            c3c += Vector128.Load(c + (3 * stride) + 8);
            c3d += Vector128.Load(c + (3 * stride) + 12);
        }

        var step = t.AStride;
        var aStep = t.ASkip + 1;
        var a0 = t.A;
        var a1 = t.A + (3 * step);
        var b = t.B;
        var bStep = t.BStride;
        for (var k = t.Depth; k > 0; k--)
        {
            ba = Vector128.Load(b);
            bb = Vector128.Load(b + 4);
            bc = Vector128.Load(b + 8);
            bd = Vector128.Load(b + 12);
            var x0 = Vector128.Create(*a0);
            c0a = Vector128.MultiplyAddEstimate(x0, ba, c0a);
            c0b = Vector128.MultiplyAddEstimate(x0, bb, c0b);
            c0c = Vector128.MultiplyAddEstimate(x0, bc, c0c);
            c0d = Vector128.MultiplyAddEstimate(x0, bd, c0d);
            var x1 = Vector128.Create(*(a0 + step));
            c1a = Vector128.MultiplyAddEstimate(x1, ba, c1a);
            c1b = Vector128.MultiplyAddEstimate(x1, bb, c1b);
            c1c = Vector128.MultiplyAddEstimate(x1, bc, c1c);
            c1d = Vector128.MultiplyAddEstimate(x1, bd, c1d);
            var x2 = Vector128.Create(*(float*)((byte*)a0 + (step * 8)));
            c2a = Vector128.MultiplyAddEstimate(x2, ba, c2a);
            c2b = Vector128.MultiplyAddEstimate(x2, bb, c2b);
            c2c = Vector128.MultiplyAddEstimate(x2, bc, c2c);
            c2d = Vector128.MultiplyAddEstimate(x2, bd, c2d);
            var x3 = Vector128.Create(*a1);
            c3a = Vector128.MultiplyAddEstimate(x3, ba, c3a);
            c3b = Vector128.MultiplyAddEstimate(x3, bb, c3b);
            c3c = Vector128.MultiplyAddEstimate(x3, bc, c3c);
            c3d = Vector128.MultiplyAddEstimate(x3, bd, c3d);
            b += bStep;
            a0 += aStep;
            a1 += aStep;
        }

        Vector128.Store(c0a, c);
        Vector128.Store(c0b, c + 4);
        Vector128.Store(c0c, c + 8);
        Vector128.Store(c0d, c + 12);
        Vector128.Store(c1a, c + (1 * stride));
        Vector128.Store(c1b, c + (1 * stride) + 4);
        Vector128.Store(c1c, c + (1 * stride) + 8);
        Vector128.Store(c1d, c + (1 * stride) + 12);
        Vector128.Store(c2a, c + (2 * stride));
        Vector128.Store(c2b, c + (2 * stride) + 4);
        Vector128.Store(c2c, c + (2 * stride) + 8);
        Vector128.Store(c2d, c + (2 * stride) + 12);
        Vector128.Store(c3a, c + (3 * stride));
        Vector128.Store(c3b, c + (3 * stride) + 4);
        Vector128.Store(c3c, c + (3 * stride) + 8);
        Vector128.Store(c3d, c + (3 * stride) + 12);
    }

    /// <summary>1 row by 16 columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Rows1Columns16(in TileOperands t)
    {
        Vector128<float> c0a, c0b, c0c, c0d;
        var ba = t.Bias is null ? Vector128<float>.Zero : Vector128.Load(t.Bias);
        var bb = t.Bias is null ? Vector128<float>.Zero : Vector128.Load(t.Bias + 4);
        var bc = t.Bias is null ? Vector128<float>.Zero : Vector128.Load(t.Bias + 8);
        var bd = t.Bias is null ? Vector128<float>.Zero : Vector128.Load(t.Bias + 12);
        c0a = ba; c0b = bb; c0c = bc; c0d = bd;
        var stride = t.CStride;
        var c = t.C;
        if (t.Add)
        {
            c0a += Vector128.Load(c);
            c0b += Vector128.Load(c + 4);
            c0c += Vector128.Load(c + 8);
            c0d += Vector128.Load(c + 12);
        }

        var step = t.AStride;
        var aStep = t.ASkip + 1;
        var a0 = t.A;
        var b = t.B;
        var bStep = t.BStride;
        for (var k = t.Depth; k > 0; k--)
        {
            ba = Vector128.Load(b);
            bb = Vector128.Load(b + 4);
            bc = Vector128.Load(b + 8);
            bd = Vector128.Load(b + 12);
            var x0 = Vector128.Create(*a0);
            c0a = Vector128.MultiplyAddEstimate(x0, ba, c0a);
            c0b = Vector128.MultiplyAddEstimate(x0, bb, c0b);
            c0c = Vector128.MultiplyAddEstimate(x0, bc, c0c);
            c0d = Vector128.MultiplyAddEstimate(x0, bd, c0d);
            b += bStep;
            a0 += aStep;
        }

        Vector128.Store(c0a, c);
        Vector128.Store(c0b, c + 4);
        Vector128.Store(c0c, c + 8);
        Vector128.Store(c0d, c + 12);
    }
}
