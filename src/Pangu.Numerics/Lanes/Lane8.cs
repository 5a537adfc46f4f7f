using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Pangu.Numerics;

/// <summary>8 floats in a 256-bit register.</summary>
/// <param name="value">The register.</param>
internal readonly unsafe struct Lane8(Vector256<float> value) : ILane<Lane8>
{
    private readonly Vector256<float> _value = value;

    /// <inheritdoc/>
    public static int Count => 8;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 Load(float* source) => new(Vector256.Load(source));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 All(float value) => new(Vector256.Create(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 MultiplyAdd(Lane8 a, Lane8 b, Lane8 c) => new(Vector256.MultiplyAddEstimate(a._value, b._value, c._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 MultiplyAdd(Lane8 a, Lane8 b, float constant) => new(Vector256.MultiplyAddEstimate(a._value, b._value, Vector256.Create(constant)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 MultiplyAdd(Lane8 a, float constant, Lane8 c) => new(Vector256.MultiplyAddEstimate(a._value, Vector256.Create(constant), c._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 ExpOfReduced(Lane8 r, Lane8 n)
    {
        var x = r._value;
        var p = Vector256.MultiplyAddEstimate(Vector256.Create(LaneMath.Exp6), x, Vector256.Create(LaneMath.Exp5));
        p = Vector256.MultiplyAddEstimate(p, x, Vector256.Create(LaneMath.Exp4));
        p = Vector256.MultiplyAddEstimate(p, x, Vector256.Create(LaneMath.Exp3));
        p = Vector256.MultiplyAddEstimate(p, x, Vector256.Create(LaneMath.Exp2));
        p = Vector256.MultiplyAddEstimate(p, x, Vector256.Create(LaneMath.Exp1));
        p = Vector256.MultiplyAddEstimate(p, x * x, x + Vector256.Create(1f));
        return new(p * (Vector256.ConvertToInt32Native(n._value) + Vector256.Create(127) << 23).AsSingle());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 Least(Lane8 first, Lane8 second) => new(Vector256.MinNative(first._value, second._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 Greatest(Lane8 first, Lane8 second) => new(Vector256.MaxNative(first._value, second._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 Round(Lane8 value) => new(Vector256.Round(value._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 ZeroBelow(Lane8 x, Lane8 limit, Lane8 value) => new(Vector256.AndNot(value._value, Vector256.LessThan(x._value, limit._value)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Lane8 value) => Vector256.Sum(value._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Maximum(Lane8 value) => Lane4.Maximum(new Lane4(Vector128.MaxNative(value._value.GetLower(), value._value.GetUpper())));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(float* target) => Vector256.Store(_value, target);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 operator +(Lane8 left, Lane8 right) => new(left._value + right._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 operator -(Lane8 left, Lane8 right) => new(left._value - right._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 operator *(Lane8 left, Lane8 right) => new(left._value * right._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 operator /(Lane8 left, Lane8 right) => new(left._value / right._value);
}
