using Pangu.Core;
using Pangu.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Pangu.Models;

/// <summary>Location and scale of each channel of each window. Legend: <c>B</c> windows, <c>C</c> channels, <c>L</c> context.</summary>
/// <param name="values">[B, C, L], finite.</param>
/// <param name="observed">[B, C, L]: 1 where a value is observed, else 0.</param>
internal sealed class SeriesScaler(Tensor values, Tensor observed) : ISeriesScalingVisitor<(Tensor Location, Tensor Scale)>
{
    /// <inheritdoc/>
    public (Tensor Location, Tensor Scale) Visit(NoScaling scaling) => (zeros(values.size(0), values.size(1), 1), ones(values.size(0), values.size(1), 1));

    /// <inheritdoc/>
    public (Tensor Location, Tensor Scale) Visit(StandardScaling scaling)
    {
        var count = Count();
        var location = Sum(Operators.Multiply(values, observed)).div(count);
        var centred = Operators.Multiply(Operators.Add(values, location, -1), observed);
        var variance = Sum(Operators.Multiply(centred, centred)).div(count);
        Operators.AddInPlace(variance, scaling.Epsilon);
        return (location, variance.sqrt_());
    }

    /// <inheritdoc/>
    public (Tensor Location, Tensor Scale) Visit(MeanScaling scaling)
    {
        var magnitudes = Sum(Operators.Multiply(values, observed).abs());
        var perWindow = magnitudes.div(Count());
        // A window with nothing observed takes the mean of its channel over the batch.
        using var one = 1.0.ToScalar();
        using var minimum = scaling.Minimum.ToScalar();
        var perBatch = magnitudes.sum(0, keepdim: true).div(Sum(observed).sum(0, keepdim: true).clamp_min(one));
        var anything = Sum(observed).to_type(ScalarType.Bool);
        return (zeros_like(perWindow), where(anything, perWindow, perBatch).clamp_min(minimum));
    }

    private Tensor Count()
    {
        using var one = 1.0.ToScalar();
        return Sum(observed).clamp_min_(one);
    }

    private static Tensor Sum(Tensor x) => x.sum(-1, keepdim: true);
}
