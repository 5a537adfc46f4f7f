using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Pangu.Numerics;

/// <summary>Norms over rows of float32. Source and target may be the same memory. Safe for many callers at once on different memory.</summary>
/// <remarks>
/// Lanes: 16, 8 or 4 by what the processor has, a tail of single numbers; no alignment needed. Mean and variance in two passes in float32: relative error at most about (width / 16 + 4) * 6e-8
/// of the row's spread. NaN or infinity in a row makes that row NaN, no other.
/// </remarks>
public static unsafe class Norms
{
    /// <summary>y = (x - mean) / sqrt(variance + epsilon) * weight + bias over each row (Ba et al. 2016).</summary>
    /// <param name="source">[rows, width].</param>
    /// <param name="target">[rows, width].</param>
    /// <param name="weight">[width].</param>
    /// <param name="bias">[width]; empty for none.</param>
    /// <param name="epsilon">Added to the variance.</param>
    public static void Layer(ReadOnlySpan<float> source, Span<float> target, ReadOnlySpan<float> weight, ReadOnlySpan<float> bias, float epsilon)
    {
        var width = weight.Length;
        RowShape.Check(source.Length, width);
        RowShape.CheckEqual(source.Length, target.Length);
        RowShape.CheckWidth(bias, width, nameof(bias));
        fixed (float* x = source, y = target, w = weight, b = bias)
        {
            if (Vector512.IsHardwareAccelerated)
            {
                LayerRows<Lane16>(x, y, source.Length / width, width, w, b, epsilon);
            }
            else if (Vector256.IsHardwareAccelerated)
            {
                LayerRows<Lane8>(x, y, source.Length / width, width, w, b, epsilon);
            }
            else if (Vector128.IsHardwareAccelerated)
            {
                LayerRows<Lane4>(x, y, source.Length / width, width, w, b, epsilon);
            }
            else
            {
                LayerRows<Lane1>(x, y, source.Length / width, width, w, b, epsilon);
            }
        }
    }

    /// <summary>y = x / sqrt(mean(x^2) + epsilon) * weight over each row (Zhang and Sennrich 2019).</summary>
    /// <param name="source">[rows, width].</param>
    /// <param name="target">[rows, width].</param>
    /// <param name="weight">[width].</param>
    /// <param name="epsilon">Added to the mean square.</param>
    public static void Rms(ReadOnlySpan<float> source, Span<float> target, ReadOnlySpan<float> weight, float epsilon)
    {
        RowShape.Check(source.Length, weight.Length);
        RowShape.CheckEqual(source.Length, target.Length);
        Rms(source, target, weight, epsilon, source.Length / weight.Length, weight.Length);
    }

    /// <summary>The same over rows that lie apart, for example the heads of a wider row.</summary>
    /// <param name="source">First row's first number.</param>
    /// <param name="target">First row's first number.</param>
    /// <param name="weight">[width].</param>
    /// <param name="epsilon">Added to the mean square.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="stride">Distance between rows, in source and target.</param>
    internal static void Rms(ReadOnlySpan<float> source, Span<float> target, ReadOnlySpan<float> weight, float epsilon, int rows, int stride)
    {
        fixed (float* x = source, y = target, w = weight)
        {
            if (Vector512.IsHardwareAccelerated)
            {
                RmsRows<Lane16>(x, y, rows, stride, weight.Length, w, epsilon);
            }
            else if (Vector256.IsHardwareAccelerated)
            {
                RmsRows<Lane8>(x, y, rows, stride, weight.Length, w, epsilon);
            }
            else if (Vector128.IsHardwareAccelerated)
            {
                RmsRows<Lane4>(x, y, rows, stride, weight.Length, w, epsilon);
            }
            else
            {
                RmsRows<Lane1>(x, y, rows, stride, weight.Length, w, epsilon);
            }
        }
    }

    /// <summary>y = x * weight + bias over each row: a batch norm whose running statistics were folded into the two (Ioffe and Szegedy 2015).</summary>
    /// <param name="source">[rows, width].</param>
    /// <param name="target">[rows, width].</param>
    /// <param name="weight">[width].</param>
    /// <param name="bias">[width].</param>
    public static void Affine(ReadOnlySpan<float> source, Span<float> target, ReadOnlySpan<float> weight, ReadOnlySpan<float> bias)
    {
        var width = weight.Length;
        RowShape.Check(source.Length, width);
        RowShape.CheckEqual(source.Length, target.Length);
        RowShape.CheckEqual(width, bias.Length);
        fixed (float* x = source, y = target, w = weight, b = bias)
        {
            if (Vector512.IsHardwareAccelerated)
            {
                AffineRows<Lane16>(x, y, source.Length / width, width, w, b);
            }
            else if (Vector256.IsHardwareAccelerated)
            {
                AffineRows<Lane8>(x, y, source.Length / width, width, w, b);
            }
            else if (Vector128.IsHardwareAccelerated)
            {
                AffineRows<Lane4>(x, y, source.Length / width, width, w, b);
            }
            else
            {
                AffineRows<Lane1>(x, y, source.Length / width, width, w, b);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void LayerRows<TLane>(float* x, float* y, int rows, int width, float* weight, float* bias, float epsilon)
        where TLane : unmanaged, ILane<TLane>
    {
        for (var row = 0; row < rows; row++, x += width, y += width)
        {
            var mean = RowMath<TLane>.Sum(x, width) / width;
            var variance = RowMath<TLane>.SumOfSquares(x, width, mean) / width;
            RowMath<TLane>.Affine(x, y, width, mean, 1 / MathF.Sqrt(variance + epsilon), weight, bias);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RmsRows<TLane>(float* x, float* y, int rows, int stride, int width, float* weight, float epsilon)
        where TLane : unmanaged, ILane<TLane>
    {
        for (var row = 0; row < rows; row++, x += stride, y += stride)
        {
            var meanSquare = RowMath<TLane>.SumOfSquares(x, width, 0) / width;
            RowMath<TLane>.Affine(x, y, width, 0, 1 / MathF.Sqrt(meanSquare + epsilon), weight, null);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AffineRows<TLane>(float* x, float* y, int rows, int width, float* weight, float* bias)
        where TLane : unmanaged, ILane<TLane>
    {
        for (var row = 0; row < rows; row++, x += width, y += width)
        {
            RowMath<TLane>.Affine(x, y, width, 0, 1, weight, bias);
        }
    }
}
