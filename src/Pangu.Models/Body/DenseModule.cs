using Pangu.Core;
using Pangu.Tensors;
using static TorchSharp.torch;

namespace Pangu.Models;

/// <summary>A feed-forward network: down(activation(up(x))), or down(activation(gate(x)) * up(x)).</summary>
internal sealed class DenseModule : IPartModule
{
    private readonly Dense _settings;
    private readonly LinearWeights _up;
    private readonly LinearWeights _down;
    private readonly LinearWeights? _gate;
    private readonly ActivationSeriesModule? _series;

    public DenseModule(Dense settings, WeightTable weights, string prefix)
    {
        _settings = settings;
        _up = LinearWeights.Of(weights, $"{prefix}.up");
        _down = LinearWeights.Of(weights, $"{prefix}.down");
        _gate = settings.Gated ? LinearWeights.Of(weights, $"{prefix}.gate") : null;
        _series = settings.Series is null ? null : new ActivationSeriesModule(settings.Activation, weights[$"{prefix}.series.scale"], weights[$"{prefix}.series.shift"]);
    }

    public bool MixesTokens => false;

    public Tensor Forward(Tensor x, ForwardPass pass, int? lastTokens)
    {
        if (pass.UsesKernels && _series is null)
        {
            return KernelOperators.Dense(x, new DenseLayers(Activations.Kernel(_settings.Activation), _up.Layer, _down.Layer, _gate?.Layer));
        }

        var up = _up.Apply(x, pass);
        return _down.Apply(_gate is null ? Activate(up, pass) : Operators.Multiply(Activate(_gate.Apply(x, pass), pass), up), pass);
    }

    private Tensor Activate(Tensor x, ForwardPass pass) => _series?.Apply(x, pass) ?? Activations.Apply(_settings.Activation, x);
}
