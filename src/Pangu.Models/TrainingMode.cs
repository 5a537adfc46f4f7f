using Pangu.Core;
using Pangu.Tensors;
using static TorchSharp.torch;

namespace Pangu.Models;

/// <summary>What differs while a model trains: dropout, and batch norms that use and move their statistics. Masks depend on seed, place and step alone, so a resumed run draws the same.</summary>
public sealed class TrainingMode
{
    private readonly Seeds _seeds;

    /// <summary>Starts a mode.</summary>
    /// <param name="seeds">The root seed; a branch's stream is <c>dropout/</c> and its name.</param>
    /// <param name="dropout">Share of what each branch adds that is set to 0, from 0 (none) to below 1; the rest is scaled up.</param>
    /// <param name="kind">Over what one decision is taken.</param>
    /// <param name="precision">What the body computes in.</param>
    public TrainingMode(Seeds seeds, double dropout = 0, DropoutKind kind = DropoutKind.Row, TrainingPrecision precision = TrainingPrecision.Single)
    {
        if (dropout is < 0 or >= 1)
        {
            throw PanguException.Usage("dropout", $"dropout is {dropout}; it must be at least 0 and below 1.");
        }

        _seeds = seeds;
        Dropout = dropout;
        Kind = kind;
        Precision = precision;
    }

    /// <summary>Share set to 0.</summary>
    public double Dropout { get; }

    /// <summary>Over what one decision is taken.</summary>
    public DropoutKind Kind { get; }

    /// <summary>What the body computes in.</summary>
    public TrainingPrecision Precision { get; }

    /// <summary>Whose operators the body runs on. Default libtorch's.</summary>
    public KernelChoice Kernels { get; init; }

    /// <summary>Whether the body's products, feed-forward networks and attention run on our own kernels where those can.</summary>
    internal bool UsesKernels => this is { Kernels: KernelChoice.Own, Precision: TrainingPrecision.Single };

    /// <summary>The step whose masks are drawn; the trainer sets it before each forward pass.</summary>
    public long Step { get; set; }

    /// <summary>The mask of a branch at this step: 0, or 1 / (1 - dropout).</summary>
    /// <param name="place">Name of the branch.</param>
    /// <param name="x">[N, T, D], what it is for.</param>
    /// <returns>[N, 1, D] or [N, T, D]; null when nothing is dropped.</returns>
    internal Tensor? Mask(string place, Tensor x)
    {
        if (Dropout == 0)
        {
            return null;
        }

        long[] shape = Kind == DropoutKind.Row ? [x.size(0), 1, x.size(2)] : x.shape;
        var stream = _seeds.For("dropout/" + place, Step);
        var keep = (float)(1 / (1 - Dropout));
        var threshold = (ulong)(Dropout * uint.MaxValue);
        var mask = empty(shape, dtype: ScalarType.Float32);
        var values = Operators.Data(mask);
        // Two decisions from each 64 random bits.
        for (var i = 0; i < values.Length; i += 2)
        {
            var bits = stream.NextUInt64();
            values[i] = (bits >> 32) < threshold ? 0 : keep;
            if (i + 1 < values.Length)
            {
                values[i + 1] = (bits & uint.MaxValue) < threshold ? 0 : keep;
            }
        }

        return mask;
    }
}

/// <summary>What the body computes in while it trains. Weights, their gradients and the optimizer stay in float32, as do embedder, head and loss.</summary>
public enum TrainingPrecision
{
    /// <summary>float32.</summary>
    Single,

    /// <summary>bfloat16: weights are rounded anew in every step; norms and softmax compute in float32 inside. On libtorch's operators: slower than float32 on our own kernels for small networks, and many times slower where the processor does not multiply bfloat16.</summary>
    BFloat16,
}

/// <summary>Whose operators a body runs on while it trains. Both compute the same up to rounding.</summary>
public enum KernelChoice
{
    /// <summary>libtorch's.</summary>
    Libtorch,

    /// <summary>Our own kernels where there is one (linear layers, feed-forward networks, attention), in float32: faster for small models, and sums do not depend on the number of threads.</summary>
    Own,
}

/// <summary>Over what one dropout decision is taken.</summary>
public enum DropoutKind
{
    /// <summary>One number of all tokens of a row (a channel of a window, a sequence): as effective for short rows and several times cheaper.</summary>
    Row,

    /// <summary>One number of one token.</summary>
    Element,
}
