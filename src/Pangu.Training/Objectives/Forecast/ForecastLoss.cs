using Pangu.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Pangu.Training;

/// <summary>Loss of forecasts with quantiles. Legend: <c>N</c> series of a batch, <c>H</c> horizon, <c>Q</c> quantiles.</summary>
/// <remarks>
/// A value's loss is quantileWeight * 2 / Q * sum over levels q of max(q e, (q - 1) e) + meanWeight * huber(e), with e = target - forecast of that level, or of the mean
/// (Koenker and Bassett 1978; Huber 1964: e^2 / 2 up to the threshold d, then d (|e| - d / 2)).
/// </remarks>
internal sealed class ForecastLoss : IDisposable
{
    private readonly ForecastLossOptions _options;
    private readonly Tensor? _levels_Q;

    /// <param name="options">Weights.</param>
    /// <param name="levels">Quantile levels; empty for a mean alone.</param>
    public ForecastLoss(ForecastLossOptions options, IReadOnlyList<double> levels)
    {
        _options = options;
        _levels_Q = levels.Count > 0 && options.QuantileWeight > 0
            ? Operators.Of([.. levels.Select(level => (float)level)], levels.Count).DetachFromDisposeScope()
            : null;
    }

    /// <summary>The weighted sum of all values' losses.</summary>
    /// <param name="forecast">[N, H, 1 + Q], the mean first.</param>
    /// <param name="target">[N, H], finite also where its weight is 0.</param>
    /// <param name="weight">[N, H], 0 where the target is missing.</param>
    /// <returns>A scalar; belongs to the caller's dispose scope.</returns>
    public Tensor Sum(Tensor forecast, Tensor target, Tensor weight)
    {
        using var scope = NewDisposeScope();
        var error = Operators.Add(target.unsqueeze(-1), forecast, -1);
        Tensor? loss = null;
        if (_levels_Q is not null)
        {
            loss = Operators.Multiply(Pinball(error.narrow(-1, 1, _levels_Q.size(0))).sum(-1), _options.QuantileWeight * 2 / _levels_Q.size(0));
        }

        if (_options.MeanWeight > 0)
        {
            var ofMean = Operators.Multiply(Huber(error.select(-1, 0)), _options.MeanWeight);
            loss = loss is null ? ofMean : Operators.Add(loss, ofMean);
        }

        return Operators.Multiply(loss!, weight).sum().MoveToOuterDisposeScope();
    }

    public void Dispose() => _levels_Q?.Dispose();

    /// <summary>max(q e, (q - 1) e) = q e + max(-e, 0).</summary>
    private Tensor Pinball(Tensor error) => Operators.Add(Operators.Multiply(error, _levels_Q!), Operators.Multiply(error, -1).relu());

    private Tensor Huber(Tensor error)
    {
        if (_options.HuberThreshold is not { } threshold)
        {
            return Operators.Multiply(Operators.Multiply(error, error), 0.5);
        }

        var size = error.abs();
        using var bound = threshold.ToScalar();
        var inner = size.clamp_max(bound);
        return Operators.Multiply(inner, Operators.Add(size, inner, -0.5));
    }
}
