using Pangu.Core;
using Pangu.Numerics;
using Pangu.Tensors;
using static TorchSharp.torch;

namespace Pangu.Models;

/// <summary>Non-linearities by their config.</summary>
internal static class Activations
{
    /// <summary>Applies a non-linearity by libtorch's operators.</summary>
    /// <param name="kind">Which.</param>
    /// <param name="x">Any shape.</param>
    /// <returns>As <paramref name="x"/>.</returns>
    public static Tensor Apply(ActivationKind kind, Tensor x) => kind switch
    {
        ActivationKind.Gelu => NeuralOperators.Gelu(x),
        ActivationKind.GeluTanh => NeuralOperators.Gelu(x, tanh: true),
        ActivationKind.Relu => NeuralOperators.Relu(x),
        ActivationKind.ReluSquared => Square(NeuralOperators.Relu(x)),
        ActivationKind.Silu => NeuralOperators.Silu(x),
        _ => throw new NotSupportedException($"Activation {kind} is not implemented."),
    };

    /// <summary>The same non-linearity among our own kernels.</summary>
    /// <param name="kind">Which.</param>
    /// <returns>Its name there.</returns>
    public static ActivationFunction Kernel(ActivationKind kind) => kind switch
    {
        ActivationKind.Gelu => ActivationFunction.Gelu,
        ActivationKind.GeluTanh => ActivationFunction.GeluTanh,
        ActivationKind.Relu => ActivationFunction.Relu,
        ActivationKind.ReluSquared => ActivationFunction.ReluSquared,
        ActivationKind.Silu => ActivationFunction.Silu,
        _ => throw new NotSupportedException($"Activation {kind} is not implemented."),
    };

    private static Tensor Square(Tensor x) => Operators.Multiply(x, x);
}

/// <summary>Several shifted and scaled copies of a non-linearity: sum over j of f(scale_j g + shift_j) (Pangu-pi).</summary>
/// <param name="kind">f.</param>
/// <param name="scale">[n, F].</param>
/// <param name="shift">[n, F].</param>
internal sealed class ActivationSeriesModule(ActivationKind kind, Tensor scale, Tensor shift)
{
    /// <summary>Applies the sum.</summary>
    /// <param name="g">[..., F].</param>
    /// <param name="pass">The forward pass.</param>
    /// <returns>[..., F].</returns>
    public Tensor Apply(Tensor g, ForwardPass pass)
    {
        Tensor? sum = null;
        for (var term = 0; term < scale.size(0); term++)
        {
            var value = Activations.Apply(kind, Operators.AddProduct(pass.Cast(shift.select(0, term)), g, pass.Cast(scale.select(0, term))));
            sum = sum is null ? value : Operators.Add(sum, value);
        }

        return sum!;
    }
}
