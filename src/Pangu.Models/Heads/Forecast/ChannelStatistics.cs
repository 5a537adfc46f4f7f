using Pangu.Core;
using Pangu.Tensors;
using static TorchSharp.torch;

namespace Pangu.Models;

/// <summary>Mean and deviation of each channel over the training part, as <c>preprocessor.json</c> holds them; what linear paths and residual quantiles are scaled by.</summary>
/// <param name="means">In the channel's unit; empty when values are z-scored already.</param>
/// <param name="deviations">In the channel's unit, above 0; as many as means.</param>
public sealed class ChannelStatistics(IReadOnlyList<double> means, IReadOnlyList<double> deviations)
{
    /// <summary>Values that are z-scored already.</summary>
    public static ChannelStatistics None => new([], []);

    /// <summary>Number of channels; 0 when values are z-scored already.</summary>
    public int Count { get; } = means.Count == deviations.Count ? means.Count : throw PanguException.Usage("channel-statistics", $"There are {means.Count} channel means but {deviations.Count} deviations; give one of each a channel.");

    /// <summary>[B, C, T] in the units of the input to z-scores.</summary>
    internal Tensor ToScores(Tensor x) => Count == 0 ? x : Operators.Add(x, Column(means), -1).div(Column(deviations));

    /// <summary>[B, C, T] z-scores to the units of the input.</summary>
    internal Tensor ToUnits(Tensor x) => Count == 0 ? x : Operators.Add(Operators.Multiply(x, Column(deviations)), Column(means));

    /// <summary>[B, C, H, Q] distances in z-scores to the units of the input.</summary>
    internal Tensor ToDistances(Tensor x) => Count == 0 ? x : Operators.Multiply(x, Column(deviations).unsqueeze(-1));

    private static Tensor Column(IReadOnlyList<double> values) => Operators.Of([.. values.Select(value => (float)value)], values.Count, 1);
}
