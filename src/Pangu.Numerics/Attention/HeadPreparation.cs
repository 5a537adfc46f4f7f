using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Pangu.Numerics;

/// <summary>
/// What happens to queries and keys before attention, in one pass forward and one backward: RMS norm of each head, then rotary positions, pairs (i, i + W / 2); values pass. Layout as for <see cref="AttentionTraining"/>.
/// For one caller at a time.
/// </summary>
/// <remarks>
/// Legend: <c>E</c> width of a head, <c>W</c> numbers of a head that turn. Lanes: 16, 8, 4 or 1, the widest that divides E and W / 2, so there is no tail; no alignment needed; NaN passes. Gradients of norm weights
/// are summed over fixed shares of the tokens, then over the shares, so they do not depend on the number of threads. Error: about (E + 8) * 6e-8 of the magnitudes involved.
/// </remarks>
public sealed unsafe class HeadPreparation
{
    private const int Shares = 16;

    private readonly WorkerPool _pool;
    private readonly Pieces _pieces;
    private AlignedBuffer<float> _normGradients = new(0);
    private HeadRows _rows;
    private HeadShape _shape;
    private bool _backward;

    /// <summary>Prepares.</summary>
    /// <param name="pool">The threads that share the work; stays the caller's.</param>
    public HeadPreparation(WorkerPool pool)
    {
        _pool = pool;
        _pieces = new Pieces(this);
    }

    /// <summary>Writes prepared queries and keys, and the values, to <see cref="HeadRows.Result"/>.</summary>
    /// <param name="rows">Where the numbers stand.</param>
    /// <param name="shape">Sizes.</param>
    public void Forward(in HeadRows rows, in HeadShape shape)
    {
        (_rows, _shape, _backward) = (rows, shape, false);
        _pool.Run(_pieces, Shares);
    }

    /// <summary>Turns the gradient in <see cref="HeadRows.Result"/> into that of the projections, and writes those of the norms' weights.</summary>
    /// <param name="rows">Where the numbers stand.</param>
    /// <param name="shape">Sizes.</param>
    /// <param name="queryNormGradient">[E]; replaced. Null where there is no norm.</param>
    /// <param name="keyNormGradient">[E]; replaced. Null where there is no norm.</param>
    public void Backward(in HeadRows rows, in HeadShape shape, float* queryNormGradient, float* keyNormGradient)
    {
        (_rows, _shape, _backward) = (rows, shape, true);
        if (_normGradients.Length < 2 * Shares * shape.HeadWidth)
        {
            _normGradients = new AlignedBuffer<float>(2 * Shares * shape.HeadWidth);
        }

        _normGradients.Span.Clear();
        _pool.Run(_pieces, Shares);
        for (var i = 0; rows.QueryNorm != null && i < shape.HeadWidth; i++)
        {
            var (query, key) = (0f, 0f);
            for (var share = 0; share < Shares; share++)
            {
                query += NormGradient(share, 0)[i];
                key += NormGradient(share, 1)[i];
            }

            (queryNormGradient[i], keyNormGradient[i]) = (query, key);
        }
    }

    private float* NormGradient(int share, int kind) => _normGradients.Pointer + (((2 * share) + kind) * _shape.HeadWidth);

    private sealed class Pieces(HeadPreparation owner) : IPieces
    {
        public void Run(int piece, int worker)
        {
            // A lane width divides both exactly when it divides their bits taken together: it is a power of 2.
            var common = owner._shape.HeadWidth | (owner._shape.TurnedWidth / 2);
            if (Vector512.IsHardwareAccelerated && common % 16 == 0)
            {
                Run<Lane16>(piece);
            }
            else if (Vector256.IsHardwareAccelerated && common % 8 == 0)
            {
                Run<Lane8>(piece);
            }
            else if (Vector128.IsHardwareAccelerated && common % 4 == 0)
            {
                Run<Lane4>(piece);
            }
            else
            {
                Run<Lane1>(piece);
            }
        }

        private void Run<TLane>(int piece)
            where TLane : unmanaged, ILane<TLane>
        {
            var (rows, shape) = (owner._rows, owner._shape);
            var (first, end) = ((int)((long)rows.Tokens * piece / Shares), (int)((long)rows.Tokens * (piece + 1) / Shares));
            var heads = shape.QueryHeads + shape.KeyHeads;
            var width = (nint)shape.HeadWidth * (heads + shape.KeyHeads);
            for (var token = first; token < end; token++)
            {
                var place = (token % rows.RowTokens) - (rows.FirstSeen == null ? 0 : rows.FirstSeen[token]);
                var turn = (nint)place * (shape.TurnedWidth / 2);
                for (var head = 0; head < heads; head++)
                {
                    var at = (token * width) + (head * shape.HeadWidth);
                    var kind = head < shape.QueryHeads ? 0 : 1;
                    var norm = kind == 0 ? rows.QueryNorm : rows.KeyNorm;
                    if (owner._backward)
                    {
                        BackwardHead<TLane>(rows.Projections + at, rows.Result + at, norm, owner.NormGradient(piece, kind), rows.Cosines + turn, rows.Sines + turn, shape);
                    }
                    else
                    {
                        ForwardHead<TLane>(rows.Projections + at, rows.Result + at, norm, rows.Cosines + turn, rows.Sines + turn, shape);
                    }
                }

                if (!owner._backward)
                {
                    var values = (token * width) + (heads * shape.HeadWidth);
                    new ReadOnlySpan<float>(rows.Projections + values, shape.KeyHeads * shape.HeadWidth).CopyTo(new Span<float>(rows.Result + values, shape.KeyHeads * shape.HeadWidth));
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ForwardHead<TLane>(float* x, float* y, float* norm, float* cosines, float* sines, in HeadShape shape)
        where TLane : unmanaged, ILane<TLane>
    {
        if (norm == null)
        {
            new ReadOnlySpan<float>(x, shape.HeadWidth).CopyTo(new Span<float>(y, shape.HeadWidth));
        }
        else
        {
            var inverse = TLane.All(Inverse<TLane>(x, shape));
            for (var i = 0; i < shape.HeadWidth; i += TLane.Count)
            {
                (TLane.Load(x + i) * inverse * TLane.Load(norm + i)).Store(y + i);
            }
        }

        Turn<TLane>(y, cosines, sines, shape.TurnedWidth / 2, 1);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void BackwardHead<TLane>(float* x, float* gradient, float* norm, float* normGradient, float* cosines, float* sines, in HeadShape shape)
        where TLane : unmanaged, ILane<TLane>
    {
        Turn<TLane>(gradient, cosines, sines, shape.TurnedWidth / 2, -1);
        if (norm == null)
        {
            return;
        }

        // y = x r w with r = 1 / sqrt(mean x^2 + epsilon): dw = g x r, dx = r (g w - x r^2 mean(g w x)).
        var scale = Inverse<TLane>(x, shape);
        var inverse = TLane.All(scale);
        var partial = TLane.All(0);
        for (var i = 0; i < shape.HeadWidth; i += TLane.Count)
        {
            var incoming = TLane.Load(gradient + i);
            var from = TLane.Load(x + i);
            var scaled = incoming * TLane.Load(norm + i);
            TLane.MultiplyAdd(incoming * from, inverse, TLane.Load(normGradient + i)).Store(normGradient + i);
            partial = TLane.MultiplyAdd(scaled, from, partial);
            scaled.Store(gradient + i);
        }

        var mean = TLane.All(-scale * scale * TLane.Sum(partial) / shape.HeadWidth);
        for (var i = 0; i < shape.HeadWidth; i += TLane.Count)
        {
            (TLane.MultiplyAdd(TLane.Load(x + i), mean, TLane.Load(gradient + i)) * inverse).Store(gradient + i);
        }
    }

    private static float Inverse<TLane>(float* x, in HeadShape shape)
        where TLane : unmanaged, ILane<TLane> => 1 / MathF.Sqrt((RowMath<TLane>.SumOfSquares(x, shape.HeadWidth, 0) / shape.HeadWidth) + shape.Epsilon);

    // (a, b) becomes (a c - b s, b c + a s), or with the direction -1 the transposed turn.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Turn<TLane>(float* y, float* cosines, float* sines, int half, float direction)
        where TLane : unmanaged, ILane<TLane>
    {
        var sign = TLane.All(direction);
        for (var i = 0; i < half; i += TLane.Count)
        {
            var (first, second) = (TLane.Load(y + i), TLane.Load(y + half + i));
            var (cosine, sine) = (TLane.Load(cosines + i), TLane.Load(sines + i) * sign);
            (first * cosine - second * sine).Store(y + i);
            TLane.MultiplyAdd(first, sine, second * cosine).Store(y + half + i);
        }
    }
}

/// <summary>Sizes of <see cref="HeadPreparation"/>.</summary>
/// <param name="QueryHeads">H.</param>
/// <param name="KeyHeads">K, and as many values.</param>
/// <param name="HeadWidth">E.</param>
/// <param name="TurnedWidth">W, even; 0 for no rotary positions.</param>
/// <param name="Epsilon">Added to the mean square in the norms.</param>
public readonly record struct HeadShape(int QueryHeads, int KeyHeads, int HeadWidth, int TurnedWidth, float Epsilon);

/// <summary>Where the numbers of <see cref="HeadPreparation"/> stand, dense and row-major.</summary>
public readonly unsafe struct HeadRows
{
    /// <summary>Tokens of all rows.</summary>
    public int Tokens { get; init; }

    /// <summary>T: tokens of a row.</summary>
    public int RowTokens { get; init; }

    /// <summary>Queries, keys and values [tokens, (H + 2 K) E].</summary>
    public float* Projections { get; init; }

    /// <summary>Forward: receives the result, as the projections. Backward: its gradient, which becomes that of the projections.</summary>
    public float* Result { get; init; }

    /// <summary>First token of each token's document within its row [tokens], from which its position is counted; null for the row's first.</summary>
    public int* FirstSeen { get; init; }

    /// <summary>Weight of the queries' norm [E]; null for none.</summary>
    public float* QueryNorm { get; init; }

    /// <summary>Weight of the keys' norm [E]; null for none, as for the queries.</summary>
    public float* KeyNorm { get; init; }

    /// <summary>Cosines [positions, W / 2]; null where nothing turns.</summary>
    public float* Cosines { get; init; }

    /// <summary>Sines [positions, W / 2]; null where nothing turns.</summary>
    public float* Sines { get; init; }
}
