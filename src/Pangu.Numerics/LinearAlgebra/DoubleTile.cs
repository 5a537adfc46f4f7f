using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Pangu.Numerics;

/// <summary>The innermost step of dense linear algebra in double: C[r, c] += sign * sum over k of A[k, r] * B[k, c] for one tile of 8 x 24.</summary>
/// <remarks>
/// Both operands are packed in panels of 24 numbers a step k (<see cref="DoublePanels"/>), so every load of B is contiguous and 64-byte aligned and one packing serves both sides.
/// Lanes: 512 bits, 8 rows x 3 vectors = 24 accumulators of the 32 registers; 256 bits with FMA, four sub-tiles of 4 rows x 3 vectors = 12 accumulators of the 16; otherwise the scalar
/// reference. Tail: none in k; edges of C are the caller's (it passes a full tile of its own and copies). NaN and infinity go through as in scalar arithmetic. Error: k roundings of
/// relative size 2^-53 with FMA, 2 k without; the order of summation over k is the same for every thread count.
/// </remarks>
internal static unsafe class DoubleTile
{
    /// <summary>Rows of a tile.</summary>
    internal const int Height = 8;

    /// <summary>Columns of a tile and width of a packed panel.</summary>
    internal const int Width = 24;

    /// <summary>Adds one product to a tile of C.</summary>
    /// <param name="depth">Number of steps k.</param>
    /// <param name="a">Panel of A, already moved to the tile's first row; stride 24 a step.</param>
    /// <param name="b">Panel of B; stride 24 a step, 64-byte aligned.</param>
    /// <param name="c">First number of the tile of C.</param>
    /// <param name="stride">Distance between rows of C.</param>
    /// <param name="sign">Factor of the product, 1 or -1.</param>
    internal static void Add(int depth, double* a, double* b, double* c, int stride, double sign)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Add512(depth, a, b, c, stride, sign);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            for (var row = 0; row < Height; row += 4)
            {
                Add256(depth, a + row, b, c + (row * stride), stride, sign);
                Add256(depth, a + row, b + 12, c + (row * stride) + 12, stride, sign);
            }
        }
        else
        {
            AddReference(depth, a, b, c, stride, sign);
        }
    }

    /// <summary>The plain reference: the definition, one number after another.</summary>
    /// <param name="depth">Number of steps k.</param>
    /// <param name="a">Panel of A.</param>
    /// <param name="b">Panel of B.</param>
    /// <param name="c">First number of the tile of C.</param>
    /// <param name="stride">Distance between rows of C.</param>
    /// <param name="sign">Factor of the product, 1 or -1.</param>
    internal static void AddReference(int depth, double* a, double* b, double* c, int stride, double sign)
    {
        for (var row = 0; row < Height; row++)
        {
            for (var column = 0; column < Width; column++)
            {
                var sum = 0.0;
                for (var k = 0; k < depth; k++)
                {
                    sum += a[(k * Width) + row] * b[(k * Width) + column];
                }

                c[(row * stride) + column] += sign * sum;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add512(int depth, double* a, double* b, double* c, int stride, double sign)
    {
        Vector512<double> c00 = Vector512<double>.Zero, c01 = Vector512<double>.Zero, c02 = Vector512<double>.Zero;
        Vector512<double> c10 = Vector512<double>.Zero, c11 = Vector512<double>.Zero, c12 = Vector512<double>.Zero;
        Vector512<double> c20 = Vector512<double>.Zero, c21 = Vector512<double>.Zero, c22 = Vector512<double>.Zero;
        Vector512<double> c30 = Vector512<double>.Zero, c31 = Vector512<double>.Zero, c32 = Vector512<double>.Zero;
        Vector512<double> c40 = Vector512<double>.Zero, c41 = Vector512<double>.Zero, c42 = Vector512<double>.Zero;
        Vector512<double> c50 = Vector512<double>.Zero, c51 = Vector512<double>.Zero, c52 = Vector512<double>.Zero;
        Vector512<double> c60 = Vector512<double>.Zero, c61 = Vector512<double>.Zero, c62 = Vector512<double>.Zero;
        Vector512<double> c70 = Vector512<double>.Zero, c71 = Vector512<double>.Zero, c72 = Vector512<double>.Zero;
        for (var k = 0; k < depth; k++)
        {
            var b0 = Vector512.Load(b);
            var b1 = Vector512.Load(b + 8);
            var b2 = Vector512.Load(b + 16);
            var a0 = Vector512.Create(a[0]);
            c00 = Vector512.MultiplyAddEstimate(a0, b0, c00);
            c01 = Vector512.MultiplyAddEstimate(a0, b1, c01);
            c02 = Vector512.MultiplyAddEstimate(a0, b2, c02);
            var a1 = Vector512.Create(a[1]);
            c10 = Vector512.MultiplyAddEstimate(a1, b0, c10);
            c11 = Vector512.MultiplyAddEstimate(a1, b1, c11);
            c12 = Vector512.MultiplyAddEstimate(a1, b2, c12);
            var a2 = Vector512.Create(a[2]);
            c20 = Vector512.MultiplyAddEstimate(a2, b0, c20);
            c21 = Vector512.MultiplyAddEstimate(a2, b1, c21);
            c22 = Vector512.MultiplyAddEstimate(a2, b2, c22);
            var a3 = Vector512.Create(a[3]);
            c30 = Vector512.MultiplyAddEstimate(a3, b0, c30);
            c31 = Vector512.MultiplyAddEstimate(a3, b1, c31);
            c32 = Vector512.MultiplyAddEstimate(a3, b2, c32);
            var a4 = Vector512.Create(a[4]);
            c40 = Vector512.MultiplyAddEstimate(a4, b0, c40);
            c41 = Vector512.MultiplyAddEstimate(a4, b1, c41);
            c42 = Vector512.MultiplyAddEstimate(a4, b2, c42);
            var a5 = Vector512.Create(a[5]);
            c50 = Vector512.MultiplyAddEstimate(a5, b0, c50);
            c51 = Vector512.MultiplyAddEstimate(a5, b1, c51);
            c52 = Vector512.MultiplyAddEstimate(a5, b2, c52);
            var a6 = Vector512.Create(a[6]);
            c60 = Vector512.MultiplyAddEstimate(a6, b0, c60);
            c61 = Vector512.MultiplyAddEstimate(a6, b1, c61);
            c62 = Vector512.MultiplyAddEstimate(a6, b2, c62);
            var a7 = Vector512.Create(a[7]);
            c70 = Vector512.MultiplyAddEstimate(a7, b0, c70);
            c71 = Vector512.MultiplyAddEstimate(a7, b1, c71);
            c72 = Vector512.MultiplyAddEstimate(a7, b2, c72);
            a += Width;
            b += Width;
        }

        var factor = Vector512.Create(sign);
        Store512(c, factor, c00, c01, c02);
        Store512(c + (1 * stride), factor, c10, c11, c12);
        Store512(c + (2 * stride), factor, c20, c21, c22);
        Store512(c + (3 * stride), factor, c30, c31, c32);
        Store512(c + (4 * stride), factor, c40, c41, c42);
        Store512(c + (5 * stride), factor, c50, c51, c52);
        Store512(c + (6 * stride), factor, c60, c61, c62);
        Store512(c + (7 * stride), factor, c70, c71, c72);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store512(double* c, Vector512<double> factor, Vector512<double> s0, Vector512<double> s1, Vector512<double> s2)
    {
        Vector512.Store(Vector512.Load(c) + (factor * s0), c);
        Vector512.Store(Vector512.Load(c + 8) + (factor * s1), c + 8);
        Vector512.Store(Vector512.Load(c + 16) + (factor * s2), c + 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add256(int depth, double* a, double* b, double* c, int stride, double sign)
    {
        Vector256<double> c00 = Vector256<double>.Zero, c01 = Vector256<double>.Zero, c02 = Vector256<double>.Zero;
        Vector256<double> c10 = Vector256<double>.Zero, c11 = Vector256<double>.Zero, c12 = Vector256<double>.Zero;
        Vector256<double> c20 = Vector256<double>.Zero, c21 = Vector256<double>.Zero, c22 = Vector256<double>.Zero;
        Vector256<double> c30 = Vector256<double>.Zero, c31 = Vector256<double>.Zero, c32 = Vector256<double>.Zero;
        for (var k = 0; k < depth; k++)
        {
            var b0 = Vector256.Load(b);
            var b1 = Vector256.Load(b + 4);
            var b2 = Vector256.Load(b + 8);
            var a0 = Vector256.Create(a[0]);
            c00 = Vector256.MultiplyAddEstimate(a0, b0, c00);
            c01 = Vector256.MultiplyAddEstimate(a0, b1, c01);
            c02 = Vector256.MultiplyAddEstimate(a0, b2, c02);
            var a1 = Vector256.Create(a[1]);
            c10 = Vector256.MultiplyAddEstimate(a1, b0, c10);
            c11 = Vector256.MultiplyAddEstimate(a1, b1, c11);
            c12 = Vector256.MultiplyAddEstimate(a1, b2, c12);
            var a2 = Vector256.Create(a[2]);
            c20 = Vector256.MultiplyAddEstimate(a2, b0, c20);
            c21 = Vector256.MultiplyAddEstimate(a2, b1, c21);
            c22 = Vector256.MultiplyAddEstimate(a2, b2, c22);
            var a3 = Vector256.Create(a[3]);
            c30 = Vector256.MultiplyAddEstimate(a3, b0, c30);
            c31 = Vector256.MultiplyAddEstimate(a3, b1, c31);
            c32 = Vector256.MultiplyAddEstimate(a3, b2, c32);
            a += Width;
            b += Width;
        }

        var factor = Vector256.Create(sign);
        Store256(c, factor, c00, c01, c02);
        Store256(c + (1 * stride), factor, c10, c11, c12);
        Store256(c + (2 * stride), factor, c20, c21, c22);
        Store256(c + (3 * stride), factor, c30, c31, c32);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store256(double* c, Vector256<double> factor, Vector256<double> s0, Vector256<double> s1, Vector256<double> s2)
    {
        Vector256.Store(Vector256.Load(c) + (factor * s0), c);
        Vector256.Store(Vector256.Load(c + 4) + (factor * s1), c + 4);
        Vector256.Store(Vector256.Load(c + 8) + (factor * s2), c + 8);
    }
}
