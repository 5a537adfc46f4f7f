using Pangu.Core;
using Pangu.Data.Generated.Series;

namespace Pangu.Data;

/// <summary>How often history is taken away, so that a model meets short and broken records in training; each property is a share in 0 .. 1.</summary>
/// <param name="Short">Share of windows whose history begins late. Default 0.25.</param>
/// <param name="ShortestSteps">Steps of history that stay at least. Default 32.</param>
/// <param name="Missing">Share of windows with missing values in their history. Default 0.1.</param>
public sealed record HistoryLossConfig(double Short = 0.25, int ShortestSteps = 32, double Missing = 0.1)
{
    /// <summary>Every problem of the settings.</summary>
    /// <returns>Messages that name the property; empty when the settings are sound.</returns>
    public IReadOnlyList<string> Validate() =>
    [
        .. Short is >= 0 and <= 1 ? Array.Empty<string>() : [$"historyLoss.short is {Short}; it must lie in 0 .. 1"],
        .. Missing is >= 0 and <= 1 ? Array.Empty<string>() : [$"historyLoss.missing is {Missing}; it must lie in 0 .. 1"],
        .. ShortestSteps >= 1 ? Array.Empty<string>() : [$"historyLoss.shortestSteps is {ShortestSteps}; it must be at least 1"],
    ];
}

/// <summary>Takes history away from another source's windows: late beginnings and missing values. The future stays.</summary>
/// <param name="source">Where windows come from.</param>
/// <param name="config">How often; validated by the caller.</param>
public sealed class HistoryLoss(ISeriesSource source, HistoryLossConfig config) : ISeriesSource
{
    /// <inheritdoc/>
    public void Fill(SeriesWindow window, RandomStream random)
    {
        source.Fill(window, random);
        var context = window.Shape.Context;
        var begin = random.NextBool(config.Short) && context > config.ShortestSteps
            ? context - (int)random.NextLogUniform(config.ShortestSteps, context)
            : 0;
        var isBroken = random.NextBool(config.Missing);
        for (var channel = 0; channel < window.Shape.Channels; channel++)
        {
            var observed = window.Observed.Slice(channel * context, context);
            observed[..begin].Clear();
            if (isBroken)
            {
                SeriesAugmentation.MarkMissing(observed, random);
            }

            var values = window.Values.Slice(channel * context, context);
            for (var t = 0; t < context; t++)
            {
                values[t] = observed[t] ? values[t] : 0;
            }
        }
    }
}
