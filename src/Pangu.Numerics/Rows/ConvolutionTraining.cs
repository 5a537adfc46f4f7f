using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Pangu.Numerics;

/// <summary>
/// Causal convolutions of each column by itself in training, forward and backward: y_t = x_t + sum over j &lt; L of w_j x_(t - j), what stands before a row's (or packed document's) first token being 0. For one caller at a time.
/// </summary>
/// <remarks>
/// Legend: <c>N</c> rows, <c>T</c> tokens, <c>D</c> columns, <c>L</c> length. A thread works on 16 columns at a time over all tokens, so gradients of weights need no sum over threads and never depend on their
/// number. Lanes: 16, 8 or 4 by what the processor has, single numbers for what remains of D; no alignment needed; NaN passes. Backward: dx_t = g_t + sum over j of w_j g_(t + j), dw_j = sum over t of
/// g_t x_(t - j). Error: (L + 2) roundings of 6e-8 of the magnitudes involved, N T for dw.
/// </remarks>
public sealed unsafe class ConvolutionTraining
{
    private const int PieceColumns = 16;

    private readonly WorkerPool _pool;
    private readonly Pieces _pieces;
    private ConvolutionRows _rows;
    private bool _backward;

    /// <summary>Prepares.</summary>
    /// <param name="pool">The threads that share the work; stays the caller's.</param>
    public ConvolutionTraining(WorkerPool pool)
    {
        _pool = pool;
        _pieces = new Pieces(this);
    }

    /// <summary>Writes <see cref="ConvolutionRows.Result"/>.</summary>
    /// <param name="rows">Where the numbers stand; gradients are not looked at.</param>
    public void Forward(in ConvolutionRows rows) => Run(rows, backward: false);

    /// <summary>Writes the gradients of input and weights from that of the result.</summary>
    /// <param name="rows">Where the numbers stand; <see cref="ConvolutionRows.Result"/> holds the result's gradient.</param>
    public void Backward(in ConvolutionRows rows) => Run(rows, backward: true);

    private void Run(in ConvolutionRows rows, bool backward)
    {
        (_rows, _backward) = (rows, backward);
        _pool.Run(_pieces, (rows.Columns + PieceColumns - 1) / PieceColumns);
    }

    private sealed class Pieces(ConvolutionTraining owner) : IPieces
    {
        public void Run(int piece, int worker)
        {
            var rows = owner._rows;
            var end = Math.Min((piece + 1) * PieceColumns, rows.Columns);
            var column = piece * PieceColumns;
            if (Vector512.IsHardwareAccelerated)
            {
                column = RunLanes<Lane16>(rows, column, end);
            }

            if (Vector256.IsHardwareAccelerated)
            {
                column = RunLanes<Lane8>(rows, column, end);
            }

            if (Vector128.IsHardwareAccelerated)
            {
                column = RunLanes<Lane4>(rows, column, end);
            }

            RunLanes<Lane1>(rows, column, end);
        }

        private int RunLanes<TLane>(in ConvolutionRows rows, int column, int end)
            where TLane : unmanaged, ILane<TLane>
        {
            for (; column <= end - TLane.Count; column += TLane.Count)
            {
                if (owner._backward)
                {
                    InputGradient<TLane>(rows, column);
                    WeightGradient<TLane>(rows, column);
                }
                else
                {
                    Forward<TLane>(rows, column);
                }
            }

            return column;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Forward<TLane>(in ConvolutionRows rows, int column)
        where TLane : unmanaged, ILane<TLane>
    {
        nint width = rows.Columns;
        var weight = rows.Weight + column;
        for (var row = 0; row < rows.Count; row++)
        {
            var seen = rows.FirstSeen == null ? null : rows.FirstSeen + ((nint)row * rows.Tokens);
            var x = rows.Input + (row * rows.Tokens * width) + column;
            var y = rows.Result + (row * rows.Tokens * width) + column;
            for (var token = 0; token < rows.Tokens; token++, x += width, y += width)
            {
                var reach = Math.Min(rows.Length - 1, token - (seen == null ? 0 : seen[token]));
                var sum = TLane.Load(x);
                for (nint j = 0; j <= reach; j++)
                {
                    sum = TLane.MultiplyAdd(TLane.Load(weight + (j * width)), TLane.Load(x - (j * width)), sum);
                }

                sum.Store(y);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void InputGradient<TLane>(in ConvolutionRows rows, int column)
        where TLane : unmanaged, ILane<TLane>
    {
        nint width = rows.Columns;
        var weight = rows.Weight + column;
        for (var row = 0; row < rows.Count; row++)
        {
            var seen = rows.FirstSeen == null ? null : rows.FirstSeen + ((nint)row * rows.Tokens);
            var gradient = rows.Result + (row * rows.Tokens * width) + column;
            var result = rows.InputGradient + (row * rows.Tokens * width) + column;
            for (var token = 0; token < rows.Tokens; token++, gradient += width, result += width)
            {
                // A later token reads this one when both stand in one document.
                var reach = Math.Min(rows.Length - 1, rows.Tokens - 1 - token);
                var sum = TLane.Load(gradient);
                for (var j = 0; j <= reach && (seen == null || seen[token + j] <= token); j++)
                {
                    sum = TLane.MultiplyAdd(TLane.Load(weight + (j * width)), TLane.Load(gradient + (j * width)), sum);
                }

                sum.Store(result);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void WeightGradient<TLane>(in ConvolutionRows rows, int column)
        where TLane : unmanaged, ILane<TLane>
    {
        nint width = rows.Columns;
        for (var j = 0; j < rows.Length; j++)
        {
            var sum = TLane.All(0);
            for (var row = 0; row < rows.Count; row++)
            {
                var seen = rows.FirstSeen == null ? null : rows.FirstSeen + ((nint)row * rows.Tokens);
                var first = (row * rows.Tokens * width) + column;
                for (var token = j; token < rows.Tokens; token++)
                {
                    if (seen == null || token - seen[token] >= j)
                    {
                        sum = TLane.MultiplyAdd(TLane.Load(rows.Result + first + (token * width)), TLane.Load(rows.Input + first + ((token - j) * width)), sum);
                    }
                }
            }

            sum.Store(rows.WeightGradient + (j * width) + column);
        }
    }
}

/// <summary>Where the numbers of one convolution stand, dense and row-major. Legend as for <see cref="ConvolutionTraining"/>.</summary>
public readonly unsafe struct ConvolutionRows
{
    /// <summary>N.</summary>
    public int Count { get; init; }

    /// <summary>T.</summary>
    public int Tokens { get; init; }

    /// <summary>D.</summary>
    public int Columns { get; init; }

    /// <summary>L.</summary>
    public int Length { get; init; }

    /// <summary>[N, T, D].</summary>
    public float* Input { get; init; }

    /// <summary>w [L, D].</summary>
    public float* Weight { get; init; }

    /// <summary>First token of each token's document within its row [N, T]; null where every row is one document.</summary>
    public int* FirstSeen { get; init; }

    /// <summary>[N, T, D]; in the backward pass its gradient.</summary>
    public float* Result { get; init; }

    /// <summary>Receives the gradient of the input [N, T, D].</summary>
    public float* InputGradient { get; init; }

    /// <summary>Receives the gradient of the weights [L, D].</summary>
    public float* WeightGradient { get; init; }
}
