using System.Runtime.CompilerServices;

namespace Pangu.Numerics;

/// <summary>Sums and products of arrays, in place on float32. Safe for many callers at once on different memory.</summary>
/// <remarks>Lanes and tail: <see cref="Pointwise"/>. NaN and infinity as in scalar arithmetic. <see cref="AddScaled"/> rounds once a number where the processor has FMA, else twice; the others once.</remarks>
public static class Elementwise
{
    /// <summary>y += factor * x (axpy).</summary>
    /// <param name="source">x.</param>
    /// <param name="factor">Factor.</param>
    /// <param name="target">y, of the same length.</param>
    public static void AddScaled(ReadOnlySpan<float> source, float factor, Span<float> target) => Pointwise.Run<AddScaledFunction>(source, target, factor);

    /// <summary>y += x.</summary>
    /// <param name="source">x.</param>
    /// <param name="target">y, of the same length.</param>
    public static void Add(ReadOnlySpan<float> source, Span<float> target) => Pointwise.Run<AddFunction>(source, target, 0);

    /// <summary>y *= x.</summary>
    /// <param name="source">x.</param>
    /// <param name="target">y, of the same length.</param>
    public static void Multiply(ReadOnlySpan<float> source, Span<float> target) => Pointwise.Run<MultiplyFunction>(source, target, 0);

    /// <summary>y = max(x, y).</summary>
    /// <param name="source">x.</param>
    /// <param name="target">y, of the same length.</param>
    public static void Maximum(ReadOnlySpan<float> source, Span<float> target) => Pointwise.Run<MaximumFunction>(source, target, 0);

    private readonly struct AddScaledFunction : IPointwisePair
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TLane Apply<TLane>(TLane x, TLane y, TLane constant)
            where TLane : unmanaged, ILane<TLane> => TLane.MultiplyAdd(x, constant, y);
    }

    private readonly struct AddFunction : IPointwisePair
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TLane Apply<TLane>(TLane x, TLane y, TLane constant)
            where TLane : unmanaged, ILane<TLane> => x + y;
    }

    private readonly struct MultiplyFunction : IPointwisePair
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TLane Apply<TLane>(TLane x, TLane y, TLane constant)
            where TLane : unmanaged, ILane<TLane> => x * y;
    }

    private readonly struct MaximumFunction : IPointwisePair
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TLane Apply<TLane>(TLane x, TLane y, TLane constant)
            where TLane : unmanaged, ILane<TLane> => TLane.Greatest(x, y);
    }
}
