using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Pangu.Numerics;

/// <summary>
/// Softmax attention in training, forward and backward, over rows of tokens: softmax(q k^T scale) v per head, each token seeing an interval of tokens that ends with itself or with the row.
/// Scores are made anew in the backward pass and never leave the cache. For one caller at a time.
/// </summary>
/// <remarks>
/// Legend: <c>N</c> rows, <c>T</c> tokens, <c>H</c> query heads, <c>K</c> key and value heads, <c>E</c> width of a head, a multiple of 16. A token's queries, keys and values stand in one row [(H + 2 K) E], as
/// for <see cref="ShortAttention"/>. Queries go in blocks of 48, so keys that no query of a block sees cost nothing; one row and key head is a piece of work for a thread. Backward: with P the
/// shares and dO the gradient of the result, dV = P^T dO, dP = dO V^T, dS = P (dP - sum(dP P)) scale, dQ = dS K, dK = dS^T Q. Error: about (E + T + 8) * 6e-8 of the magnitudes involved.
/// </remarks>
public sealed unsafe class AttentionTraining
{
    private const int QueryBlock = 48;

    private readonly WorkerPool _pool;
    private readonly AlignedBuffer<float>[] _scratch;
    private readonly Pieces _pieces;
    private AttentionShape _shape;
    private AttentionRows _rows;
    private bool _backward;

    /// <summary>Prepares.</summary>
    /// <param name="pool">The threads that share the work; stays the caller's.</param>
    public AttentionTraining(WorkerPool pool)
    {
        _pool = pool;
        _scratch = [.. Enumerable.Range(0, pool.Threads).Select(_ => new AlignedBuffer<float>(0))];
        _pieces = new Pieces(this);
    }

    /// <summary>Whether the kernel can do a head width.</summary>
    /// <param name="headWidth">E.</param>
    /// <returns>True for whole multiples of 16.</returns>
    public static bool Supports(int headWidth) => headWidth % Tile.Step == 0;

    /// <summary>Writes the result of every token.</summary>
    /// <param name="rows">Where the numbers stand; gradients are not looked at.</param>
    /// <param name="shape">Sizes.</param>
    public void Forward(in AttentionRows rows, in AttentionShape shape) => Run(rows, shape, backward: false);

    /// <summary>Writes the gradients of queries, keys and values.</summary>
    /// <param name="rows">Where the numbers stand.</param>
    /// <param name="shape">Sizes.</param>
    public void Backward(in AttentionRows rows, in AttentionShape shape) => Run(rows, shape, backward: true);

    private void Run(in AttentionRows rows, in AttentionShape shape, bool backward)
    {
        if (!Supports(shape.HeadWidth))
        {
            throw new ArgumentException($"Heads of width {shape.HeadWidth} are not whole multiples of {Tile.Step}.", nameof(shape));
        }

        (_rows, _shape, _backward) = (rows, shape, backward);
        var padded = Padded(rows.Tokens);
        var needed = checked(padded * ((2 * shape.HeadWidth) + (2 * QueryBlock)));
        for (var worker = 0; worker < _scratch.Length; worker++)
        {
            if (_scratch[worker].Length < needed)
            {
                _scratch[worker] = new AlignedBuffer<float>(needed);
            }
        }

        _pool.Run(_pieces, rows.Count * shape.KeyValueHeads);
    }

    private static int Padded(int count) => (count + Tile.Step - 1) / Tile.Step * Tile.Step;

    private sealed class Pieces(AttentionTraining owner) : IPieces
    {
        public void Run(int piece, int worker)
        {
            var (row, head) = Math.DivRem(piece, owner._shape.KeyValueHeads);
            var group = new Group(owner._rows, owner._shape, row, head, owner._scratch[worker].Pointer);
            group.Run(owner._backward);
        }
    }

    /// <summary>The query heads of one row that share a key and value head.</summary>
    private readonly struct Group
    {
        private readonly AttentionShape _shape;
        private readonly int _tokens;
        private readonly int _padded;
        private readonly nint _stride;
        private readonly nint _outputStride;
        private readonly float* _projections;
        private readonly float* _gradients;
        private readonly float* _output;
        private readonly float* _outputGradients;
        private readonly int* _firstSeen;
        private readonly int _head;
        private readonly float* _keys;
        private readonly float* _values;
        private readonly float* _shares;
        private readonly float* _slopes;

        internal Group(in AttentionRows rows, in AttentionShape shape, int row, int head, float* scratch)
        {
            (_shape, _tokens, _padded, _head) = (shape, rows.Tokens, Padded(rows.Tokens), head);
            _stride = shape.HeadWidth * (shape.QueryHeads + (2 * shape.KeyValueHeads));
            _outputStride = shape.HeadWidth * shape.QueryHeads;
            _projections = rows.Projections + (row * _tokens * _stride);
            _gradients = rows.ProjectionGradients is null ? null : rows.ProjectionGradients + (row * _tokens * _stride);
            _output = rows.Output is null ? null : rows.Output + (row * _tokens * _outputStride);
            _outputGradients = rows.OutputGradients is null ? null : rows.OutputGradients + (row * _tokens * _outputStride);
            _firstSeen = rows.FirstSeen is null ? null : rows.FirstSeen + ((nint)row * _tokens);
            _keys = scratch;
            _values = _keys + (shape.HeadWidth * _padded);
            _shares = _values + (shape.HeadWidth * _padded);
            _slopes = _shares + (QueryBlock * _padded);
        }

        private int KeyOffset => (_shape.QueryHeads + _head) * _shape.HeadWidth;

        private int ValueOffset => (_shape.QueryHeads + _shape.KeyValueHeads + _head) * _shape.HeadWidth;

        internal void Run(bool backward)
        {
            var group = _shape.QueryHeads / _shape.KeyValueHeads;
            Transpose(_projections + KeyOffset, _keys, _shape.Scale);
            if (backward)
            {
                Transpose(_projections + ValueOffset, _values, 1);
                Clear(_gradients + KeyOffset);
                Clear(_gradients + ValueOffset);
            }

            for (var head = _head * group; head < (_head + 1) * group; head++)
            {
                for (var first = 0; first < _tokens; first += QueryBlock)
                {
                    var block = BlockOf(head, first);
                    MakeShares(block);
                    if (backward)
                    {
                        Backward(block);
                    }
                    else
                    {
                        Multiply(new TileOperands { A = _shares, AStride = _padded, B = _projections + ValueOffset + (block.Low * _stride), BStride = _stride, C = _output + (first * _outputStride) + (head * _shape.HeadWidth), CStride = _outputStride, Depth = Math.Min(block.High, _tokens) - block.Low }, block.Rows, _shape.HeadWidth);
                    }
                }
            }
        }

        /// <summary>Some queries of a head, with the keys, in whole steps of tiles, that any of them sees.</summary>
        private readonly record struct Block(int Head, int First, int Rows, int Low, int High);

        private Block BlockOf(int head, int first)
        {
            var rows = Math.Min(QueryBlock, _tokens - first);
            var low = _tokens;
            for (var row = 0; row < rows; row++)
            {
                low = Math.Min(low, StartOf(first + row));
            }

            return new Block(head, first, rows, low / Tile.Step * Tile.Step, _shape.Causal ? Padded(first + rows) : _padded);
        }

        /// <summary>First token that a token sees.</summary>
        private int StartOf(int token)
        {
            var start = _shape.Causal && _shape.Window > 0 ? Math.Max(0, token + 1 - _shape.Window) : 0;
            return _firstSeen is null ? start : Math.Max(start, _firstSeen[token]);
        }

        /// <summary>The block's softmax: rows of the scratch memory at the distance of the padded tokens, their first column key <c>Low</c>.</summary>
        private void MakeShares(Block block)
        {
            var width = block.High - block.Low;
            Multiply(new TileOperands { A = Query(block), AStride = _stride, B = _keys + block.Low, BStride = _padded, C = _shares, CStride = _padded, Depth = _shape.HeadWidth }, block.Rows, width);
            for (var row = 0; row < block.Rows; row++)
            {
                var token = block.First + row;
                var scores = _shares + (row * _padded);
                var start = StartOf(token) - block.Low;
                var end = (_shape.Causal ? token + 1 : _tokens) - block.Low;
                new Span<float>(scores, start).Fill(float.NegativeInfinity);
                new Span<float>(scores + end, width - end).Fill(float.NegativeInfinity);
                Softmax.Rows(scores, 1, width);
            }
        }

        private void Backward(Block block)
        {
            var width = block.High - block.Low;
            var depth = Math.Min(block.High, _tokens) - block.Low;
            var outputGradient = _outputGradients + (block.First * _outputStride) + (block.Head * _shape.HeadWidth);
            Multiply(new TileOperands { A = outputGradient, AStride = _outputStride, B = _values + block.Low, BStride = _padded, C = _slopes, CStride = _padded, Depth = _shape.HeadWidth }, block.Rows, width);
            Multiply(new TileOperands { A = _shares, AStride = 1, ASkip = _padded - 1, B = outputGradient, BStride = _outputStride, C = _gradients + ValueOffset + (block.Low * _stride), CStride = _stride, Depth = block.Rows, Add = true }, depth, _shape.HeadWidth);
            for (var row = 0; row < block.Rows; row++)
            {
                ScoreGradients(_shares + (row * _padded), _slopes + (row * _padded), width);
            }

            Multiply(new TileOperands { A = _slopes, AStride = _padded, B = _projections + KeyOffset + (block.Low * _stride), BStride = _stride, C = _gradients + (block.First * _stride) + (block.Head * _shape.HeadWidth), CStride = _stride, Depth = depth }, block.Rows, _shape.HeadWidth);
            Multiply(new TileOperands { A = _slopes, AStride = 1, ASkip = _padded - 1, B = Query(block), BStride = _stride, C = _gradients + KeyOffset + (block.Low * _stride), CStride = _stride, Depth = block.Rows, Add = true }, depth, _shape.HeadWidth);
        }

        private float* Query(Block block) => _projections + (block.First * _stride) + (block.Head * _shape.HeadWidth);

        private static void Multiply(TileOperands operands, int rows, int columns)
        {
            for (var column = 0; column < columns; column += Tile.Width)
            {
                Tile.Run(operands, rows, Math.Min(Tile.Width, columns - column));
                operands.B += Tile.Width;
                operands.C += Tile.Width;
            }
        }

        /// <summary>slopes = shares (slopes - sum(slopes shares)) scale.</summary>
        private void ScoreGradients(float* shares, float* slopes, int width)
        {
            if (Vector512.IsHardwareAccelerated)
            {
                ScoreGradients<Lane16>(shares, slopes, width);
            }
            else if (Vector256.IsHardwareAccelerated)
            {
                ScoreGradients<Lane8>(shares, slopes, width);
            }
            else
            {
                ScoreGradients<Lane4>(shares, slopes, width);
            }
        }

        // The width is a whole number of steps of 16.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void ScoreGradients<TLane>(float* shares, float* slopes, int width)
            where TLane : unmanaged, ILane<TLane>
        {
            var mean = TLane.All(-RowMath<TLane>.Dot(shares, slopes, width));
            var scale = TLane.All(_shape.Scale);
            for (var i = 0; i < width; i += TLane.Count)
            {
                ((TLane.Load(slopes + i) + mean) * TLane.Load(shares + i) * scale).Store(slopes + i);
            }
        }

        private void Transpose(float* source, float* target, float factor)
        {
            MatrixTransposition.Run(source, _stride, _tokens, _shape.HeadWidth, target, _padded, factor);
            for (var i = 0; i < _shape.HeadWidth && _padded > _tokens; i++)
            {
                new Span<float>(target + (i * _padded) + _tokens, _padded - _tokens).Clear();
            }
        }

        private void Clear(float* gradients)
        {
            for (var token = 0; token < _tokens; token++)
            {
                new Span<float>(gradients + (token * _stride), _shape.HeadWidth).Clear();
            }
        }
    }
}

/// <summary>Where the numbers of one attention stand, dense and row-major. Legend as for <see cref="AttentionTraining"/>.</summary>
public readonly unsafe struct AttentionRows
{
    /// <summary>N.</summary>
    public int Count { get; init; }

    /// <summary>T.</summary>
    public int Tokens { get; init; }

    /// <summary>Queries, keys and values [N, T, (H + 2 K) E].</summary>
    public float* Projections { get; init; }

    /// <summary>The result [N, T, H E].</summary>
    public float* Output { get; init; }

    /// <summary>First token that each token sees [N, T], where documents are packed; null where all see from the first.</summary>
    public int* FirstSeen { get; init; }

    /// <summary>Gradient of the result [N, T, H E].</summary>
    public float* OutputGradients { get; init; }

    /// <summary>Receives the gradient of queries, keys and values [N, T, (H + 2 K) E].</summary>
    public float* ProjectionGradients { get; init; }
}
