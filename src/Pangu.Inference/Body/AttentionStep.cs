using Pangu.Core;
using Pangu.Numerics;

namespace Pangu.Inference;

/// <summary>
/// Softmax attention. Legend: <c>M</c> rows, <c>D</c> width, <c>H</c> query heads, <c>K</c> key and value heads, <c>E</c> width of a head.
/// </summary>
/// <remarks>
/// One product makes queries, keys and values [M, H E + K E + K E]; norms and rotary positions work on them in place. Rotary pairs (2 i, 2 i + 1) are turned into pairs (i, i + width / 2) when
/// the model is compiled, by reordering the rows of the query and key projections alike: q k^T does not change.
/// </remarks>
internal sealed class AttentionStep : IPartStep
{
    private readonly PackedLinear _projection;
    private readonly PackedLinear _output;
    private readonly AttentionShape _shape;
    private readonly float[]? _queryNorm;
    private readonly float[]? _keyNorm;
    private readonly float _normEpsilon;
    private readonly RotaryAngles? _angles;
    private readonly bool _acrossChannels;
    private readonly int _width;
    private readonly int _cache;

    // [positions, H E]: queries that depend on nothing but the position; null where tokens make their own.
    private readonly float[]? _positionQueries;

    /// <summary>Compiles the part.</summary>
    /// <param name="attention">Its settings.</param>
    /// <param name="name">Name of the branch that holds its weights.</param>
    /// <param name="factor">Factor of its result.</param>
    /// <param name="plan">What the body's parts share.</param>
    internal AttentionStep(Attention attention, string name, double factor, BodyPlan plan)
    {
        var weights = plan.Weights;
        var scope = attention.Scope.Accept(new ScopeReader());
        var order = attention.Positions.Accept(new PairOrder(attention.HeadWidth));
        _acrossChannels = scope.AcrossChannels;
        _shape = new AttentionShape(attention.QueryHeads, attention.KeyValueHeads, attention.HeadWidth, (float)(attention.Scale ?? (1 / Math.Sqrt(attention.HeadWidth))), scope.Causal, scope.Window);
        _width = attention.HeadWidth * (attention.QueryHeads + (2 * attention.KeyValueHeads));
        _cache = plan.AddCache(_shape);
        var query = weights.Rows($"{name}.query").Reordered(HeadOrder(order, attention.QueryHeads));
        _positionQueries = attention.QueryFrom.Accept(new PositionQueryReader(name, query, plan));
        _projection = weights.Cached($"{name}.query+key+value {string.Join(',', order)}", () => WeightStore.Joined(
        [
            .. _positionQueries is null ? [query] : Array.Empty<LinearRows>(),
            weights.Rows($"{name}.key").Reordered(HeadOrder(order, attention.KeyValueHeads)),
            weights.Rows($"{name}.value"),
        ]));
        _output = weights.Linear([$"{name}.output"], factor);
        _angles = attention.Positions is Rotary rotary ? plan.Angles(rotary) : null;
        if (attention.QueryKeyNorm is { } norm)
        {
            var (queryNorm, keyNorm) = (weights.Read($"{name}.queryNorm.weight"), weights.Read($"{name}.keyNorm.weight"));
            _queryNorm = [.. order.Select(i => queryNorm[i])];
            _keyNorm = [.. order.Select(i => keyNorm[i])];
            _normEpsilon = (float)norm.Epsilon;
        }
    }

    /// <inheritdoc/>
    public int Wide => _width;

    /// <inheritdoc/>
    public int Narrow => _output.Inputs;

    /// <inheritdoc/>
    public bool MixesTokens => !_acrossChannels;

    /// <inheritdoc/>
    public bool MixesChannels => _acrossChannels;

    /// <inheritdoc/>
    public int ScratchLength(FrameShape shape) => shape.Capacity > 0 && _cache >= 0
        ? KeyValueCache.ScratchLength(_shape, shape.Capacity, shape.Tokens)
        : ShortAttention.ScratchLength(_acrossChannels ? shape.Sequences : shape.Tokens, _shape);

    /// <inheritdoc/>
    public void Run(ReadOnlySpan<float> input, Span<float> output, bool add, int keepLast, BodyFrame frame)
    {
        var (rows, tokens, width) = (frame.Rows, frame.Tokens, _width);
        var heads = frame.Wide[..(rows * width)];
        _projection.Multiply(input, _projection.Inputs, heads[(width - _projection.Outputs)..], width, rows, add: false, frame.Sharing);
        Prepare(heads, frame);
        var attended = frame.Narrow[..(rows * _output.Inputs)];
        if (frame.Memory is { } memory)
        {
            var wanted = keepLast > 0 ? Math.Min(keepLast, tokens) : tokens;
            var cache = memory.Caches[_cache];
            cache.Add(heads[_output.Inputs..], width, tokens);
            cache.Attend(heads[((tokens - wanted) * width)..], width, wanted, attended, _output.Inputs, frame.Scratch, frame.Sharing);
            if (wanted < tokens)
            {
                frame.KeepLast(wanted);
            }
        }
        else if (_acrossChannels)
        {
            AttendAcrossChannels(heads, attended, frame);
        }
        else
        {
            var wanted = keepLast > 0 ? keepLast : tokens;
            for (var sequence = 0; sequence < frame.Sequences; sequence++)
            {
                ShortAttention.Run(heads[(sequence * tokens * width)..], width, tokens, tokens - wanted, _shape, attended[(sequence * wanted * _output.Inputs)..], _output.Inputs, frame.Scratch);
            }

            if (wanted < tokens)
            {
                frame.KeepLast(wanted);
            }
        }

        _output.Multiply(attended, _output.Inputs, output, _output.Outputs, frame.Rows, add, frame.Sharing);
    }

    // Row (window, channel, token): channels of one token lie T rows apart.
    private void AttendAcrossChannels(Span<float> heads, Span<float> attended, BodyFrame frame)
    {
        var (tokens, width) = (frame.Tokens, _width);
        for (var window = 0; window < frame.Sequences; window += frame.Channels)
        {
            for (var token = 0; token < tokens; token++)
            {
                var row = (window * tokens) + token;
                ShortAttention.Run(heads[(row * width)..], tokens * width, frame.Channels, _shape, attended[(row * _output.Inputs)..], tokens * _output.Inputs, frame.Scratch);
            }
        }
    }

    private void Prepare(Span<float> heads, BodyFrame frame)
    {
        if (_queryNorm is null && _angles is null && _positionQueries is null)
        {
            return;
        }

        var queries = _shape.QueryHeads * _shape.HeadWidth;
        var keys = _shape.KeyValueHeads * _shape.HeadWidth;
        var table = _angles?.Table;
        for (var row = 0; row < frame.Rows; row++)
        {
            var position = _acrossChannels ? row / frame.Tokens % frame.Channels : frame.Past + (row % frame.Tokens);
            var query = heads.Slice(row * _width, queries);
            var key = heads.Slice((row * _width) + queries, keys);
            _positionQueries?.AsSpan(position * queries, queries).CopyTo(query);
            if (_queryNorm is not null)
            {
                Norms.Rms(query, query, _queryNorm, _normEpsilon);
                Norms.Rms(key, key, _keyNorm, _normEpsilon);
            }

            if (table is not null)
            {
                table.Turn(query, _shape.HeadWidth, position);
                table.Turn(key, _shape.HeadWidth, position);
            }
        }
    }

    private static int[] HeadOrder(int[] order, int heads) => [.. Enumerable.Range(0, heads).SelectMany(head => order.Select(i => (head * order.Length) + i))];

    private readonly record struct Reach(bool Causal, int Window, bool AcrossChannels);

    private sealed class ScopeReader : IScopeVisitor<Reach>
    {
        public Reach Visit(FullScope scope) => new(false, 0, false);

        public Reach Visit(CausalScope scope) => new(true, scope.Window ?? 0, false);

        public Reach Visit(AcrossChannels scope) => new(false, 0, true);
    }

    // Where each number of a head comes from, so that rotary pairs are (i, i + width / 2).
    private sealed class PairOrder(int headWidth) : IPositionsVisitor<int[]>
    {
        public int[] Visit(NoPositions none) => [.. Enumerable.Range(0, headWidth)];

        public int[] Visit(Rotary rotary) => rotary.Pairing == RotaryPairing.Halves
            ? [.. Enumerable.Range(0, headWidth)]
            : [.. Enumerable.Range(0, headWidth).Select(i => i >= rotary.Width ? i : i < rotary.Width / 2 ? 2 * i : (2 * (i - (rotary.Width / 2))) + 1)];
    }

    // Queries of a learned row a position are computed once for all: they depend on nothing else.
    private sealed class PositionQueryReader(string name, LinearRows query, BodyPlan plan) : IQuerySourceVisitor<float[]?>
    {
        public float[]? Visit(OwnTokens tokens) => null;

        public float[]? Visit(PositionQueries positions)
        {
            plan.Limit(positions.Count);
            var queries = new float[checked(positions.Count * query.Outputs)];
            query.Pack().Multiply(plan.Weights.Read($"{name}.queryPositions"), queries, positions.Count);
            return queries;
        }
    }
}
