using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Pangu.Tensors.Kernels;

/// <summary>Linear layers over one input, their results side by side. Arguments: x, then weight and bias (or null) of each layer.</summary>
internal sealed class LinearFunction : autograd.SingleTensorFunction<LinearFunction>
{
    private const string Biases = "biases";

    /// <inheritdoc/>
    public override string Name => nameof(LinearFunction);

    /// <summary>Applies the layers.</summary>
    /// <param name="x">[..., in] float32.</param>
    /// <param name="layers">At least one.</param>
    /// <returns>[..., sum of outs].</returns>
    public static Tensor Apply(Tensor x, ReadOnlySpan<LinearLayer> layers)
    {
        var arguments = new object?[1 + (2 * layers.Length)];
        arguments[0] = x;
        for (var layer = 0; layer < layers.Length; layer++)
        {
            (arguments[1 + (2 * layer)], arguments[2 + (2 * layer)]) = (layers[layer].Weight, layers[layer].Bias);
        }

        return apply(arguments!);
    }

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        using var scope = NewDisposeScope();
        var x = ((Tensor)vars[0]).contiguous();
        var layers = new LinearLayer[vars.Length / 2];
        var saved = new List<Tensor>(1 + layers.Length) { x };
        var biases = new bool[layers.Length];
        long outputs = 0;
        for (var layer = 0; layer < layers.Length; layer++)
        {
            layers[layer] = new LinearLayer((Tensor)vars[1 + (2 * layer)], vars[2 + (2 * layer)] as Tensor);
            saved.Add(layers[layer].Weight);
            biases[layer] = layers[layer].Bias is not null;
            outputs += layers[layer].Weight.size(0);
        }

        ctx.save_for_backward(saved);
        ctx.save_data(Biases, biases);
        var y = empty([.. x.shape.AsSpan()[..^1], outputs], dtype: ScalarType.Float32);
        KernelWork.Linear(x, layers, y);
        x.MoveToOuterDisposeScope();
        return y.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using var scope = NewDisposeScope();
        var saved = ctx.get_saved_variables();
        var biases = (bool[])ctx.get_data(Biases);
        var gradient = grad_output.contiguous();
        var x = saved[0];
        var weights = saved[1..];
        var inputGradient = empty_like(x);
        var joined = empty([gradient.size(-1), x.size(-1)], dtype: ScalarType.Float32);
        KernelWork.LinearBackward(x, CollectionsMarshal.AsSpan(weights), gradient, inputGradient, joined);
        var result = new List<Tensor>(1 + (2 * biases.Length)) { inputGradient.MoveToOuterDisposeScope() };
        var column = 0;
        for (var layer = 0; layer < biases.Length; layer++)
        {
            var outputs = (int)weights[layer].size(0);
            result.Add((biases.Length == 1 ? joined : joined.narrow(0, column, outputs)).MoveToOuterDisposeScope());
            result.Add(biases[layer] ? KernelWork.ColumnSums(gradient, column, outputs).MoveToOuterDisposeScope() : null!);
            column += outputs;
        }

        return result;
    }
}
