using Pangu.Core;
using static TorchSharp.torch;

namespace Pangu.Models;

/// <summary>A body built on libtorch.</summary>
public interface IBodyModule
{
    /// <summary>Turns tokens into tokens.</summary>
    /// <param name="x">[N, T, D] float32.</param>
    /// <param name="pass">The forward pass it belongs to.</param>
    /// <returns>[N, T, D], or [N, W, D] where the pass wants the last W tokens alone; in the caller's dispose scope.</returns>
    Tensor Forward(Tensor x, ForwardPass pass);
}

/// <summary>What one forward pass carries besides its numbers.</summary>
/// <param name="Training">How the model trains; null for use.</param>
/// <param name="Channels">Rows of the batch that belong to one series, for attention across channels; 1 where there is no such thing.</param>
/// <param name="Tap">Receives intermediate values; null for none.</param>
/// <param name="LastTokens">How many tokens at the end the head looks at, so that the last block need not make the others; null for all.</param>
/// <param name="Packed">Documents that share rows; null where every row is one.</param>
public sealed record ForwardPass(TrainingMode? Training = null, int Channels = 1, IActivationTap? Tap = null, int? LastTokens = null, PackedRows? Packed = null)
{
    /// <summary>Whether the body's products, feed-forward networks and attention run on our own kernels where those can.</summary>
    internal bool UsesKernels => Training is { UsesKernels: true };

    /// <summary>Whether the body computes in bfloat16.</summary>
    internal bool IsHalf => Training?.Precision == TrainingPrecision.BFloat16;

    /// <summary>A weight, mask or table in the type that the body computes in.</summary>
    /// <param name="tensor">float32.</param>
    /// <returns>The same tensor, or its values in bfloat16; gradients pass through.</returns>
    internal Tensor Cast(Tensor tensor) => IsHalf ? tensor.to_type(ScalarType.BFloat16) : tensor;

    /// <summary>Shows a value to the tap, when it is wanted.</summary>
    /// <param name="name">Canonical name.</param>
    /// <param name="value">The value.</param>
    internal void Show(string name, Tensor value)
    {
        if (Tap?.Wants(name) == true)
        {
            Tap.Record(name, Tensors.Operators.ToArray(value), value.shape);
        }
    }
}
