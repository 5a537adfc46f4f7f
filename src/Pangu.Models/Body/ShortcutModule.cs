using Pangu.Core;
using static TorchSharp.torch;

namespace Pangu.Models;

/// <summary>A bottleneck beside a part: up(activation(down(z))) (Pangu-pi's augmented shortcut).</summary>
/// <param name="shortcut">Its settings.</param>
/// <param name="weights">All weights of the model.</param>
/// <param name="name">Name of the shortcut.</param>
internal sealed class ShortcutModule(Shortcut shortcut, WeightTable weights, string name)
{
    private readonly LinearWeights _down = LinearWeights.Of(weights, $"{name}.down");
    private readonly LinearWeights _up = LinearWeights.Of(weights, $"{name}.up");

    /// <summary>What the shortcut adds to the stream.</summary>
    /// <param name="z">[..., D], the branch's normed input.</param>
    /// <param name="pass">The forward pass.</param>
    /// <returns>[..., D].</returns>
    public Tensor Forward(Tensor z, ForwardPass pass) => _up.Apply(Activations.Apply(shortcut.Activation, _down.Apply(z, pass)), pass);
}
