using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Pangu.Numerics;

/// <summary>4 floats in a 128-bit register.</summary>
/// <param name="value">The register.</param>
internal readonly unsafe struct Lane4(Vector128<float> value) : ILane<Lane4>
{
    private readonly Vector128<float> _value = value;

    /// <inheritdoc/>
    public static int Count => 4;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 Load(float* source) => new(Vector128.Load(source));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 All(float value) => new(Vector128.Create(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 MultiplyAdd(Lane4 a, Lane4 b, Lane4 c) => new(Vector128.MultiplyAddEstimate(a._value, b._value, c._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 MultiplyAdd(Lane4 a, Lane4 b, float constant) => new(Vector128.MultiplyAddEstimate(a._value, b._value, Vector128.Create(constant)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 MultiplyAdd(Lane4 a, float constant, Lane4 c) => new(Vector128.MultiplyAddEstimate(a._value, Vector128.Create(constant), c._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 ExpOfReduced(Lane4 r, Lane4 n)
    {
        var x = r._value;
        var p = Vector128.MultiplyAddEstimate(Vector128.Create(LaneMath.Exp6), x, Vector128.Create(LaneMath.Exp5));
        p = Vector128.MultiplyAddEstimate(p, x, Vector128.Create(LaneMath.Exp4));
        p = Vector128.MultiplyAddEstimate(p, x, Vector128.Create(LaneMath.Exp3));
        p = Vector128.MultiplyAddEstimate(p, x, Vector128.Create(LaneMath.Exp2));
        p = Vector128.MultiplyAddEstimate(p, x, Vector128.Create(LaneMath.Exp1));
        p = Vector128.MultiplyAddEstimate(p, x * x, x + Vector128.Create(1f));
        return new(p * (Vector128.ConvertToInt32Native(n._value) + Vector128.Create(127) << 23).AsSingle());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 Least(Lane4 first, Lane4 second) => new(Vector128.MinNative(first._value, second._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 Greatest(Lane4 first, Lane4 second) => new(Vector128.MaxNative(first._value, second._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 Round(Lane4 value) => new(Vector128.Round(value._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 ZeroBelow(Lane4 x, Lane4 limit, Lane4 value) => new(Vector128.AndNot(value._value, Vector128.LessThan(x._value, limit._value)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Lane4 value) => Vector128.Sum(value._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Maximum(Lane4 value) => MathF.Max(MathF.Max(value._value[0], value._value[1]), MathF.Max(value._value[2], value._value[3]));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(float* target) => Vector128.Store(_value, target);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 operator +(Lane4 left, Lane4 right) => new(left._value + right._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 operator -(Lane4 left, Lane4 right) => new(left._value - right._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 operator *(Lane4 left, Lane4 right) => new(left._value * right._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 operator /(Lane4 left, Lane4 right) => new(left._value / right._value);
}
