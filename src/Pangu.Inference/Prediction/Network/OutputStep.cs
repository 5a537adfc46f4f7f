using Pangu.Core;
using Pangu.Numerics;

namespace Pangu.Inference;

/// <summary>Turns tokens into numbers of the answer, in scaled units. Immutable; safe for many frames at once. Legend: <c>N</c> rows, <c>T</c> tokens, <c>D</c> width.</summary>
internal abstract class OutputStep
{
    /// <summary>Numbers that come out for one row.</summary>
    internal abstract int Numbers { get; }

    /// <summary>Floats of memory a row.</summary>
    internal abstract int Memory { get; }

    /// <summary>How many of the last tokens it looks at; 0 when it looks at others too.</summary>
    internal virtual int LastTokens => 0;

    /// <summary>Projects tokens.</summary>
    /// <param name="frame">The frame, after the body.</param>
    /// <param name="rows">Which rows they are.</param>
    /// <param name="output">[N, <see cref="Numbers"/>].</param>
    /// <param name="memory">N times <see cref="Memory"/> floats.</param>
    internal abstract void Run(BodyFrame frame, SeriesRows rows, Span<float> output, Span<float> memory);

    /// <summary>One projection, or one a channel.</summary>
    protected static PackedLinear[] Projections(bool shared, int channels, WeightStore weights) =>
        shared ? [weights.Linear("head.projection")] : [.. Enumerable.Range(0, channels).Select(channel => weights.Linear($"head.projection.{channel}"))];
}

/// <summary>Tokens flattened or pooled, then projected to the whole horizon.</summary>
internal sealed class FlattenStep : OutputStep
{
    private readonly PackedLinear[] _projections;
    private readonly SeriesEmbedder _embedder;
    private readonly Pooling _pooling;

    internal FlattenStep(FlattenOutput output, ForecastHead head, SeriesEmbedder embedder, WeightStore weights)
    {
        _projections = Projections(output.SharedProjection, head.Channels, weights);
        _embedder = embedder;
        _pooling = output.Pooling;
    }

    /// <inheritdoc/>
    internal override int Numbers => _projections[0].Outputs;

    /// <inheritdoc/>
    internal override int Memory => _embedder.Width;

    /// <inheritdoc/>
    internal override void Run(BodyFrame frame, SeriesRows rows, Span<float> output, Span<float> memory)
    {
        var (width, patches) = (_embedder.Width, _embedder.Patches);
        if (_projections.Length == 1 && _pooling is (Pooling.None or Pooling.Class))
        {
            var first = _pooling == Pooling.None && _embedder.ClassToken ? width : 0;
            _projections[0].Multiply(frame.Stream[first..], frame.Tokens * width, output, Numbers, rows.Count, add: false);
            return;
        }

        for (var row = 0; row < rows.Count; row++)
        {
            var tokens = frame.Stream.Slice(row * frame.Tokens * width, frame.Tokens * width);
            var patchTokens = tokens.Slice(_embedder.ClassToken ? width : 0, patches * width);
            var input = _pooling switch
            {
                Pooling.None => patchTokens,
                Pooling.Class => tokens[..width],
                _ => Pool(patchTokens, memory[..width]),
            };
            _projections[_projections.Length == 1 ? 0 : rows.ChannelOf(row)].Multiply(input, output.Slice(row * Numbers, Numbers), 1);
        }
    }

    private Span<float> Pool(ReadOnlySpan<float> tokens, Span<float> pooled)
    {
        tokens[..pooled.Length].CopyTo(pooled);
        for (var start = pooled.Length; start < tokens.Length; start += pooled.Length)
        {
            var token = tokens.Slice(start, pooled.Length);
            if (_pooling == Pooling.Max)
            {
                Elementwise.Maximum(token, pooled);
            }
            else
            {
                Elementwise.Add(token, pooled);
            }
        }

        if (_pooling == Pooling.Mean)
        {
            foreach (ref var number in pooled)
            {
                number /= _embedder.Patches;
            }
        }

        return pooled;
    }
}

/// <summary>Each future token becomes one patch of steps, each with its mean and quantiles.</summary>
internal sealed class PatchStep : OutputStep
{
    private readonly PackedLinear _direct;
    private readonly PackedLinear? _inner;
    private readonly PackedLinear? _outer;
    private readonly int _futureTokens;
    private readonly int _width;

    internal PatchStep(PatchOutput output, ForecastHead head, SeriesEmbedder embedder, WeightStore weights)
    {
        _direct = weights.Linear(output.Inner > 0 ? "head.skip" : "head.projection");
        _inner = output.Inner > 0 ? weights.Linear("head.inner") : null;
        _outer = output.Inner > 0 ? weights.Linear("head.outer") : null;
        _futureTokens = embedder.FutureTokens;
        _width = embedder.Width;
        Numbers = head.Horizon * (1 + head.Quantiles.Count);
    }

    /// <inheritdoc/>
    internal override int Numbers { get; }

    /// <inheritdoc/>
    internal override int Memory => _futureTokens * (_direct.Outputs + (_inner?.Outputs ?? 0) + _width);

    /// <inheritdoc/>
    internal override int LastTokens => _futureTokens;

    /// <inheritdoc/>
    internal override void Run(BodyFrame frame, SeriesRows rows, Span<float> output, Span<float> memory)
    {
        var count = rows.Count * _futureTokens;
        var tokens = memory[..(count * _width)];
        for (var row = 0; row < rows.Count; row++)
        {
            frame.Stream.Slice((((row + 1) * frame.Tokens) - _futureTokens) * _width, _futureTokens * _width).CopyTo(tokens[(row * _futureTokens * _width)..]);
        }

        var steps = memory.Slice(tokens.Length, count * _direct.Outputs);
        _direct.Multiply(tokens, steps, count);
        if (_inner is not null)
        {
            var inner = memory.Slice(tokens.Length + steps.Length, count * _inner.Outputs);
            _inner.Multiply(tokens, inner, count);
            Activations.Silu(inner);
            _outer!.MultiplyAdd(inner, steps, count);
        }

        var numbers = _futureTokens * _direct.Outputs;
        for (var row = 0; row < rows.Count; row++)
        {
            steps.Slice(row * numbers, Numbers).CopyTo(output[(row * Numbers)..]);
        }
    }
}

/// <summary>Every patch token becomes the values of its patch.</summary>
internal sealed class ReconstructionStep : OutputStep
{
    private readonly PackedLinear[] _projections;
    private readonly SeriesEmbedder _embedder;

    internal ReconstructionStep(ReconstructionHead head, SeriesEmbedder embedder, WeightStore weights)
    {
        _projections = Projections(head.SharedProjection, head.Channels, weights);
        _embedder = embedder;
    }

    /// <inheritdoc/>
    internal override int Numbers => _embedder.Patches * _embedder.PatchLength;

    /// <inheritdoc/>
    internal override int Memory => 0;

    /// <inheritdoc/>
    internal override void Run(BodyFrame frame, SeriesRows rows, Span<float> output, Span<float> memory)
    {
        var width = _embedder.Width;
        for (var row = 0; row < rows.Count; row++)
        {
            var tokens = frame.Stream.Slice(((row * frame.Tokens) + (_embedder.ClassToken ? 1 : 0)) * width, _embedder.Patches * width);
            _projections[_projections.Length == 1 ? 0 : rows.ChannelOf(row)].Multiply(tokens, output.Slice(row * Numbers, Numbers), _embedder.Patches);
        }
    }
}
