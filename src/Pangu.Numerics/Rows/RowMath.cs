using System.Runtime.CompilerServices;

namespace Pangu.Numerics;

/// <summary>What the row kernels share: sums, maxima and maps over one row, in groups of one lane width and a tail of single numbers.</summary>
/// <remarks>Each is a method of its own, fully compiled at once: the compiler inlines only so many calls into one method, and a first, plain compilation would be slow for the first calls.</remarks>
/// <typeparam name="TLane">Lane type of the bulk.</typeparam>
internal static unsafe class RowMath<TLane>
    where TLane : unmanaged, ILane<TLane>
{
    /// <summary>Sum of the row: one partial sum a lane, then the lanes in pairs, then the tail.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static float Sum(float* row, int length)
    {
        var partial = TLane.All(0);
        var i = 0;
        for (; i <= length - TLane.Count; i += TLane.Count)
        {
            partial += TLane.Load(row + i);
        }

        var sum = TLane.Sum(partial);
        for (; i < length; i++)
        {
            sum += row[i];
        }

        return sum;
    }

    /// <summary>Sum of (x - centre)^2 over the row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static float SumOfSquares(float* row, int length, float centre)
    {
        var partial = TLane.All(0);
        var middle = TLane.All(centre);
        var i = 0;
        for (; i <= length - TLane.Count; i += TLane.Count)
        {
            var difference = TLane.Load(row + i) - middle;
            partial = TLane.MultiplyAdd(difference, difference, partial);
        }

        var sum = TLane.Sum(partial);
        for (; i < length; i++)
        {
            sum = float.MultiplyAddEstimate(row[i] - centre, row[i] - centre, sum);
        }

        return sum;
    }

    /// <summary>Sum of products of two rows, with two partial sums a lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static float Dot(float* left, float* right, int length)
    {
        var first = TLane.All(0);
        var second = TLane.All(0);
        var i = 0;
        for (; i <= length - (2 * TLane.Count); i += 2 * TLane.Count)
        {
            first = TLane.MultiplyAdd(TLane.Load(left + i), TLane.Load(right + i), first);
            second = TLane.MultiplyAdd(TLane.Load(left + i + TLane.Count), TLane.Load(right + i + TLane.Count), second);
        }

        var sum = TLane.Sum(first + second);
        for (; i < length; i++)
        {
            sum = float.MultiplyAddEstimate(left[i], right[i], sum);
        }

        return sum;
    }

    /// <summary>Greatest of a row of at least one number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static float Maximum(float* row, int length)
    {
        var i = 0;
        var maximum = row[0];
        if (length >= TLane.Count)
        {
            var partial = TLane.Load(row);
            for (i = TLane.Count; i <= length - TLane.Count; i += TLane.Count)
            {
                partial = TLane.Greatest(TLane.Load(row + i), partial);
            }

            maximum = TLane.Maximum(partial);
        }

        for (; i < length; i++)
        {
            maximum = row[i] > maximum ? row[i] : maximum;
        }

        return maximum;
    }

    /// <summary>x = e^(x - shift), and the sum of the results.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static float ExpAndSum(float* row, int length, float shift)
    {
        var partial = TLane.All(0);
        var offset = TLane.All(shift);
        var i = 0;
        for (; i <= length - TLane.Count; i += TLane.Count)
        {
            var value = LaneMath.Exp(TLane.Load(row + i) - offset);
            value.Store(row + i);
            partial += value;
        }

        var sum = TLane.Sum(partial);
        for (; i < length; i++)
        {
            var value = LaneMath.Exp(new Lane1(row[i] - shift));
            value.Store(row + i);
            sum += row[i];
        }

        return sum;
    }

    /// <summary>target = (source - centre) * factor * weight + bias; a null weight is 1, a null bias 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Affine(float* source, float* target, int length, float centre, float factor, float* weight, float* bias)
    {
        var i = 0;
        for (; i <= length - TLane.Count; i += TLane.Count)
        {
            Step<TLane>(source, target, i, centre, factor, weight, bias);
        }

        for (; i < length; i++)
        {
            Step<Lane1>(source, target, i, centre, factor, weight, bias);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step<TStep>(float* source, float* target, int i, float centre, float factor, float* weight, float* bias)
        where TStep : unmanaged, ILane<TStep>
    {
        var value = (TStep.Load(source + i) - TStep.All(centre)) * TStep.All(factor);
        value = weight is null ? value : value * TStep.Load(weight + i);
        value = bias is null ? value : value + TStep.Load(bias + i);
        value.Store(target + i);
    }
}
