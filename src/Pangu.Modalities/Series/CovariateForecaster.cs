using Pangu.Core;

namespace Pangu.Modalities.Series;

/// <summary>
/// Forecasts with series that are known in advance (a weather forecast, a production plan): what follows them by a straight line is taken off the history, the rest is forecast by any forecaster,
/// and what the known future implies is added again. Legend: <c>B</c> windows, <c>C</c> channels, <c>K</c> covariates, <c>T</c> history steps, <c>H</c> horizon, <c>Q</c> quantiles.
/// </summary>
/// <remarks>
/// "Regression, then the foundation model on its residuals" as in TimesFM (Das et al. 2024, covariate support of its second version). It needs no training, so that every forecaster takes covariates,
/// a foundation model on a series it has never seen too. How strongly the lines are shrunk is chosen by blocks of the history that they were not fitted on (<see cref="CovariateRegression"/>), so that
/// covariates without influence change nothing. Quantiles move with the mean. Safe for many callers at once.
/// </remarks>
/// <param name="inner">Forecasts what is left; stays the caller's.</param>
public sealed class CovariateForecaster(IForecaster inner)
{
    /// <summary>Forecasts every channel of every window.</summary>
    /// <param name="request">The windows, in the units of the data.</param>
    /// <param name="known">The covariates over history and horizon.</param>
    /// <param name="cancellationToken">Stops between windows.</param>
    /// <returns>Mean and quantiles, in the units of the data.</returns>
    /// <exception cref="PanguException">The covariates do not fit the request, one is unknown in the future, or the request does not fit the forecaster.</exception>
    public ForecastResult Forecast(ForecastRequest request, KnownSeries known, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(known);
        Check(request, known);
        var residuals = request.Values.ToArray();
        var effects = new float[checked(request.Windows * request.Channels * request.Horizon)];
        for (var window = 0; window < request.Windows; window++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var regression = new CovariateRegression(known.Of(window), known.Count, request.Length);
            for (var channel = 0; channel < request.Channels; channel++)
            {
                var row = (window * request.Channels) + channel;
                regression.TakeOff(residuals.AsSpan(row * request.Length, request.Length), effects.AsSpan(row * request.Horizon, request.Horizon));
            }
        }

        var result = inner.Forecast(request with { Values = residuals }, cancellationToken);
        var levels = inner.Traits.Quantiles.Count;
        for (var step = 0; step < effects.Length; step++)
        {
            result.Mean[step] += effects[step];
            foreach (ref var quantile in result.Quantiles.AsSpan(step * levels, levels))
            {
                quantile += effects[step];
            }
        }

        return result;
    }

    private static void Check(ForecastRequest request, KnownSeries known)
    {
        var steps = (long)request.Length + request.Horizon;
        if (known.Count < 1 || known.Steps != steps || known.Values.Length != request.Windows * known.Count * steps)
        {
            throw PanguException.Usage("covariates-shape", $"There are {known.Values.Length} covariate values of {known.Steps} steps; expected {request.Windows} window(s) x {known.Count} covariate(s) x {steps} steps: {request.Length} of history and {request.Horizon} of the future.");
        }

        for (var row = 0; row < request.Windows * known.Count; row++)
        {
            var future = known.Values.Span.Slice(checked((int)((row + 1) * steps)) - request.Horizon, request.Horizon);
            for (var step = 0; step < future.Length; step++)
            {
                if (!float.IsFinite(future[step]))
                {
                    throw PanguException.Usage("covariates-future", $"Covariate {row % known.Count} has no value {step + 1} step(s) after the history; covariates must be known for all {request.Horizon} steps of the forecast.");
                }
            }
        }
    }
}

/// <summary>Series that are known over history and future. Legend as for <see cref="CovariateForecaster"/>.</summary>
/// <param name="Values">[B, K, T + H] row-major; NaN where a value of the history is missing.</param>
/// <param name="Count">K, at least 1.</param>
/// <param name="Steps">T + H.</param>
public sealed record KnownSeries(ReadOnlyMemory<float> Values, int Count, int Steps)
{
    /// <summary>The covariates of one window.</summary>
    /// <returns>[K, T + H].</returns>
    internal ReadOnlySpan<float> Of(int window) => Values.Span.Slice(window * Count * Steps, Count * Steps);
}
