using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Pangu.Numerics;

/// <summary>A short causal depthwise convolution beside the identity: y_t = x_t + sum over j of kernel_j * x_(t - j), in place. Safe for many callers at once on different memory. Legend: <c>T</c> tokens, <c>D</c> width, <c>L</c> length.</summary>
/// <remarks>
/// Tokens from the last to the first, so that what is read is still x. Lanes: 16, 8 or 4 numbers of a token by what the processor has, a tail of single numbers; no alignment needed. NaN and infinity as in
/// scalar arithmetic. A number is summed from x_t on, j ascending, with one rounding a step where the processor has FMA: error at most (L + 1) * 6e-8 of the magnitudes involved.
/// </remarks>
public static unsafe class CausalConvolution
{
    /// <summary>Convolves the tokens of one sequence.</summary>
    /// <param name="tokens">[T, D]; changed in place.</param>
    /// <param name="kernel">[L, D].</param>
    /// <param name="past">[L - 1, D]: the tokens before the first, oldest first; empty where there are none, which counts as zeros.</param>
    /// <param name="width">D.</param>
    public static void Run(Span<float> tokens, ReadOnlySpan<float> kernel, ReadOnlySpan<float> past, int width)
    {
        RowShape.Check(tokens.Length, width);
        RowShape.Check(kernel.Length, width);
        if (!past.IsEmpty && past.Length != kernel.Length - width)
        {
            throw new ArgumentException($"The past has {past.Length} numbers, expected {kernel.Length - width}.", nameof(past));
        }

        fixed (float* x = tokens, w = kernel, p = past)
        {
            for (var token = (tokens.Length / width) - 1; token >= 0; token--)
            {
                if (Vector512.IsHardwareAccelerated)
                {
                    RunToken<Lane16>(x, w, p, token, kernel.Length / width, width);
                }
                else if (Vector256.IsHardwareAccelerated)
                {
                    RunToken<Lane8>(x, w, p, token, kernel.Length / width, width);
                }
                else if (Vector128.IsHardwareAccelerated)
                {
                    RunToken<Lane4>(x, w, p, token, kernel.Length / width, width);
                }
                else
                {
                    RunToken<Lane1>(x, w, p, token, kernel.Length / width, width);
                }
            }
        }
    }

    /// <summary>Keeps the last tokens for what comes next; to be called before they are convolved.</summary>
    /// <param name="tokens">[T, D].</param>
    /// <param name="past">[L - 1, D], oldest first: moved on by T tokens.</param>
    public static void Keep(ReadOnlySpan<float> tokens, Span<float> past)
    {
        if (tokens.Length >= past.Length)
        {
            tokens[^past.Length..].CopyTo(past);
            return;
        }

        past[tokens.Length..].CopyTo(past);
        tokens.CopyTo(past[^tokens.Length..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunToken<TLane>(float* tokens, float* kernel, float* past, int token, int length, int width)
        where TLane : unmanaged, ILane<TLane>
    {
        var row = tokens + ((nint)token * width);
        var i = 0;
        for (; i <= width - TLane.Count; i += TLane.Count)
        {
            Step<TLane>(tokens, kernel, past, token, length, width, i).Store(row + i);
        }

        for (; i < width; i++)
        {
            Step<Lane1>(tokens, kernel, past, token, length, width, i).Store(row + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TStep Step<TStep>(float* tokens, float* kernel, float* past, int token, int length, int width, int i)
        where TStep : unmanaged, ILane<TStep>
    {
        var x = TStep.Load(tokens + ((nint)token * width) + i);
        var sum = TStep.MultiplyAdd(TStep.Load(kernel + i), x, x);
        for (var j = 1; j < length; j++)
        {
            var source = token >= j ? tokens + ((nint)(token - j) * width) : past is null ? null : past + ((nint)(length - 1 + token - j) * width);
            if (source is null)
            {
                break;
            }

            sum = TStep.MultiplyAdd(TStep.Load(kernel + ((nint)j * width) + i), TStep.Load(source + i), sum);
        }

        return sum;
    }
}
