using Pangu.Core;
using Pangu.Modalities.Series;

namespace Pangu.Evaluation.Prediction;

/// <summary>Asks a forecaster for every rolling window whose targets lie in a range of rows. Contexts may reach back before the range.</summary>
/// <remarks>Windows go to the forecaster in batches of equal history length, so a result does not depend on the size of the batch unless the forecaster's does.</remarks>
public sealed record ForecastTask
{
    /// <summary>Rows that hold the targets.</summary>
    public required RowRange Range { get; init; }

    /// <summary>Steps H to forecast.</summary>
    public required int Horizon { get; init; }

    /// <summary>Rows from one window to the next. Default 1.</summary>
    public int Stride { get; init; } = 1;

    /// <summary>Most windows; where there are more, as many are taken at even distances, first and last among them. Default null: all.</summary>
    public int? MaxWindows { get; init; }

    /// <summary>Windows a request. Default 64.</summary>
    public int BatchWindows { get; init; } = 64;

    /// <summary>First target row of every window, ascending.</summary>
    /// <returns>The rows; a row without any history before it is left out.</returns>
    /// <exception cref="PanguException">The range holds no whole window.</exception>
    public int[] Origins()
    {
        var first = Math.Max(Range.Start, 1);
        var count = Range.End - Horizon < first ? 0 : ((Range.End - Horizon - first) / Stride) + 1;
        if (count < 1)
        {
            throw PanguException.Usage("too-few-rows", $"rows {Range.Start} to {Range.End} hold no window of {Horizon} steps with history before it; use more rows or a shorter horizon.");
        }

        var kept = Math.Min(count, MaxWindows ?? count);
        return [.. Enumerable.Range(0, kept).Select(index => first + (Stride * (kept == 1 ? 0 : (int)((long)index * (count - 1) / (kept - 1)))))];
    }

    /// <summary>Forecasts every window and hands each to the consumers, in order of time.</summary>
    /// <param name="forecaster">Who is asked, in the units of the data.</param>
    /// <param name="series">The data and its scale.</param>
    /// <param name="consumers">Who takes the windows, in scaled units.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    public void Run(IForecaster forecaster, ScaledSeries series, IReadOnlyList<IForecastConsumer> consumers, CancellationToken cancellationToken = default)
    {
        var origins = Origins();
        var scaling = new ResultScaling(series, Horizon, forecaster.Traits.Quantiles.Count);
        for (var start = 0; start < origins.Length;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var length = Math.Min(origins[start], forecaster.Traits.Context);
            var end = start + 1;
            while (end < origins.Length && end - start < BatchWindows && Math.Min(origins[end], forecaster.Traits.Context) == length)
            {
                end++;
            }

            var windows = origins.AsSpan(start, end - start);
            var result = forecaster.Forecast(Request(series, windows, length), cancellationToken);
            for (var window = 0; window < windows.Length; window++)
            {
                var scaled = scaling.Window(result, window, windows[window], start + window);
                foreach (var consumer in consumers)
                {
                    consumer.Take(scaled);
                }
            }

            start = end;
        }
    }

    /// <summary>Forecasts every window and sums the errors up.</summary>
    /// <param name="forecaster">Who is asked.</param>
    /// <param name="series">The data and its scale.</param>
    /// <param name="examples">Windows to keep for plots, at even distances. Default none.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <returns>Errors in scaled units, pooled and in detail.</returns>
    public ForecastReport Evaluate(IForecaster forecaster, ScaledSeries series, int examples = 0, CancellationToken cancellationToken = default)
    {
        var errors = new ForecastErrors(series.Channels, Horizon, forecaster.Traits.Quantiles);
        var kept = new ForecastExamples(series, Origins(), examples);
        Run(forecaster, series, examples > 0 ? [errors, kept] : [errors], cancellationToken);
        return new ForecastReport(errors, kept.Examples);
    }

    private ForecastRequest Request(ScaledSeries series, ReadOnlySpan<int> origins, int length)
    {
        var values = new float[origins.Length * series.Channels * length];
        for (var window = 0; window < origins.Length; window++)
        {
            for (var channel = 0; channel < series.Channels; channel++)
            {
                series.Values[channel].AsSpan(origins[window] - length, length).CopyTo(values.AsSpan(((window * series.Channels) + channel) * length));
            }
        }

        return new ForecastRequest(values, origins.Length, series.Channels, length, Horizon);
    }
}
