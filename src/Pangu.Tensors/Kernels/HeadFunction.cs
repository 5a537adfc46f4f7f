using Pangu.Numerics;
using static TorchSharp.torch;

namespace Pangu.Tensors.Kernels;

/// <summary>Norm and rotary positions of joined queries and keys. Arguments: the projections, the weights of the queries' and keys' norms (or null), and the settings.</summary>
internal sealed class HeadFunction : autograd.SingleTensorFunction<HeadFunction>
{
    private const string Settings = "settings";

    /// <inheritdoc/>
    public override string Name => nameof(HeadFunction);

    /// <summary>Prepares heads.</summary>
    /// <param name="projections">[N, T, (H + 2 K) E] float32.</param>
    /// <param name="settings">Everything else.</param>
    /// <returns>As the projections.</returns>
    public static Tensor Apply(Tensor projections, HeadSettings settings) => apply(projections, settings.QueryNorm!, settings.KeyNorm!, settings);

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        using var scope = NewDisposeScope();
        var projections = ((Tensor)vars[0]).contiguous();
        var settings = (HeadSettings)vars[3];
        var result = empty_like(projections);
        KernelWork.Heads(projections, settings, result);
        ctx.save_for_backward([projections]);
        ctx.save_data(Settings, settings);
        projections.MoveToOuterDisposeScope();
        return result.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using var scope = NewDisposeScope();
        var settings = (HeadSettings)ctx.get_data(Settings);
        var gradient = grad_output.clone();
        var queryNorm = settings.QueryNorm is null ? null : empty_like(settings.QueryNorm).MoveToOuterDisposeScope();
        var keyNorm = settings.KeyNorm is null ? null : empty_like(settings.KeyNorm).MoveToOuterDisposeScope();
        KernelWork.HeadsBackward(ctx.get_saved_variables()[0], settings, gradient, queryNorm, keyNorm);
        return [gradient.MoveToOuterDisposeScope(), queryNorm!, keyNorm!, null!];
    }
}
