using Pangu.Core;
using Pangu.Tensors;
using static TorchSharp.torch;

namespace Pangu.Models;

/// <summary>
/// Cuts windows into patches and projects them to tokens. Legend: <c>B</c> windows, <c>C</c> channels, <c>L</c> steps, <c>N</c> = B C rows, <c>P</c> patches,
/// <c>S</c> steps of a patch, <c>T</c> tokens, <c>D</c> width.
/// </summary>
internal sealed class SeriesEmbedderModule
{
    private readonly SeriesEmbedder _settings;
    private readonly ChannelLinear? _patch;
    private readonly (LinearWeights Inner, LinearWeights Outer, LinearWeights Skip)? _residual;
    private readonly Tensor? _class;
    private readonly Tensor? _future;
    private readonly Tensor? _positions;

    public SeriesEmbedderModule(SeriesEmbedder settings, WeightTable weights)
    {
        _settings = settings;
        if (settings.Inner > 0)
        {
            _residual = (LinearWeights.Of(weights, "embedder.inner"), LinearWeights.Of(weights, "embedder.outer"), LinearWeights.Of(weights, "embedder.skip"));
        }
        else
        {
            _patch = ChannelLinear.Of(weights, "embedder.patch", settings.SharedProjection, settings.Channels);
        }

        _class = weights.Find("embedder.class");
        _future = weights.Find("embedder.future");
        _positions = weights.Find("embedder.positions");
    }

    /// <summary>Scales windows and cuts them into patches; needs no gradient.</summary>
    /// <param name="values">[B, C, L] in the units of the input; what stands where a value is missing does not matter.</param>
    /// <param name="observed">[B, C, L]: 1 where a value is observed, else 0.</param>
    /// <param name="pass">The forward pass.</param>
    /// <returns>The patches.</returns>
    public SeriesPatches Cut(Tensor values, Tensor observed, ForwardPass pass)
    {
        using var scope = new StepScope(gradient: false);
        var seen = observed.to_type(ScalarType.Bool);
        var zero = zeros([]);
        var known_BCL = where(seen, values, zero);
        var (location, scale) = _settings.Scaling.Accept(new SeriesScaler(known_BCL, observed));
        var scaled_BCL = Operators.Add(known_BCL, location, -1).div(scale);
        if (_settings.Missing == MissingValues.ZeroAfterScaling)
        {
            scaled_BCL = where(seen, scaled_BCL, zero);
        }

        var patches_NPS = Unfold(scaled_BCL);
        if (pass.Tap is not null)
        {
            pass.Show("embedder.patches", patches_NPS.view(values.size(0), values.size(1), _settings.Patches, _settings.PatchLength));
        }

        return new SeriesPatches(
            patches_NPS.MoveToOuterDisposeScope(),
            _settings.ObservedFlags ? Unfold(observed).MoveToOuterDisposeScope() : null,
            location.view(-1, 1).MoveToOuterDisposeScope(),
            scale.view(-1, 1).MoveToOuterDisposeScope());
    }

    /// <summary>Projects patches to tokens.</summary>
    /// <param name="patches">[N, P, S] in scaled units, masked where they are to be.</param>
    /// <param name="flags">[N, P, S]; null unless the config has observed flags.</param>
    /// <returns>[N, T, D].</returns>
    public Tensor Embed(Tensor patches, Tensor? flags)
    {
        var input = flags is null ? patches : Operators.Concatenate(-1, patches, flags);
        var tokens = _residual is var (inner, outer, skip)
            ? Operators.Add(outer.Apply(NeuralOperators.Silu(inner.Apply(input))), skip.Apply(input))
            : _patch!.Apply(input);
        if (_class is not null || _future is not null)
        {
            List<Tensor> parts = [tokens];
            if (_class is not null)
            {
                parts.Insert(0, _class.expand(tokens.size(0), 1, -1));
            }

            if (_future is not null)
            {
                parts.Add(_future.expand(tokens.size(0), -1, -1));
            }

            tokens = Operators.Concatenate(1, [.. parts]);
        }

        return _positions is null ? tokens : Operators.Add(tokens, _positions);
    }

    /// <summary>[B, C, L] to [N, P, S]: patches are aligned to the end, the first values are dropped where they do not fit.</summary>
    private Tensor Unfold(Tensor x)
    {
        var length = _settings.PatchLength + ((_settings.Patches - 1L) * _settings.PatchStride);
        return x.narrow(-1, x.size(-1) - length, length).unfold(-1, _settings.PatchLength, _settings.PatchStride)
            .reshape(-1, _settings.Patches, _settings.PatchLength);
    }
}

/// <summary>Windows cut into patches. Legend as for <see cref="SeriesEmbedderModule"/>.</summary>
/// <param name="Values">[N, P, S] in scaled units.</param>
/// <param name="Flags">[N, P, S]: 1 where a value was observed; null unless the config has observed flags.</param>
/// <param name="Location">[N, 1], what was subtracted.</param>
/// <param name="Scale">[N, 1], what was then divided by.</param>
internal sealed record SeriesPatches(Tensor Values, Tensor? Flags, Tensor Location, Tensor Scale);
