using static TorchSharp.torch;

namespace Pangu.Tensors.Kernels;

/// <summary>A causal convolution of each column. Arguments: x, the weight, and the first token of each token's document (or null).</summary>
internal sealed class ConvolutionFunction : autograd.SingleTensorFunction<ConvolutionFunction>
{
    private const string FirstSeen = "firstSeen";

    /// <inheritdoc/>
    public override string Name => nameof(ConvolutionFunction);

    /// <summary>Convolves.</summary>
    /// <param name="x">[N, T, D] float32.</param>
    /// <param name="weight">[L, D] float32.</param>
    /// <param name="firstSeen">[N, T] row-major; null where every row is one document.</param>
    /// <returns>[N, T, D].</returns>
    public static Tensor Apply(Tensor x, Tensor weight, int[]? firstSeen) => apply(x, weight, firstSeen!);

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        using var scope = NewDisposeScope();
        var (x, weight, firstSeen) = (((Tensor)vars[0]).contiguous(), (Tensor)vars[1], vars[2] as int[]);
        var result = empty_like(x);
        KernelWork.Convolution(x, weight, firstSeen, result);
        ctx.save_for_backward([x, weight]);
        ctx.save_data(FirstSeen, firstSeen!);
        x.MoveToOuterDisposeScope();
        return result.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using var scope = NewDisposeScope();
        var saved = ctx.get_saved_variables();
        var (inputGradient, weightGradient) = (empty_like(saved[0]), empty_like(saved[1]));
        KernelWork.ConvolutionBackward(new ConvolvedRows(saved[0], saved[1], ctx.get_data(FirstSeen) as int[]), grad_output.contiguous(), inputGradient, weightGradient);
        return [inputGradient.MoveToOuterDisposeScope(), weightGradient.MoveToOuterDisposeScope(), null!];
    }
}

/// <summary>What was convolved.</summary>
/// <param name="X">[N, T, D].</param>
/// <param name="Weight">[L, D].</param>
/// <param name="FirstSeen">[N, T]; null where every row is one document.</param>
internal readonly record struct ConvolvedRows(Tensor X, Tensor Weight, int[]? FirstSeen);
