using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Pangu.Numerics;

/// <summary>Softmax of rows: e^(x - max) / sum, in place. Safe for many callers at once on different memory.</summary>
/// <remarks>
/// Lanes: 16, 8 or 4 by what the processor has, a tail of single numbers; no alignment needed. -infinity gives exactly 0; a row that is -infinity throughout, or holds +infinity or NaN,
/// gives NaN somewhere, as the definition does. Relative error at most 6e-7 plus 1.2e-7 times the
/// distance of a number from the row's maximum, plus 6e-8 a number that a lane sums.
/// </remarks>
public static unsafe class Softmax
{
    /// <summary>Softmax of every row.</summary>
    /// <param name="numbers">[rows, width] row-major; changed in place.</param>
    /// <param name="width">Numbers a row, at least 1.</param>
    public static void Rows(Span<float> numbers, int width)
    {
        RowShape.Check(numbers.Length, width);
        fixed (float* x = numbers)
        {
            Rows(x, numbers.Length / width, width);
        }
    }

    /// <summary>log(sum of e^x) of one row: what a negative log-likelihood is counted from.</summary>
    /// <param name="row">At least one number; holds e^(x - max) afterwards.</param>
    /// <returns>The logarithm of the sum; NaN where the row holds NaN.</returns>
    public static double LogSum(Span<float> row)
    {
        RowShape.Check(row.Length, row.Length);
        fixed (float* x = row)
        {
            return Vector512.IsHardwareAccelerated ? LogSum<Lane16>(x, row.Length)
                : Vector256.IsHardwareAccelerated ? LogSum<Lane8>(x, row.Length)
                : Vector128.IsHardwareAccelerated ? LogSum<Lane4>(x, row.Length)
                : LogSum<Lane1>(x, row.Length);
        }
    }

    /// <summary>Softmax of every row.</summary>
    /// <param name="x">First number.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="width">Numbers a row.</param>
    internal static void Rows(float* x, int rows, int width)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Run<Lane16>(x, rows, width);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Run<Lane8>(x, rows, width);
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            Run<Lane4>(x, rows, width);
        }
        else
        {
            Run<Lane1>(x, rows, width);
        }
    }

    private static double LogSum<TLane>(float* x, int length)
        where TLane : unmanaged, ILane<TLane>
    {
        var maximum = RowMath<TLane>.Maximum(x, length);
        return maximum + Math.Log(RowMath<TLane>.ExpAndSum(x, length, maximum));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run<TLane>(float* x, int rows, int width)
        where TLane : unmanaged, ILane<TLane>
    {
        for (var row = 0; row < rows; row++, x += width)
        {
            var sum = RowMath<TLane>.ExpAndSum(x, width, RowMath<TLane>.Maximum(x, width));
            RowMath<TLane>.Affine(x, x, width, 0, 1 / sum, null, null);
        }
    }
}
