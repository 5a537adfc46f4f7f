using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Pangu.Numerics;

/// <summary>16 floats in a 512-bit register.</summary>
/// <param name="value">The register.</param>
internal readonly unsafe struct Lane16(Vector512<float> value) : ILane<Lane16>
{
    private readonly Vector512<float> _value = value;

    /// <inheritdoc/>
    public static int Count => 16;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane16 Load(float* source) => new(Vector512.Load(source));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane16 All(float value) => new(Vector512.Create(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane16 MultiplyAdd(Lane16 a, Lane16 b, Lane16 c) => new(Vector512.MultiplyAddEstimate(a._value, b._value, c._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane16 MultiplyAdd(Lane16 a, Lane16 b, float constant) => new(Vector512.MultiplyAddEstimate(a._value, b._value, Vector512.Create(constant)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane16 MultiplyAdd(Lane16 a, float constant, Lane16 c) => new(Vector512.MultiplyAddEstimate(a._value, Vector512.Create(constant), c._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane16 ExpOfReduced(Lane16 r, Lane16 n)
    {
        var x = r._value;
        var p = Vector512.MultiplyAddEstimate(Vector512.Create(LaneMath.Exp6), x, Vector512.Create(LaneMath.Exp5));
        p = Vector512.MultiplyAddEstimate(p, x, Vector512.Create(LaneMath.Exp4));
        p = Vector512.MultiplyAddEstimate(p, x, Vector512.Create(LaneMath.Exp3));
        p = Vector512.MultiplyAddEstimate(p, x, Vector512.Create(LaneMath.Exp2));
        p = Vector512.MultiplyAddEstimate(p, x, Vector512.Create(LaneMath.Exp1));
        p = Vector512.MultiplyAddEstimate(p, x * x, x + Vector512.Create(1f));
        return new(p * (Vector512.ConvertToInt32Native(n._value) + Vector512.Create(127) << 23).AsSingle());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane16 Least(Lane16 first, Lane16 second) => new(Vector512.MinNative(first._value, second._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane16 Greatest(Lane16 first, Lane16 second) => new(Vector512.MaxNative(first._value, second._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane16 Round(Lane16 value) => new(Vector512.Round(value._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane16 ZeroBelow(Lane16 x, Lane16 limit, Lane16 value) => new(Vector512.AndNot(value._value, Vector512.LessThan(x._value, limit._value)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Lane16 value) => Vector512.Sum(value._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Maximum(Lane16 value) => Lane8.Maximum(new Lane8(Vector256.MaxNative(value._value.GetLower(), value._value.GetUpper())));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(float* target) => Vector512.Store(_value, target);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane16 operator +(Lane16 left, Lane16 right) => new(left._value + right._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane16 operator -(Lane16 left, Lane16 right) => new(left._value - right._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane16 operator *(Lane16 left, Lane16 right) => new(left._value * right._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane16 operator /(Lane16 left, Lane16 right) => new(left._value / right._value);
}
