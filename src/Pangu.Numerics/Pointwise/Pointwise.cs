using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Pangu.Numerics;

/// <summary>A function of one number.</summary>
internal interface IPointwise
{
    /// <summary>Applies it to a group.</summary>
    static abstract TLane Apply<TLane>(TLane x)
        where TLane : unmanaged, ILane<TLane>;
}

/// <summary>A function of two numbers and a constant.</summary>
internal interface IPointwisePair
{
    /// <summary>Applies it to two groups.</summary>
    static abstract TLane Apply<TLane>(TLane x, TLane y, TLane constant)
        where TLane : unmanaged, ILane<TLane>;
}

/// <summary>Runs pointwise functions over arrays: the widest lanes first, then one step of each narrower width, then single numbers. No alignment is needed.</summary>
/// <remarks>
/// Each width has a method of its own: the compiler gives every method a budget for inlining, and four loops over a long function in one method would exceed it, which costs a factor of 40.
/// </remarks>
internal static unsafe class Pointwise
{
    /// <summary>x[i] = f(x[i]).</summary>
    /// <typeparam name="TFunction">The function.</typeparam>
    /// <param name="numbers">Changed in place.</param>
    internal static void Run<TFunction>(Span<float> numbers)
        where TFunction : struct, IPointwise
    {
        fixed (float* x = numbers)
        {
            var done = 0;
            if (Vector512.IsHardwareAccelerated)
            {
                done = RunLanes<TFunction, Lane16>(x, done, numbers.Length);
            }

            if (Vector256.IsHardwareAccelerated)
            {
                done = RunLanes<TFunction, Lane8>(x, done, numbers.Length);
            }

            if (Vector128.IsHardwareAccelerated)
            {
                done = RunLanes<TFunction, Lane4>(x, done, numbers.Length);
            }

            RunLanes<TFunction, Lane1>(x, done, numbers.Length);
        }
    }

    /// <summary>y[i] = f(x[i], y[i], constant).</summary>
    /// <typeparam name="TFunction">The function.</typeparam>
    /// <param name="first">x.</param>
    /// <param name="second">y, of the same length; changed in place.</param>
    /// <param name="constant">Third argument.</param>
    internal static void Run<TFunction>(ReadOnlySpan<float> first, Span<float> second, float constant)
        where TFunction : struct, IPointwisePair
    {
        if (first.Length != second.Length)
        {
            throw new ArgumentException($"Spans of {first.Length} and {second.Length} numbers; expected equal lengths.", nameof(second));
        }

        fixed (float* x = first, y = second)
        {
            var done = 0;
            if (Vector512.IsHardwareAccelerated)
            {
                done = RunLanes<TFunction, Lane16>(x, y, constant, done, first.Length);
            }

            if (Vector256.IsHardwareAccelerated)
            {
                done = RunLanes<TFunction, Lane8>(x, y, constant, done, first.Length);
            }

            if (Vector128.IsHardwareAccelerated)
            {
                done = RunLanes<TFunction, Lane4>(x, y, constant, done, first.Length);
            }

            RunLanes<TFunction, Lane1>(x, y, constant, done, first.Length);
        }
    }

    // Whole groups from a start; gives where they end.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int RunLanes<TFunction, TLane>(float* x, int start, int length)
        where TFunction : struct, IPointwise
        where TLane : unmanaged, ILane<TLane>
    {
        var i = start;
        for (; i <= length - TLane.Count; i += TLane.Count)
        {
            TFunction.Apply(TLane.Load(x + i)).Store(x + i);
        }

        return i;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int RunLanes<TFunction, TLane>(float* x, float* y, float constant, int start, int length)
        where TFunction : struct, IPointwisePair
        where TLane : unmanaged, ILane<TLane>
    {
        var factor = TLane.All(constant);
        var i = start;
        for (; i <= length - (2 * TLane.Count); i += 2 * TLane.Count)
        {
            var first = TFunction.Apply(TLane.Load(x + i), TLane.Load(y + i), factor);
            TFunction.Apply(TLane.Load(x + i + TLane.Count), TLane.Load(y + i + TLane.Count), factor).Store(y + i + TLane.Count);
            first.Store(y + i);
        }

        for (; i <= length - TLane.Count; i += TLane.Count)
        {
            TFunction.Apply(TLane.Load(x + i), TLane.Load(y + i), factor).Store(y + i);
        }

        return i;
    }
}
