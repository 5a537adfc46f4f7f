using System.Runtime.CompilerServices;

namespace Pangu.Numerics;

/// <summary>Sizes of one attention.</summary>
/// <param name="QueryHeads">H.</param>
/// <param name="KeyValueHeads">K; divides H.</param>
/// <param name="HeadWidth">E.</param>
/// <param name="Scale">Factor of q k^T.</param>
/// <param name="Causal">Whether a token sees only itself and those before it.</param>
/// <param name="Window">How many tokens back, itself included, where it is causal; 0 for all.</param>
public readonly record struct AttentionShape(int QueryHeads, int KeyValueHeads, int HeadWidth, float Scale, bool Causal, int Window);

/// <summary>Softmax attention over sequences that fit the cache (up to some hundred tokens): softmax(q k^T * scale) v per head. Safe for many callers at once on different memory.</summary>
/// <remarks>
/// Keys are transposed once a head and multiplied by the scale, so that both products run on the tiles of <see cref="PackedLinear"/>; queries go in blocks of 48 rows. Lanes: as the tiles;
/// tokens are filled up to a multiple of 16 with -infinity, which the softmax turns into exactly 0. No alignment needed. A NaN in a query makes that row NaN, in a key or value every row.
/// Error: about (E + T + 8) * 6e-8 of the magnitudes involved.
/// </remarks>
public static unsafe class ShortAttention
{
    private const int QueryBlock = 48;

    /// <summary>Floats of scratch memory that one call needs.</summary>
    /// <param name="tokens">T.</param>
    /// <param name="shape">Sizes.</param>
    /// <returns>A count of floats.</returns>
    public static int ScratchLength(int tokens, AttentionShape shape) =>
        checked((shape.HeadWidth * Padded(tokens)) + (tokens * Padded(shape.HeadWidth)) + (Math.Min(tokens, QueryBlock) * Padded(tokens)));

    /// <summary>Attends over one sequence.</summary>
    /// <param name="projections">First token's queries, keys and values in one row: [H E + K E + K E].</param>
    /// <param name="stride">Distance between tokens.</param>
    /// <param name="tokens">T, at least 1.</param>
    /// <param name="shape">Sizes.</param>
    /// <param name="output">First token's result: [H E]; replaced.</param>
    /// <param name="outputStride">Distance between tokens of the output.</param>
    /// <param name="scratch">At least <see cref="ScratchLength"/> floats.</param>
    public static void Run(ReadOnlySpan<float> projections, int stride, int tokens, AttentionShape shape, Span<float> output, int outputStride, Span<float> scratch) =>
        Run(projections, stride, tokens, 0, shape, output, outputStride, scratch);

    /// <summary>Attends over one sequence for its last tokens alone.</summary>
    /// <param name="projections">First token's queries, keys and values in one row: [H E + K E + K E].</param>
    /// <param name="stride">Distance between tokens.</param>
    /// <param name="tokens">T, at least 1.</param>
    /// <param name="firstQuery">First token whose result is wanted.</param>
    /// <param name="shape">Sizes.</param>
    /// <param name="output">First wanted token's result: [H E]; replaced.</param>
    /// <param name="outputStride">Distance between tokens of the output.</param>
    /// <param name="scratch">At least <see cref="ScratchLength"/> floats.</param>
    public static void Run(ReadOnlySpan<float> projections, int stride, int tokens, int firstQuery, AttentionShape shape, Span<float> output, int outputStride, Span<float> scratch)
    {
        var width = shape.HeadWidth * (shape.QueryHeads + (2 * shape.KeyValueHeads));
        if (projections.Length < ((long)(tokens - 1) * stride) + width || output.Length < ((long)(tokens - firstQuery - 1) * outputStride) + (shape.QueryHeads * shape.HeadWidth))
        {
            throw new ArgumentException($"{tokens} tokens at distance {stride} of {projections.Length} numbers, to distance {outputStride} of {output.Length}, do not fit.", nameof(tokens));
        }

        if (scratch.Length < ScratchLength(tokens, shape))
        {
            throw new ArgumentException($"The scratch memory has {scratch.Length} floats, expected {ScratchLength(tokens, shape)}.", nameof(scratch));
        }

        fixed (float* rows = projections, result = output, memory = scratch)
        {
            var sequence = new Sequence(rows, stride, tokens, firstQuery, result, outputStride, memory, shape);
            for (var head = 0; head < shape.KeyValueHeads; head++)
            {
                sequence.RunGroup(head);
            }
        }
    }

    private static int Padded(int count) => (count + Tile.Step - 1) / Tile.Step * Tile.Step;

    private readonly struct Sequence
    {
        private readonly float* _rows;
        private readonly int _stride;
        private readonly int _tokens;
        private readonly int _firstQuery;
        private readonly int _paddedTokens;
        private readonly float* _output;
        private readonly int _outputStride;
        private readonly float* _keys;
        private readonly float* _values;
        private readonly float* _scores;
        private readonly AttentionShape _shape;

        internal Sequence(float* rows, int stride, int tokens, int firstQuery, float* output, int outputStride, float* scratch, AttentionShape shape)
        {
            _rows = rows;
            _stride = stride;
            _tokens = tokens;
            _firstQuery = firstQuery;
            _paddedTokens = Padded(tokens);
            _output = output;
            _outputStride = outputStride;
            _shape = shape;
            _keys = scratch;
            _values = _keys + (shape.HeadWidth * _paddedTokens);
            _scores = _values + (tokens * Padded(shape.HeadWidth));
        }

        // The query heads that share one key and value head.
        internal void RunGroup(int keyValueHead)
        {
            var width = _shape.HeadWidth;
            var group = _shape.QueryHeads / _shape.KeyValueHeads;
            TransposeKeys(_rows + ((_shape.QueryHeads + keyValueHead) * width));
            var values = _rows + ((_shape.QueryHeads + _shape.KeyValueHeads + keyValueHead) * width);
            var valueStride = _stride;
            if (width % Tile.Step != 0)
            {
                CopyValues(values);
                values = _values;
                valueStride = Padded(width);
            }

            for (var head = keyValueHead * group; head < (keyValueHead + 1) * group; head++)
            {
                for (var first = _firstQuery; first < _tokens; first += QueryBlock)
                {
                    RunBlock(head, first, Math.Min(QueryBlock, _tokens - first), values, valueStride);
                }
            }
        }

        private void RunBlock(int head, int first, int rows, float* values, int valueStride)
        {
            var width = _shape.HeadWidth;
            var query = new TileOperands { A = _rows + ((nint)first * _stride) + (head * width), AStride = _stride, BStride = _paddedTokens, CStride = _paddedTokens, Depth = width };
            for (var column = 0; column < _paddedTokens; column += Tile.Width)
            {
                query.B = _keys + column;
                query.C = _scores + column;
                Tile.Run(query, rows, Math.Min(Tile.Width, _paddedTokens - column));
            }

            for (var row = 0; row < rows; row++)
            {
                Hide(_scores + (row * _paddedTokens), first + row);
            }

            Softmax.Rows(_scores, rows, _paddedTokens);
            var weighted = new TileOperands { A = _scores, AStride = _paddedTokens, BStride = valueStride, CStride = _outputStride, Depth = _tokens };
            for (var column = 0; column < width; column += Tile.Width)
            {
                weighted.B = values + column;
                weighted.C = _output + ((nint)(first - _firstQuery) * _outputStride) + (head * width) + column;
                Tile.Run(weighted, rows, Math.Min(Tile.Width, width - column));
            }
        }

        // What the token must not see becomes -infinity: the padding, later tokens, tokens before the window.
        private void Hide(float* scores, int token)
        {
            var end = _shape.Causal ? token + 1 : _tokens;
            var start = _shape.Causal && _shape.Window > 0 ? Math.Max(0, end - _shape.Window) : 0;
            new Span<float>(scores, start).Fill(float.NegativeInfinity);
            new Span<float>(scores + end, _paddedTokens - end).Fill(float.NegativeInfinity);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void TransposeKeys(float* keys)
        {
            for (var token = 0; token < _tokens; token++)
            {
                for (var i = 0; i < _shape.HeadWidth; i++)
                {
                    _keys[(i * _paddedTokens) + token] = keys[((nint)token * _stride) + i] * _shape.Scale;
                }
            }

            for (var i = 0; i < _shape.HeadWidth; i++)
            {
                new Span<float>(_keys + (i * _paddedTokens) + _tokens, _paddedTokens - _tokens).Clear();
            }
        }

        private void CopyValues(float* values)
        {
            var padded = Padded(_shape.HeadWidth);
            for (var token = 0; token < _tokens; token++)
            {
                var target = new Span<float>(_values + (token * padded), padded);
                new ReadOnlySpan<float>(values + ((nint)token * _stride), _shape.HeadWidth).CopyTo(target);
                target[_shape.HeadWidth..].Clear();
            }
        }
    }
}
