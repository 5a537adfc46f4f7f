using System.Runtime.CompilerServices;

namespace Pangu.Numerics;

/// <summary>Pointwise non-linearities, in place on float32. Safe for many callers at once on different memory.</summary>
/// <remarks>
/// Lanes and tail: <see cref="Pointwise"/>. NaN stays NaN. GELU and SiLU of -infinity are NaN (infinity times 0), as in the definition. Error bounds are stated a function and tested against
/// <see cref="ActivationsReference"/> in double.
/// </remarks>
public static class Activations
{
    /// <summary>x Phi(x) by the error function; absolute error at most 4e-7 * max(1, |x|).</summary>
    /// <param name="numbers">Changed in place.</param>
    public static void Gelu(Span<float> numbers) => Pointwise.Run<GeluFunction>(numbers);

    /// <summary>GELU by the tanh approximation, 0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))); absolute error at most 4e-7 * max(1, |x|).</summary>
    /// <param name="numbers">Changed in place.</param>
    public static void GeluTanh(Span<float> numbers) => Pointwise.Run<GeluTanhFunction>(numbers);

    /// <summary>x / (1 + e^-x); absolute error at most 4e-7 * max(1, |x|).</summary>
    /// <param name="numbers">Changed in place.</param>
    public static void Silu(Span<float> numbers) => Pointwise.Run<SiluFunction>(numbers);

    /// <summary>max(x, 0); exact.</summary>
    /// <param name="numbers">Changed in place.</param>
    public static void Relu(Span<float> numbers) => Pointwise.Run<ReluFunction>(numbers);

    /// <summary>max(x, 0)^2; one rounding.</summary>
    /// <param name="numbers">Changed in place.</param>
    public static void ReluSquared(Span<float> numbers) => Pointwise.Run<ReluSquaredFunction>(numbers);

    private readonly struct GeluFunction : IPointwise
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TLane Apply<TLane>(TLane x)
            where TLane : unmanaged, ILane<TLane>
        {
            var half = x * TLane.All(0.5f);
            return TLane.MultiplyAdd(half, LaneMath.Erf(x * TLane.All(0.70710678118654752f)), half);
        }
    }

    private readonly struct GeluTanhFunction : IPointwise
    {
        // 0.5 (1 + tanh u) = sigmoid(2 u); the constants are 2 sqrt(2 / pi) and that times 0.044715.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TLane Apply<TLane>(TLane x)
            where TLane : unmanaged, ILane<TLane>
        {
            var u = x * TLane.MultiplyAdd(x * x, 0.07135481282553643f, TLane.All(1.5957691216057308f));
            return x * LaneMath.Sigmoid(u);
        }
    }

    private readonly struct SiluFunction : IPointwise
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TLane Apply<TLane>(TLane x)
            where TLane : unmanaged, ILane<TLane> => x * LaneMath.Sigmoid(x);
    }

    private readonly struct ReluFunction : IPointwise
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TLane Apply<TLane>(TLane x)
            where TLane : unmanaged, ILane<TLane> => TLane.Greatest(TLane.All(0), x);
    }

    private readonly struct ReluSquaredFunction : IPointwise
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TLane Apply<TLane>(TLane x)
            where TLane : unmanaged, ILane<TLane>
        {
            var positive = TLane.Greatest(TLane.All(0), x);
            return positive * positive;
        }
    }
}
