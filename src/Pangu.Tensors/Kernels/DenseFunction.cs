using Pangu.Numerics;
using static TorchSharp.torch;

namespace Pangu.Tensors.Kernels;

/// <summary>A feed-forward network, down(f(up(x))) or down(f(gate(x)) up(x)). Arguments: the function, x, then weight and bias (or null) of down, up and, where there is one, gate.</summary>
internal sealed class DenseFunction : autograd.SingleTensorFunction<DenseFunction>
{
    private const string Settings = "settings";

    /// <inheritdoc/>
    public override string Name => nameof(DenseFunction);

    /// <summary>Applies the network.</summary>
    /// <param name="x">[..., D] float32.</param>
    /// <param name="layers">Its layers and non-linearity.</param>
    /// <returns>[..., D].</returns>
    public static Tensor Apply(Tensor x, DenseLayers layers) => layers.Gate is { } gate
        ? apply(layers.Function, x, layers.Down.Weight, layers.Down.Bias!, layers.Up.Weight, layers.Up.Bias!, gate.Weight, gate.Bias!)
        : apply(layers.Function, x, layers.Down.Weight, layers.Down.Bias!, layers.Up.Weight, layers.Up.Bias!);

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        using var scope = NewDisposeScope();
        var function = (ActivationFunction)vars[0];
        var x = ((Tensor)vars[1]).contiguous();
        LinearLayer Layer(int index) => new((Tensor)vars[index], vars[index + 1] as Tensor);
        var (down, up) = (Layer(2), Layer(4));
        LinearLayer? gate = vars.Length > 6 ? Layer(6) : null;
        long[] innerShape = [.. x.shape.AsSpan()[..^1], up.Weight.size(0)];
        var upped = empty(innerShape, dtype: ScalarType.Float32);
        var inner = empty(innerShape, dtype: ScalarType.Float32);
        KernelWork.Linear(x, [up], upped);
        Tensor? gated = null;
        if (gate is { } first)
        {
            gated = empty(innerShape, dtype: ScalarType.Float32);
            KernelWork.Linear(x, [first], gated);
        }

        KernelWork.Activate(function, gated ?? upped, gated is null ? null : upped, inner);
        var y = empty([.. x.shape.AsSpan()[..^1], down.Weight.size(0)], dtype: ScalarType.Float32);
        KernelWork.Linear(inner, [down], y);
        ctx.save_for_backward(gated is null ? [x, down.Weight, inner, up.Weight, upped] : [x, down.Weight, inner, up.Weight, upped, gate!.Value.Weight, gated]);
        ctx.save_data(Settings, new Saved(function, down.Bias is not null, up.Bias is not null, gate?.Bias is not null));
        foreach (var kept in (Tensor?[])[x, inner, upped, gated])
        {
            kept?.MoveToOuterDisposeScope();
        }

        return y.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using var scope = NewDisposeScope();
        var saved = ctx.get_saved_variables();
        var settings = (Saved)ctx.get_data(Settings);
        var (x, downWeight, inner, upWeight, upped) = (saved[0], saved[1], saved[2], saved[3], saved[4]);
        var gradient = grad_output.contiguous();
        var inputGradient = empty_like(x);
        var innerGradient = empty_like(inner);
        var downGradient = empty_like(downWeight);
        KernelWork.LinearBackward(inner, [downWeight], gradient, innerGradient, downGradient);
        var isGated = saved.Count > 5;
        var uppedGradient = isGated ? empty_like(upped) : innerGradient;
        KernelWork.ActivateBackward(settings.Function, isGated ? saved[6] : upped, isGated ? upped : null, innerGradient, uppedGradient);
        List<Tensor> result = [null!, inputGradient, downGradient, Bias(settings.DownBias, gradient)!];
        void Layer(Tensor weight, Tensor outputGradient, bool hasBias, bool add)
        {
            var weightGradient = empty_like(weight);
            KernelWork.LinearBackward(x, [weight], outputGradient, inputGradient, weightGradient, add);
            result.Add(weightGradient);
            result.Add(Bias(hasBias, outputGradient)!);
        }

        Layer(upWeight, uppedGradient, settings.UpBias, add: false);
        if (isGated)
        {
            Layer(saved[5], innerGradient, settings.GateBias, add: true);
        }

        foreach (var kept in result)
        {
            kept?.MoveToOuterDisposeScope();
        }

        return result;
    }

    private static Tensor? Bias(bool hasBias, Tensor gradient) => hasBias ? KernelWork.ColumnSums(gradient, 0, (int)gradient.size(-1)) : null;

    private sealed record Saved(ActivationFunction Function, bool DownBias, bool UpBias, bool GateBias);
}
