using Pangu.Core;
using Pangu.Tensors;
using static TorchSharp.torch;

namespace Pangu.Models;

/// <summary>A norm built on libtorch.</summary>
internal interface INormModule
{
    /// <summary>Whether statistics are taken over tokens, so that none may be left out in training.</summary>
    bool MixesTokens { get; }

    /// <summary>Normalises.</summary>
    /// <param name="x">[..., D].</param>
    /// <param name="pass">The forward pass.</param>
    /// <returns>[..., D].</returns>
    Tensor Forward(Tensor x, ForwardPass pass);
}

/// <summary>Builds a norm from its config.</summary>
/// <param name="weights">All weights of the model.</param>
/// <param name="name">Name of the norm.</param>
internal sealed class NormBuilder(WeightTable weights, string name) : INormVisitor<INormModule>
{
    /// <inheritdoc/>
    public INormModule Visit(RmsNorm norm) => new RmsNormModule(weights[$"{name}.weight"], norm.Epsilon);

    /// <inheritdoc/>
    public INormModule Visit(LayerNorm norm) => new LayerNormModule(weights[$"{name}.weight"], weights.Find($"{name}.bias"), norm.Epsilon);

    /// <inheritdoc/>
    public INormModule Visit(BatchNorm norm) => new BatchNormModule(norm, weights, name);
}

internal sealed class RmsNormModule(Tensor weight, double epsilon) : INormModule
{
    public bool MixesTokens => false;

    public Tensor Forward(Tensor x, ForwardPass pass) => NeuralOperators.RmsNorm(x, pass.Cast(weight), epsilon);
}

internal sealed class LayerNormModule(Tensor weight, Tensor? bias, double epsilon) : INormModule
{
    public bool MixesTokens => false;

    public Tensor Forward(Tensor x, ForwardPass pass) => NeuralOperators.LayerNorm(x, pass.Cast(weight), bias is null ? null : pass.Cast(bias), epsilon);
}

/// <summary>Batch norm over features: statistics over rows and positions in training, running statistics otherwise.</summary>
internal sealed class BatchNormModule(BatchNorm norm, WeightTable weights, string name) : INormModule
{
    private readonly Tensor _weight = weights[$"{name}.weight"];
    private readonly Tensor _bias = weights[$"{name}.bias"];
    private readonly Tensor _mean = weights[$"{name}.runningMean"];
    private readonly Tensor _variance = weights[$"{name}.runningVariance"];

    public bool MixesTokens => true;

    public Tensor Forward(Tensor x, ForwardPass pass)
    {
        var flat_MD = x.reshape(-1, x.size(-1));
        return NeuralOperators.BatchNorm(flat_MD, _weight, _bias, _mean, _variance, pass.Training is not null, norm.Momentum, norm.Epsilon).view(x.shape);
    }
}
