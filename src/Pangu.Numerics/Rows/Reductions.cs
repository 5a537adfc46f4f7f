using System.Runtime.Intrinsics;

namespace Pangu.Numerics;

/// <summary>Sums over arrays of float32. Safe for many callers at once.</summary>
public static unsafe class Reductions
{
    /// <summary>Sum of products.</summary>
    /// <remarks>
    /// Lanes: two partial sums of 16, 8 or 4 floats by what the processor has, added in pairs; a tail of single numbers; no alignment needed. NaN and infinity as in scalar arithmetic. Error at
    /// most (length / 32 + 8) * 6e-8 of the sum of magnitudes.
    /// </remarks>
    /// <param name="left">Numbers.</param>
    /// <param name="right">As many numbers.</param>
    /// <returns>The sum; 0 for no numbers.</returns>
    public static float Dot(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        RowShape.CheckEqual(left.Length, right.Length);
        fixed (float* x = left, y = right)
        {
            return Vector512.IsHardwareAccelerated ? RowMath<Lane16>.Dot(x, y, left.Length)
                : Vector256.IsHardwareAccelerated ? RowMath<Lane8>.Dot(x, y, left.Length)
                : Vector128.IsHardwareAccelerated ? RowMath<Lane4>.Dot(x, y, left.Length)
                : RowMath<Lane1>.Dot(x, y, left.Length);
        }
    }

    /// <summary>Greatest number.</summary>
    /// <remarks>Lanes: 16, 8 or 4 by what the processor has, a tail of single numbers; exact. Where a number is NaN the result is any of them.</remarks>
    /// <param name="numbers">At least one.</param>
    /// <returns>The greatest.</returns>
    public static float Maximum(ReadOnlySpan<float> numbers)
    {
        RowShape.Check(numbers.Length, numbers.Length);
        fixed (float* x = numbers)
        {
            return Vector512.IsHardwareAccelerated ? RowMath<Lane16>.Maximum(x, numbers.Length)
                : Vector256.IsHardwareAccelerated ? RowMath<Lane8>.Maximum(x, numbers.Length)
                : Vector128.IsHardwareAccelerated ? RowMath<Lane4>.Maximum(x, numbers.Length)
                : RowMath<Lane1>.Maximum(x, numbers.Length);
        }
    }
}
