using Pangu.Core;
using Pangu.Tensors;
using static TorchSharp.torch;

namespace Pangu.Models;

/// <summary>A feed-forward network: down(activation(up(x))), or down(activation(gate(x)) * up(x)).</summary>
internal sealed class DenseModule(Dense dense, WeightTable weights, string prefix) : IPartModule
{
    private readonly LinearWeights _up = LinearWeights.Of(weights, $"{prefix}.up");
    private readonly LinearWeights _down = LinearWeights.Of(weights, $"{prefix}.down");
    private readonly LinearWeights? _gate = dense.Gated ? LinearWeights.Of(weights, $"{prefix}.gate") : null;

    public bool MixesTokens => false;

    public Tensor Forward(Tensor x, ForwardPass pass, int? lastTokens)
    {
        var up = _up.Apply(x, pass);
        var inner = _gate is null
            ? Activate(dense.Activation, up)
            : Operators.Multiply(Activate(dense.Activation, _gate.Apply(x, pass)), up);
        return _down.Apply(inner, pass);
    }

    private static Tensor Activate(ActivationKind kind, Tensor x) => kind switch
    {
        ActivationKind.Gelu => NeuralOperators.Gelu(x),
        ActivationKind.GeluTanh => NeuralOperators.Gelu(x, tanh: true),
        ActivationKind.Relu => NeuralOperators.Relu(x),
        ActivationKind.ReluSquared => Square(NeuralOperators.Relu(x)),
        ActivationKind.Silu => NeuralOperators.Silu(x),
        _ => throw new NotSupportedException($"Activation {kind} is not implemented."),
    };

    private static Tensor Square(Tensor x) => Operators.Multiply(x, x);
}
