using System.Numerics;
using Pangu.Tensors.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Pangu.Tensors.ShortRows;

/// <summary>Attention by <see cref="AttentionKernel"/>, differentiable. Legend as for <see cref="AttentionTask"/>.</summary>
internal sealed class ShortAttention : autograd.SingleTensorFunction<ShortAttention>
{
    /// <inheritdoc/>
    public override string Name => nameof(ShortAttention);

    /// <inheritdoc/>
    public override unsafe Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var sizes = (ShortAttentionSizes)vars[^1];
        Tensor[] tensors = [.. vars[..^1].Cast<Tensor>()];
        var rows = tensors[0].size(0);
        var output = empty([rows, sizes.Wanted, sizes.Heads * sizes.HeadWidth], ScalarType.Float32);
        var probabilities = empty([rows, sizes.Heads, sizes.Wanted, sizes.PaddedPositions], ScalarType.Float32);
        var task = sizes.Task(Addresses(tensors));
        task.Output = Address(output);
        task.Probabilities = Address(probabilities);
        Run(&AttentionKernel.Forward, rows, &task);
        KeepAlive(tensors);
        ctx.save_for_backward([.. tensors, probabilities]);
        ctx.save_data("sizes", sizes);
        return output;
    }

    /// <inheritdoc/>
    public override unsafe List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        var sizes = (ShortAttentionSizes)ctx.get_data("sizes");
        var saved = ctx.get_saved_variables();
        Tensor[] tensors = [.. saved[..^1]];
        var probabilities = saved[^1];
        var dense = grad_output.contiguous();
        Tensor[] gradients = [.. tensors.Select(tensor => empty(tensor.shape, ScalarType.Float32))];
        var task = sizes.Task(Addresses(tensors));
        var gradientTask = sizes.Task(Addresses(gradients));
        task.QueryGradient = gradientTask.Query;
        task.KeyGradient = gradientTask.Key;
        task.ValueGradient = gradientTask.Value;
        task.OutputGradient = Address(dense);
        task.Probabilities = Address(probabilities);
        Run(&AttentionKernel.Backward, tensors[0].size(0), &task);
        KeepAlive([.. tensors, probabilities, dense]);
        return [.. gradients, null!];
    }

    private static unsafe void Run(delegate* unmanaged[Cdecl]<long, long, void*, void> kernel, long rows, AttentionTask* task)
    {
        var error = Libtorch.Functions.ParallelFor(0, rows, 1, kernel, task);
        if (error != 0)
        {
            throw new OperatorException("torch_parallel_for", string.Empty);
        }
    }

    private static unsafe float* Address(Tensor tensor)
    {
        fixed (float* address = Operators.Data(tensor))
        {
            return address;
        }
    }

    private static unsafe nint[] Addresses(IReadOnlyList<Tensor> tensors) => [.. tensors.Select(tensor => (nint)Address(tensor))];

    private static void KeepAlive(IReadOnlyList<Tensor> tensors)
    {
        foreach (var tensor in tensors)
        {
            GC.KeepAlive(tensor);
        }
    }
}

/// <summary>Sizes of an attention over short rows. Legend as for <see cref="AttentionTask"/>.</summary>
/// <param name="Wanted">W.</param>
/// <param name="Positions">T.</param>
/// <param name="Heads">H.</param>
/// <param name="KeyValueHeads">K.</param>
/// <param name="HeadWidth">E.</param>
/// <param name="Window">How many positions back a query sees, itself included; 0 when it sees the whole row.</param>
internal sealed record ShortAttentionSizes(int Wanted, int Positions, int Heads, int KeyValueHeads, int HeadWidth, int Window)
{
    /// <summary>P.</summary>
    public int PaddedPositions => (Positions + Vector<float>.Count - 1) / Vector<float>.Count * Vector<float>.Count;

    /// <summary>Where query, key and value lie: in one tensor, side by side; the query in one and key and value in another; or in three.</summary>
    /// <param name="addresses">One, two or three addresses.</param>
    /// <returns>The task without outputs.</returns>
    public unsafe AttentionTask Task(nint[] addresses)
    {
        var (query, one) = (Heads * HeadWidth, KeyValueHeads * HeadWidth);
        var task = new AttentionTask { Wanted = Wanted, Positions = Positions, PaddedPositions = PaddedPositions, Heads = Heads, KeyValueHeads = KeyValueHeads, HeadWidth = HeadWidth, Window = Window, Query = (float*)addresses[0] };
        switch (addresses.Length)
        {
            case 1:
                task.Key = task.Query + query;
                task.Value = task.Key + one;
                (task.QueryStride, task.KeyStride, task.ValueStride) = (query + (2 * one), query + (2 * one), query + (2 * one));
                break;
            case 2:
                task.Key = (float*)addresses[1];
                task.Value = task.Key + one;
                (task.QueryStride, task.KeyStride, task.ValueStride) = (query, 2 * one, 2 * one);
                break;
            default:
                task.Key = (float*)addresses[1];
                task.Value = (float*)addresses[2];
                (task.QueryStride, task.KeyStride, task.ValueStride) = (query, one, one);
                break;
        }

        return task;
    }
}
