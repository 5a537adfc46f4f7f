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
internal static unsafe class Pointwise
{
    /// <summary>x[i] = f(x[i]).</summary>
    /// <typeparam name="TFunction">The function.</typeparam>
    /// <param name="numbers">Changed in place.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Run<TFunction>(Span<float> numbers)
        where TFunction : struct, IPointwise
    {
        fixed (float* x = numbers)
        {
            var i = 0;
            if (Vector512.IsHardwareAccelerated)
            {
                for (; i <= numbers.Length - 16; i += 16)
                {
                    TFunction.Apply(Lane16.Load(x + i)).Store(x + i);
                }
            }

            if (Vector256.IsHardwareAccelerated)
            {
                for (; i <= numbers.Length - 8; i += 8)
                {
                    TFunction.Apply(Lane8.Load(x + i)).Store(x + i);
                }
            }

            if (Vector128.IsHardwareAccelerated)
            {
                for (; i <= numbers.Length - 4; i += 4)
                {
                    TFunction.Apply(Lane4.Load(x + i)).Store(x + i);
                }
            }

            for (; i < numbers.Length; i++)
            {
                TFunction.Apply(Lane1.Load(x + i)).Store(x + i);
            }
        }
    }

    /// <summary>y[i] = f(x[i], y[i], constant).</summary>
    /// <typeparam name="TFunction">The function.</typeparam>
    /// <param name="first">x.</param>
    /// <param name="second">y, of the same length; changed in place.</param>
    /// <param name="constant">Third argument.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Run<TFunction>(ReadOnlySpan<float> first, Span<float> second, float constant)
        where TFunction : struct, IPointwisePair
    {
        if (first.Length != second.Length)
        {
            throw new ArgumentException($"Spans of {first.Length} and {second.Length} numbers; expected equal lengths.", nameof(second));
        }

        fixed (float* x = first, y = second)
        {
            var i = 0;
            if (Vector512.IsHardwareAccelerated)
            {
                for (; i <= first.Length - 16; i += 16)
                {
                    TFunction.Apply(Lane16.Load(x + i), Lane16.Load(y + i), Lane16.All(constant)).Store(y + i);
                }
            }

            if (Vector256.IsHardwareAccelerated)
            {
                for (; i <= first.Length - 8; i += 8)
                {
                    TFunction.Apply(Lane8.Load(x + i), Lane8.Load(y + i), Lane8.All(constant)).Store(y + i);
                }
            }

            if (Vector128.IsHardwareAccelerated)
            {
                for (; i <= first.Length - 4; i += 4)
                {
                    TFunction.Apply(Lane4.Load(x + i), Lane4.Load(y + i), Lane4.All(constant)).Store(y + i);
                }
            }

            for (; i < first.Length; i++)
            {
                TFunction.Apply(Lane1.Load(x + i), Lane1.Load(y + i), Lane1.All(constant)).Store(y + i);
            }
        }
    }
}
