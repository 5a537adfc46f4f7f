using Pangu.Numerics;
using static TorchSharp.torch;

namespace Pangu.Tensors.Kernels;

/// <summary>Attention over rows of joined queries, keys and values. Arguments: the projections, the shape, and the first token that each token sees (or null).</summary>
internal sealed class AttentionFunction : autograd.SingleTensorFunction<AttentionFunction>
{
    private const string Settings = "settings";

    /// <inheritdoc/>
    public override string Name => nameof(AttentionFunction);

    /// <summary>Attends.</summary>
    /// <param name="projections">[N, T, (H + 2 K) E] float32.</param>
    /// <param name="shape">Sizes.</param>
    /// <param name="firstSeen">[N, T] row-major; null where all see from the first.</param>
    /// <returns>[N, T, H E].</returns>
    public static Tensor Apply(Tensor projections, AttentionShape shape, int[]? firstSeen) => apply(projections, shape, firstSeen!);

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        using var scope = NewDisposeScope();
        var projections = ((Tensor)vars[0]).contiguous();
        var (shape, firstSeen) = ((AttentionShape)vars[1], vars[2] as int[]);
        var output = empty([projections.size(0), projections.size(1), shape.QueryHeads * shape.HeadWidth], dtype: ScalarType.Float32);
        KernelWork.Attention(projections, shape, firstSeen, output);
        ctx.save_for_backward([projections]);
        ctx.save_data(Settings, new Saved(shape, firstSeen));
        projections.MoveToOuterDisposeScope();
        return output.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using var scope = NewDisposeScope();
        var projections = ctx.get_saved_variables()[0];
        var saved = (Saved)ctx.get_data(Settings);
        var gradient = empty_like(projections);
        KernelWork.AttentionBackward(projections, saved.Shape, saved.FirstSeen, grad_output.contiguous(), gradient);
        return [gradient.MoveToOuterDisposeScope(), null!, null!];
    }

    private sealed record Saved(AttentionShape Shape, int[]? FirstSeen);
}
