using Pangu.Tensors;
using static TorchSharp.torch;

namespace Pangu.Models;

/// <summary>y = x weight^T + bias.</summary>
/// <param name="Weight">[out, in].</param>
/// <param name="Bias">[out]; null for none.</param>
internal sealed record LinearWeights(Tensor Weight, Tensor? Bias)
{
    /// <summary>The layer of a name.</summary>
    /// <param name="weights">All weights.</param>
    /// <param name="name">Name without <c>.weight</c>.</param>
    /// <returns>The layer.</returns>
    public static LinearWeights Of(WeightTable weights, string name) => new(weights[$"{name}.weight"], weights.Find($"{name}.bias"));

    /// <summary>Applies the layer.</summary>
    /// <param name="x">[..., in].</param>
    /// <returns>[..., out].</returns>
    public Tensor Apply(Tensor x) => NeuralOperators.Linear(x, Weight, Bias);

    /// <summary>Applies the layer in the type that the pass computes in.</summary>
    /// <param name="x">[..., in].</param>
    /// <param name="pass">The forward pass.</param>
    /// <returns>[..., out].</returns>
    public Tensor Apply(Tensor x, ForwardPass pass) => pass.UsesKernels
        ? KernelOperators.Linear(x, Layer)
        : NeuralOperators.Linear(x, pass.Cast(Weight), Bias is null ? null : pass.Cast(Bias));

    /// <summary>The layer as our own kernels take it.</summary>
    public LinearLayer Layer => new(Weight, Bias);
}

/// <summary>A linear layer that all channels share, or one a channel.</summary>
/// <param name="Layers">One, or C.</param>
internal sealed record ChannelLinear(IReadOnlyList<LinearWeights> Layers)
{
    /// <summary>The layers of a name: <c>name</c>, or <c>name.0</c> and so on.</summary>
    /// <param name="weights">All weights.</param>
    /// <param name="name">Name without index and <c>.weight</c>.</param>
    /// <param name="shared">Whether all channels share one.</param>
    /// <param name="channels">C, where they do not.</param>
    /// <returns>The layers.</returns>
    public static ChannelLinear Of(WeightTable weights, string name, bool shared, int channels) => new(shared
        ? [LinearWeights.Of(weights, name)]
        : [.. Enumerable.Range(0, channels).Select(channel => LinearWeights.Of(weights, $"{name}.{channel}"))]);

    /// <summary>Applies to each row its channel's layer.</summary>
    /// <param name="x">[B * C, ..., in], channels within windows.</param>
    /// <returns>[B * C, ..., out].</returns>
    public Tensor Apply(Tensor x)
    {
        if (Layers.Count == 1)
        {
            return Layers[0].Apply(x);
        }

        var channels = Layers.Count;
        long[] shape = x.shape;
        var x_CMI = x.view([-1, channels, .. shape[1..]]).transpose(0, 1).reshape(channels, -1, shape[^1]);
        var weight_CIO = Operators.Stack(0, [.. Layers.Select(layer => layer.Weight)]).transpose(1, 2);
        var y_CMO = NeuralOperators.BatchedMatrixProduct(x_CMI, weight_CIO);
        if (Layers[0].Bias is not null)
        {
            y_CMO = Operators.Add(y_CMO, Operators.Stack(0, [.. Layers.Select(layer => layer.Bias!)]).unsqueeze(1));
        }

        return y_CMO.view([channels, -1, .. shape[1..^1], y_CMO.size(-1)]).transpose(0, 1).reshape([-1, .. shape[1..^1], y_CMO.size(-1)]);
    }
}
