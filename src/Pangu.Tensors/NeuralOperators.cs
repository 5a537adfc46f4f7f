using Pangu.Tensors.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Pangu.Tensors;

/// <summary>The operators that networks are made of; rules as for <see cref="Operators"/>. Legend: <c>B</c> batch, <c>H</c> heads, <c>T</c> positions, <c>E</c> width of a head, <c>D</c> width.</summary>
public static class NeuralOperators
{
    /// <summary>y = x / sqrt(mean(x^2) + epsilon) * weight over the last dimension.</summary>
    /// <param name="x">[..., D].</param>
    /// <param name="weight">[D]; null for none.</param>
    /// <param name="epsilon">Added to the mean square.</param>
    /// <returns>[..., D].</returns>
    public static Tensor RmsNorm(Tensor x, Tensor? weight, double epsilon)
    {
        var call = new OperatorCall();
        call.Add(x);
        call.Add([x.size(-1)]);
        call.AddOptional(weight);
        call.AddOptional((double?)epsilon);
        return call.Tensor("aten::rms_norm"u8, ""u8);
    }

    /// <summary>y = (x - mean) / sqrt(variance + epsilon) * weight + bias over the last dimension.</summary>
    /// <param name="x">[..., D].</param>
    /// <param name="weight">[D]; null for none.</param>
    /// <param name="bias">[D]; null for none.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <returns>[..., D].</returns>
    public static Tensor LayerNorm(Tensor x, Tensor? weight, Tensor? bias, double epsilon)
    {
        var call = new OperatorCall();
        call.Add(x);
        call.Add([x.size(-1)]);
        call.AddOptional(weight);
        call.AddOptional(bias);
        call.Add(epsilon);
        call.Add(false);
        return call.Tensor("aten::layer_norm"u8, ""u8);
    }

    /// <summary>Batch norm over the second dimension.</summary>
    /// <param name="x">[N, D] or [N, D, T].</param>
    /// <param name="weight">[D].</param>
    /// <param name="bias">[D].</param>
    /// <param name="runningMean">[D]; moved in training.</param>
    /// <param name="runningVariance">[D]; moved in training (unbiased variance).</param>
    /// <param name="training">Whether the batch's own statistics are used.</param>
    /// <param name="momentum">Share of the batch in the running statistics.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <returns>As <paramref name="x"/>.</returns>
    public static Tensor BatchNorm(Tensor x, Tensor weight, Tensor bias, Tensor runningMean, Tensor runningVariance, bool training, double momentum, double epsilon)
    {
        var call = new OperatorCall();
        call.Add(x);
        call.AddOptional(weight);
        call.AddOptional(bias);
        call.AddOptional(runningMean);
        call.AddOptional(runningVariance);
        call.Add(training);
        call.Add(momentum);
        call.Add(epsilon);
        call.Add(false);
        return call.Tensor("aten::batch_norm"u8, ""u8);
    }

    /// <summary>y = x weight^T + bias.</summary>
    /// <param name="x">[..., in].</param>
    /// <param name="weight">[out, in].</param>
    /// <param name="bias">[out]; null for none.</param>
    /// <returns>[..., out].</returns>
    public static Tensor Linear(Tensor x, Tensor weight, Tensor? bias)
    {
        var call = new OperatorCall();
        call.Add(x);
        call.Add(weight);
        call.AddOptional(bias);
        return call.Tensor("aten::linear"u8, ""u8);
    }

    /// <summary>Matrix product.</summary>
    /// <param name="left">[n, k].</param>
    /// <param name="right">[k, m].</param>
    /// <returns>[n, m].</returns>
    public static Tensor MatrixProduct(Tensor left, Tensor right)
    {
        var call = new OperatorCall();
        call.Add(left);
        call.Add(right);
        return call.Tensor("aten::mm"u8, ""u8);
    }

    /// <summary>Matrix product of each pair of a batch.</summary>
    /// <param name="left">[N, n, k].</param>
    /// <param name="right">[N, k, m].</param>
    /// <returns>[N, n, m].</returns>
    public static Tensor BatchedMatrixProduct(Tensor left, Tensor right)
    {
        var call = new OperatorCall();
        call.Add(left);
        call.Add(right);
        return call.Tensor("aten::bmm"u8, ""u8);
    }

    /// <summary>addend + left right, for each pair of a batch.</summary>
    /// <param name="addend">[N, n, m], or what broadcasts to it.</param>
    /// <param name="left">[N, n, k].</param>
    /// <param name="right">[N, k, m].</param>
    /// <returns>[N, n, m].</returns>
    public static Tensor AddBatchedMatrixProduct(Tensor addend, Tensor left, Tensor right)
    {
        // TorchSharp 0.107 hands its arguments on in another order than their names say: the receiver is the left matrix, the last the addend.
        var result = left.baddbmm(right, addend);
        GC.KeepAlive(addend);
        GC.KeepAlive(left);
        GC.KeepAlive(right);
        return result;
    }

    /// <summary>Softmax, computed in the type of <paramref name="x"/>.</summary>
    /// <param name="x">Any shape.</param>
    /// <param name="dimension">Over which the result sums to 1.</param>
    /// <returns>As <paramref name="x"/>.</returns>
    public static Tensor Softmax(Tensor x, int dimension)
    {
        if (dimension == -1 && x.dtype == ScalarType.Float32)
        {
            return x.requires_grad && is_grad_enabled() ? FastSoftmax.apply(x) : FastSoftmax.Values(x);
        }

        var call = new OperatorCall();
        call.Add(x);
        call.Add(dimension);
        call.Add(false);
        return call.Tensor("aten::_softmax"u8, ""u8);
    }

    /// <summary>x Phi(x).</summary>
    /// <param name="x">Any shape.</param>
    /// <param name="tanh">Whether by the tanh approximation.</param>
    /// <returns>As <paramref name="x"/>.</returns>
    public static Tensor Gelu(Tensor x, bool tanh = false)
    {
        var call = new OperatorCall();
        call.Add(x);
        call.Add(tanh ? "tanh" : "none");
        return call.Tensor("aten::gelu"u8, ""u8);
    }

    /// <summary>x sigmoid(x).</summary>
    /// <param name="x">Any shape.</param>
    /// <returns>As <paramref name="x"/>.</returns>
    public static Tensor Silu(Tensor x)
    {
        var call = new OperatorCall();
        call.Add(x);
        return call.Tensor("aten::silu"u8, ""u8);
    }

    /// <summary>-log softmax(logits)[target], a number a row.</summary>
    /// <param name="logits">[M, V].</param>
    /// <param name="targets">[M] int64, from 0 to V - 1.</param>
    /// <returns>[M].</returns>
    public static Tensor CrossEntropy(Tensor logits, Tensor targets)
    {
        const long NoReduction = 0;
        var call = new OperatorCall();
        call.Add(logits);
        call.Add(targets);
        call.AddNone();
        call.Add(NoReduction);
        call.Add(-100L);
        call.Add(0.0);
        return call.Tensor("aten::cross_entropy_loss"u8, ""u8);
    }

    /// <summary>max(x, 0).</summary>
    /// <param name="x">Any shape.</param>
    /// <returns>As <paramref name="x"/>.</returns>
    public static Tensor Relu(Tensor x)
    {
        var call = new OperatorCall();
        call.Add(x);
        return call.Tensor("aten::relu"u8, ""u8);
    }
}
