using Pangu.Numerics;
using Pangu.Tensors.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Pangu.Tensors;

/// <summary>
/// Operators whose forward and backward passes are kernels of <c>Pangu.Numerics</c> instead of libtorch's: several of libtorch's steps at once, and products of small matrices at the rate of our own tiles.
/// They take part in automatic differentiation. float32 on the CPU alone; sums do not depend on the number of threads. Rules as for <see cref="Operators"/>.
/// </summary>
public static class KernelOperators
{
    /// <summary>Linear layers over one input, their results side by side.</summary>
    /// <param name="x">[..., in].</param>
    /// <param name="layers">At least one, each [out, in].</param>
    /// <returns>[..., sum of outs].</returns>
    public static Tensor Linear(Tensor x, params ReadOnlySpan<LinearLayer> layers) => LinearFunction.Apply(x, layers);

    /// <summary>A feed-forward network, down(f(up(x))) or down(f(gate(x)) up(x)).</summary>
    /// <param name="x">[..., D].</param>
    /// <param name="layers">Its layers and non-linearity.</param>
    /// <returns>[..., D].</returns>
    public static Tensor Dense(Tensor x, DenseLayers layers) => DenseFunction.Apply(x, layers);

    /// <summary>RMS norm and rotary positions (pairs i, i + W / 2) of queries and keys: <see cref="HeadPreparation"/>.</summary>
    /// <param name="projections">[N, T, (H + 2 K) E]: queries, keys, values.</param>
    /// <param name="settings">Norms and tables.</param>
    /// <returns>As the projections; values pass.</returns>
    public static Tensor PrepareHeads(Tensor projections, HeadSettings settings) => HeadFunction.Apply(projections, settings);

    /// <summary>X becomes (a I + b S + c S^2) X with S = X X^T, an iteration for each coefficients: <see cref="PolynomialIteration"/>. Not differentiable.</summary>
    /// <param name="matrices">[N, R, C] float32, dense; changed in place.</param>
    /// <param name="coefficients">a, b and c of each iteration.</param>
    public static void IterateInPlace(Tensor matrices, IReadOnlyList<(double A, double B, double C)> coefficients) => KernelWork.Iterate(matrices, coefficients);

    /// <summary>A causal convolution of each column by itself, added to its input: <see cref="ConvolutionTraining"/>.</summary>
    /// <param name="x">[N, T, D].</param>
    /// <param name="weight">[L, D]: the factors of the token itself, the one before it, and so on.</param>
    /// <param name="firstSeen">[N, T] row-major, first token of each token's document; null where every row is one document.</param>
    /// <returns>[N, T, D].</returns>
    public static Tensor Convolution(Tensor x, Tensor weight, int[]? firstSeen = null) => ConvolutionFunction.Apply(x, weight, firstSeen);

    /// <summary>Softmax attention over rows of tokens: <see cref="AttentionTraining"/>.</summary>
    /// <param name="projections">[N, T, (H + 2 K) E]: queries, keys, values.</param>
    /// <param name="shape">Sizes; E a multiple of 16.</param>
    /// <param name="firstSeen">[N, T] row-major, the first token that each token sees; null where all see from the first.</param>
    /// <returns>[N, T, H E].</returns>
    public static Tensor Attention(Tensor projections, AttentionShape shape, int[]? firstSeen = null) => AttentionFunction.Apply(projections, shape, firstSeen);
}
