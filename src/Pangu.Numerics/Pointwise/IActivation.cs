using System.Runtime.CompilerServices;

namespace Pangu.Numerics;

/// <summary>A non-linearity together with its slope, which backward passes need.</summary>
internal interface IActivation
{
    /// <summary>The function and its derivative.</summary>
    /// <typeparam name="TLane">Lane type.</typeparam>
    /// <param name="x">Where.</param>
    /// <param name="slope">The derivative there.</param>
    /// <returns>The function there.</returns>
    static abstract TLane Apply<TLane>(TLane x, out TLane slope)
        where TLane : unmanaged, ILane<TLane>;
}

/// <summary>x Phi(x); slope Phi(x) + x phi(x).</summary>
internal readonly struct GeluActivation : IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane Apply<TLane>(TLane x, out TLane slope)
        where TLane : unmanaged, ILane<TLane>
    {
        var half = TLane.All(0.5f);
        var share = TLane.MultiplyAdd(half, LaneMath.Erf(x * TLane.All(0.70710678118654752f)), half);
        var density = TLane.All(0.39894228040143268f) * LaneMath.Exp(TLane.All(-0.5f) * x * x);
        slope = TLane.MultiplyAdd(x, density, share);
        return x * share;
    }
}

/// <summary>GELU by the tanh approximation: x sigmoid(u) with u = x (a + b x^2); slope s + x s (1 - s) (a + 3 b x^2).</summary>
internal readonly struct GeluTanhActivation : IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane Apply<TLane>(TLane x, out TLane slope)
        where TLane : unmanaged, ILane<TLane>
    {
        var square = x * x;
        var linear = TLane.All(1.5957691216057308f);
        var share = LaneMath.Sigmoid(x * TLane.MultiplyAdd(square, 0.07135481282553643f, linear));
        var value = x * share;
        slope = TLane.MultiplyAdd(value * (TLane.All(1) - share), TLane.MultiplyAdd(square, 0.21406443847660929f, linear), share);
        return value;
    }
}

/// <summary>x sigmoid(x); slope s + x s (1 - s).</summary>
internal readonly struct SiluActivation : IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane Apply<TLane>(TLane x, out TLane slope)
        where TLane : unmanaged, ILane<TLane>
    {
        var share = LaneMath.Sigmoid(x);
        var value = x * share;
        slope = TLane.MultiplyAdd(value, TLane.All(1) - share, share);
        return value;
    }
}

/// <summary>max(x, 0); slope 1 above 0, else 0.</summary>
internal readonly struct ReluActivation : IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane Apply<TLane>(TLane x, out TLane slope)
        where TLane : unmanaged, ILane<TLane>
    {
        slope = TLane.ZeroBelow(x, TLane.All(float.Epsilon), TLane.All(1));
        return TLane.Greatest(TLane.All(0), x);
    }
}

/// <summary>max(x, 0)^2; slope 2 max(x, 0).</summary>
internal readonly struct ReluSquaredActivation : IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane Apply<TLane>(TLane x, out TLane slope)
        where TLane : unmanaged, ILane<TLane>
    {
        var positive = TLane.Greatest(TLane.All(0), x);
        slope = positive + positive;
        return positive * positive;
    }
}
