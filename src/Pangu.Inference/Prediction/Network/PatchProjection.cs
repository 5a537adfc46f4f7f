using Pangu.Core;
using Pangu.Numerics;

namespace Pangu.Inference;

/// <summary>The patches of one window, where they lie.</summary>
internal readonly ref struct PatchRows
{
    /// <summary>First patch's first value.</summary>
    internal required ReadOnlySpan<float> Values { get; init; }

    /// <summary>Distance between patches.</summary>
    internal required int ValueStride { get; init; }

    /// <summary>First patch's first observed flag.</summary>
    internal required ReadOnlySpan<float> Flags { get; init; }

    /// <summary>Distance between patches of flags.</summary>
    internal required int FlagStride { get; init; }
}

/// <summary>One linear layer of a patch, or a residual block outer(silu(inner(x))) + skip(x). Legend: <c>P</c> patches, <c>S</c> steps, <c>D</c> width.</summary>
internal sealed class PatchProjection
{
    private readonly int _patches;
    private readonly InputLayer _direct;
    private readonly InputLayer? _inner;
    private readonly PackedLinear? _outer;

    /// <summary>Compiles the projection.</summary>
    /// <param name="settings">The embedder.</param>
    /// <param name="name">Name of the linear layer where there is no residual block.</param>
    /// <param name="weights">All weights.</param>
    internal PatchProjection(SeriesEmbedder settings, string name, WeightStore weights)
    {
        _patches = settings.Patches;
        if (settings.Inner > 0)
        {
            _direct = new InputLayer(settings, "embedder.skip", weights);
            _inner = new InputLayer(settings, "embedder.inner", weights);
            _outer = weights.Linear("embedder.outer");
        }
        else
        {
            _direct = new InputLayer(settings, name, weights);
        }
    }

    /// <summary>Adds the projected patches to tokens.</summary>
    /// <param name="tokens">[P, D].</param>
    /// <param name="patches">The patches.</param>
    /// <param name="memory">At least P times the inner width.</param>
    internal void AddTo(Span<float> tokens, PatchRows patches, Span<float> memory)
    {
        _direct.Run(patches, tokens, _patches, add: true);
        if (_inner is not null)
        {
            var inner = memory[..(_patches * _outer!.Inputs)];
            _inner.Run(patches, inner, _patches, add: false);
            Activations.Silu(inner);
            _outer.MultiplyAdd(inner, tokens, _patches);
        }
    }

    // A layer over [values, flags], as two products.
    private sealed class InputLayer
    {
        private readonly PackedLinear _values;
        private readonly PackedLinear? _flags;

        internal InputLayer(SeriesEmbedder settings, string name, WeightStore weights)
        {
            var rows = weights.Rows(name);
            var length = settings.PatchLength;
            _values = rows.Columns(0, length, withBias: true).Pack();
            _flags = settings.ObservedFlags ? rows.Columns(length, length, withBias: false).Pack() : null;
        }

        internal void Run(PatchRows patches, Span<float> output, int rows, bool add)
        {
            _values.Multiply(patches.Values, patches.ValueStride, output, _values.Outputs, rows, add);
            _flags?.Multiply(patches.Flags, patches.FlagStride, output, _flags.Outputs, rows, add: true);
        }
    }
}
