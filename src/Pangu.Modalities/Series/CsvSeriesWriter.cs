using System.Globalization;
using nietras.SeparatedValues;
using Pangu.Core;

namespace Pangu.Modalities.Series;

/// <summary>Writes forecasts and anomaly scores as CSV: commas, decimal points, times as in the input.</summary>
public static class CsvSeriesWriter
{
    /// <summary>Writes <c>time,target,mean,q0.1,...</c>: one row for each step and target, the steps of the first target first.</summary>
    /// <param name="writer">Where to; not disposed.</param>
    /// <param name="history">What was forecast from: its channels are the targets, its last time is followed by the first step.</param>
    /// <param name="result">Forecasts of one window: mean [1, C, H], quantiles [1, C, H, Q].</param>
    /// <param name="quantiles">[Q] levels, ascending; empty for a mean alone.</param>
    /// <param name="targets">The channels to write; null for all.</param>
    /// <exception cref="PanguException">The times cannot be continued, or a target is not among the channels.</exception>
    public static void WriteForecast(TextWriter writer, SeriesTable history, ForecastResult result, IReadOnlyList<double> quantiles, IReadOnlyList<string>? targets = null)
    {
        var horizon = result.Mean.Length / Math.Max(1, history.ChannelCount);
        var times = history.FutureTimes(horizon).Select(history.Clock.Text).ToArray();
        using var csv = Open(writer);
        foreach (var target in targets ?? history.Names)
        {
            var channel = history.Names.ToList().IndexOf(target);
            if (channel < 0)
            {
                throw PanguException.Usage("series-unknown-column", $"Target \"{target}\" is not among the channels; there are {string.Join(", ", history.Names)}.");
            }

            for (var step = 0; step < horizon; step++)
            {
                using var row = csv.NewRow();
                row["time"].Set(times[step]);
                row["target"].Set(target);
                row["mean"].Set(Number(result.Mean[(channel * horizon) + step]));
                for (var level = 0; level < quantiles.Count; level++)
                {
                    row[QuantileName(quantiles[level])].Set(Number(result.Quantiles[((((channel * horizon) + step) * quantiles.Count) + level)]));
                }
            }
        }
    }

    /// <summary>Starts <c>time,score,flag</c> output that grows block by block.</summary>
    /// <param name="writer">Where to; not disposed.</param>
    /// <param name="clock">Writes the times.</param>
    /// <param name="channels">Channels whose scores stand in columns of their own; empty for none.</param>
    /// <returns>The output; the caller disposes it, which flushes it.</returns>
    public static CsvAnomalyOutput StartAnomalies(TextWriter writer, SeriesClock clock, IReadOnlyList<string> channels) => new(Open(writer), clock, channels);

    /// <summary>Name of a quantile's column: <c>q0.1</c>.</summary>
    /// <param name="level">From 0 to 1.</param>
    /// <returns>The name.</returns>
    public static string QuantileName(double level) => string.Create(CultureInfo.InvariantCulture, $"q{level}");

    /// <summary>The shortest text that reads back to the same number; empty for NaN.</summary>
    /// <param name="value">The number.</param>
    /// <returns>The text.</returns>
    internal static string Number(float value) => float.IsNaN(value) ? string.Empty : value.ToString(CultureInfo.InvariantCulture);

    private static SepWriter Open(TextWriter writer) =>
        new SepSpec(new Sep(','), CultureInfo.InvariantCulture).Writer(options => options with { Escape = true }).To(writer, leaveOpen: true);
}

/// <summary>Anomaly output that grows block by block.</summary>
public sealed class CsvAnomalyOutput : IDisposable
{
    private readonly SepWriter _csv;
    private readonly SeriesClock _clock;
    private readonly IReadOnlyList<string> _channels;

    internal CsvAnomalyOutput(SepWriter csv, SeriesClock clock, IReadOnlyList<string> channels) => (_csv, _clock, _channels) = (csv, clock, channels);

    /// <summary>Writes a range of steps.</summary>
    /// <param name="times">[T] times of all steps of <paramref name="result"/>.</param>
    /// <param name="result">Scores [T], flags [T], channel scores [C, T].</param>
    /// <param name="start">First step to write: those before it were context.</param>
    public void Write(ReadOnlySpan<long> times, AnomalyResult result, int start = 0)
    {
        for (var step = start; step < times.Length; step++)
        {
            using var row = _csv.NewRow();
            row["time"].Set(_clock.Text(times[step]));
            row["score"].Set(CsvSeriesWriter.Number(result.Scores[step]));
            row["flag"].Set(result.Flags[step] ? "1" : "0");
            for (var channel = 0; channel < _channels.Count; channel++)
            {
                row[_channels[channel]].Set(CsvSeriesWriter.Number(result.ChannelScores[(channel * times.Length) + step]));
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _csv.Dispose();
}
