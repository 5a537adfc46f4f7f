namespace Pangu.Numerics;

/// <summary>A group of floats that move together: 16, 8 or 4 in a vector register, or one. A kernel is written once against this and compiled for each width.</summary>
/// <remarks>
/// Every width does the same roundings in the same order, so a number does not depend on whether a vector or the tail computed it. Multiply-add is one rounding where the processor
/// has FMA, two elsewhere. <see cref="Least"/> and <see cref="Greatest"/> give their second operand when either is NaN, which is how NaN passes through a clamp.
/// </remarks>
/// <typeparam name="TSelf">The lane type.</typeparam>
internal unsafe interface ILane<TSelf>
    where TSelf : unmanaged, ILane<TSelf>
{
    /// <summary>Floats in the group.</summary>
    static abstract int Count { get; }

    /// <summary>Reads, no alignment needed.</summary>
    static abstract TSelf Load(float* source);

    /// <summary>One value everywhere.</summary>
    static abstract TSelf All(float value);

    /// <summary>a * b + c.</summary>
    static abstract TSelf MultiplyAdd(TSelf a, TSelf b, TSelf c);

    /// <summary>a * b + constant; a member of its own, because a compiler inlines only so many calls into one method.</summary>
    static abstract TSelf MultiplyAdd(TSelf a, TSelf b, float constant);

    /// <summary>a * constant + c.</summary>
    static abstract TSelf MultiplyAdd(TSelf a, float constant, TSelf c);

    /// <summary>e^r * 2^n; see <see cref="LaneMath.Exp"/>.</summary>
    static abstract TSelf ExpOfReduced(TSelf r, TSelf n);

    /// <summary>The lesser; the second where either is NaN.</summary>
    static abstract TSelf Least(TSelf first, TSelf second);

    /// <summary>The greater; the second where either is NaN.</summary>
    static abstract TSelf Greatest(TSelf first, TSelf second);

    /// <summary>Nearest whole number, ties to even.</summary>
    static abstract TSelf Round(TSelf value);

    /// <summary>Where x is below the limit, 0; else the value.</summary>
    static abstract TSelf ZeroBelow(TSelf x, TSelf limit, TSelf value);

    /// <summary>Sum of the group, in pairs.</summary>
    static abstract float Sum(TSelf value);

    /// <summary>Greatest of the group; NaN there gives an unspecified member.</summary>
    static abstract float Maximum(TSelf value);

    /// <summary>Writes, no alignment needed.</summary>
    void Store(float* target);

    /// <summary>Sum.</summary>
    static abstract TSelf operator +(TSelf left, TSelf right);

    /// <summary>Difference.</summary>
    static abstract TSelf operator -(TSelf left, TSelf right);

    /// <summary>Product.</summary>
    static abstract TSelf operator *(TSelf left, TSelf right);

    /// <summary>Quotient.</summary>
    static abstract TSelf operator /(TSelf left, TSelf right);
}
