using Pangu.Core;
using Pangu.Evaluation.Prediction.Fitting;
using Pangu.Modalities.Series;

namespace Pangu.Evaluation.Prediction.Anomalies;

/// <summary>Scores rows by forecast errors, as <see cref="AnomalyCalibration"/> says, and finds scales and threshold on healthy data. Legend: <c>C</c> channels, <c>N</c> rows of a range.</summary>
public static class ErrorScores
{
    /// <summary>Absolute forecast errors of every row of a range, forecast a stride at a time from the rows before.</summary>
    /// <param name="forecaster">Who forecasts.</param>
    /// <param name="series">The data and its scale.</param>
    /// <param name="range">Rows to score; contexts may reach back before it.</param>
    /// <param name="stride">Steps forecast at once.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <returns>[C][N] in scaled units, NaN where the value is missing or no history precedes.</returns>
    public static float[][] Errors(IForecaster forecaster, ScaledSeries series, RowRange range, int stride, CancellationToken cancellationToken = default)
    {
        var sink = new Sink(series.Channels, range, stride);
        new ForecastTask { Range = range, Horizon = stride, Stride = stride }.Run(forecaster, series, [sink], cancellationToken);
        var whole = Math.Max(0, range.Start == 0 ? range.Count - 1 : range.Count) / stride * stride;
        var rest = range.End - (Math.Max(range.Start, 1) + whole);
        if (rest > 0)
        {
            new ForecastTask { Range = new RowRange(range.End - rest, range.End), Horizon = rest }.Run(forecaster, series, [sink with { Stride = rest }], cancellationToken);
        }

        return sink.Errors;
    }

    /// <summary>The score of each row: errors over the channel's scale, averaged over channels and then over the last steps.</summary>
    /// <param name="errors">[C][N], NaN where unknown.</param>
    /// <param name="scales">[C].</param>
    /// <param name="smoothing">Steps averaged, the row itself included.</param>
    /// <returns>[N], NaN where no channel is known.</returns>
    public static double[] Scores(float[][] errors, IReadOnlyList<double> scales, int smoothing)
    {
        var raw = new double[errors[0].Length];
        for (var row = 0; row < raw.Length; row++)
        {
            var (sum, count) = (0.0, 0);
            for (var channel = 0; channel < errors.Length; channel++)
            {
                if (!float.IsNaN(errors[channel][row]))
                {
                    sum += errors[channel][row] / scales[channel];
                    count++;
                }
            }

            raw[row] = count > 0 ? sum / count : double.NaN;
        }

        return smoothing <= 1 ? raw : [.. raw.Select((score, row) => double.IsNaN(score)
            ? double.NaN
            : raw[Math.Max(0, row - smoothing + 1)..(row + 1)].Where(value => !double.IsNaN(value)).Average())];
    }

    /// <summary>Scales and threshold from healthy rows.</summary>
    /// <param name="forecaster">Who forecasts.</param>
    /// <param name="series">The data and its scale.</param>
    /// <param name="healthy">Rows without faults that training has not seen.</param>
    /// <param name="stride">Steps forecast at once.</param>
    /// <param name="smoothing">Steps over which scores are averaged.</param>
    /// <param name="falseAlarmRate">Share of healthy rows that may be flagged.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <returns>What <c>preprocessor.json</c> stores.</returns>
    public static AnomalyCalibration Calibrate(IForecaster forecaster, ScaledSeries series, RowRange healthy, int stride, int smoothing, double falseAlarmRate, CancellationToken cancellationToken = default)
    {
        var errors = Errors(forecaster, series, healthy, stride, cancellationToken);
        double[] scales = [.. errors.Select(row => Math.Max(1e-6, row.Where(error => !float.IsNaN(error)).Select(error => (double)error).DefaultIfEmpty(1).Average()))];
        return new AnomalyCalibration
        {
            Stride = stride,
            Scales = scales,
            Smoothing = smoothing,
            Threshold = ThresholdFor(Scores(errors, scales, smoothing), falseAlarmRate),
            FalseAlarmRate = falseAlarmRate,
        };
    }

    /// <summary>The threshold that a stated share of healthy scores reaches.</summary>
    /// <param name="scores">Scores of healthy rows; NaN ones do not count.</param>
    /// <param name="falseAlarmRate">The share.</param>
    /// <returns>The quantile of the scores at 1 less the share; infinity when there is no score.</returns>
    public static double ThresholdFor(IEnumerable<double> scores, double falseAlarmRate)
    {
        double[] sorted = [.. scores.Where(score => !double.IsNaN(score)).Order()];
        return sorted.Length > 0 ? IntervalFit.Quantile(sorted, 1 - falseAlarmRate) : double.PositiveInfinity;
    }

    private sealed record Sink(int Channels, RowRange Range, int Stride) : IForecastConsumer
    {
        public float[][] Errors { get; } = [.. Enumerable.Range(0, Channels).Select(_ => Enumerable.Repeat(float.NaN, Range.Count).ToArray())];

        public void Take(in ForecastWindow window)
        {
            for (var channel = 0; channel < Channels; channel++)
            {
                for (var step = 0; step < Stride; step++)
                {
                    var cell = (channel * Stride) + step;
                    Errors[channel][window.Origin - Range.Start + step] = Math.Abs(window.Truth[cell] - window.Mean[cell]);
                }
            }
        }
    }
}
