using Pangu.Core;

namespace Pangu.Evaluation.Prediction.Fitting;

/// <summary>Gives a point forecaster quantiles: its mean plus quantiles of its residuals a channel and step. Safe for many callers at once when the forecaster is.</summary>
/// <param name="forecaster">The point forecaster; disposed with this one.</param>
/// <param name="series">Scale of the channels.</param>
/// <param name="residuals">[C, H, Q] in scaled units, from <see cref="IntervalFit.Residuals"/>.</param>
/// <param name="levels">Quantile levels, ascending.</param>
public sealed class ResidualForecaster(IForecaster forecaster, ScaledSeries series, float[] residuals, IReadOnlyList<double> levels) : IForecaster
{
    /// <inheritdoc/>
    public ForecasterTraits Traits { get; } = forecaster.Traits with { Quantiles = levels, MaxHorizon = residuals.Length / series.Channels / levels.Count };

    /// <inheritdoc/>
    public ForecastResult Forecast(ForecastRequest request, CancellationToken cancellationToken = default)
    {
        if (request.Horizon > Traits.MaxHorizon)
        {
            throw PanguException.Usage("horizon-too-long", $"the horizon is {request.Horizon}; residuals were fitted for {Traits.MaxHorizon} steps.");
        }

        var mean = forecaster.Forecast(request, cancellationToken).Mean;
        var quantiles = new float[mean.Length * levels.Count];
        for (var i = 0; i < mean.Length; i++)
        {
            var channel = i / request.Horizon % request.Channels;
            var cell = (channel * Traits.MaxHorizon) + (i % request.Horizon);
            for (var level = 0; level < levels.Count; level++)
            {
                quantiles[(i * levels.Count) + level] = (float)(mean[i] + (residuals[(cell * levels.Count) + level] * series.Deviations[channel]));
            }
        }

        return new ForecastResult(mean, quantiles);
    }

    /// <inheritdoc/>
    public void Dispose() => forecaster.Dispose();
}
