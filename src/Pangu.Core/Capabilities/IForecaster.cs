namespace Pangu.Core;

/// <summary>Continues series into the future. Implementations are safe for many callers at once.</summary>
public interface IForecaster : IDisposable
{
    /// <summary>What the forecaster takes and gives.</summary>
    ForecasterTraits Traits { get; }

    /// <summary>Forecasts every channel of every window.</summary>
    /// <param name="request">The windows, in the units of the data.</param>
    /// <param name="cancellationToken">Stops between windows.</param>
    /// <returns>Mean and quantiles, in the units of the data.</returns>
    /// <exception cref="PanguException">The request does not fit <see cref="Traits"/>.</exception>
    ForecastResult Forecast(ForecastRequest request, CancellationToken cancellationToken = default);
}

/// <summary>What a forecaster takes and gives.</summary>
/// <param name="Context">Most history steps that it looks at; longer histories are cut to their end, shorter ones are accepted.</param>
/// <param name="Horizon">Steps it forecasts at once.</param>
/// <param name="MaxHorizon">Most steps that may be asked for (longer than <paramref name="Horizon"/> is reached by feeding forecasts back).</param>
/// <param name="Quantiles">Quantile levels, ascending; empty when it gives only a mean.</param>
/// <param name="Channels">Names of the channels it was made for, in order; empty when any channels will do.</param>
public sealed record ForecasterTraits(int Context, int Horizon, int MaxHorizon, IReadOnlyList<double> Quantiles, IReadOnlyList<string> Channels);

/// <summary>Windows to forecast. Legend: <c>B</c> windows, <c>C</c> channels, <c>T</c> history steps.</summary>
/// <param name="Values">[B, C, T] row-major, oldest step first, NaN where a value is missing.</param>
/// <param name="Windows">B.</param>
/// <param name="Channels">C.</param>
/// <param name="Length">T, at least 1.</param>
/// <param name="Horizon">Steps to forecast, at least 1.</param>
public sealed record ForecastRequest(ReadOnlyMemory<float> Values, int Windows, int Channels, int Length, int Horizon);

/// <summary>Forecasts. Legend: <c>B</c> windows, <c>C</c> channels, <c>H</c> horizon, <c>Q</c> quantiles.</summary>
/// <param name="Mean">[B, C, H] row-major.</param>
/// <param name="Quantiles">[B, C, H, Q] row-major, ascending in Q; empty when the forecaster gives only a mean.</param>
public sealed record ForecastResult(float[] Mean, float[] Quantiles);
