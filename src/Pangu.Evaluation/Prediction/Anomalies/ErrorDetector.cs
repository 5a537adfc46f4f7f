using Pangu.Core;
using Pangu.Modalities.Series;

namespace Pangu.Evaluation.Prediction.Anomalies;

/// <summary>Detects anomalies by the errors of any forecaster: the baselines' detector, and a plain reference for served ones. Safe for many callers at once when the forecaster is.</summary>
/// <param name="forecaster">Who forecasts; disposed with this one.</param>
/// <param name="scaler">Scale of the channels.</param>
/// <param name="names">Names of the channels.</param>
/// <param name="calibration">How it scores and where it draws the line.</param>
public sealed class ErrorDetector(IForecaster forecaster, SeriesScaler scaler, IReadOnlyList<string> names, AnomalyCalibration calibration) : IAnomalyDetector
{
    /// <inheritdoc/>
    public AnomalyTraits Traits { get; } = new(1, calibration.Threshold, calibration.FalseAlarmRate, names);

    /// <summary>A detector by the difference to the value one season before: the baseline that a sceptic would name.</summary>
    /// <param name="series">The data and its scale.</param>
    /// <param name="healthy">Rows without faults, for scales and threshold.</param>
    /// <param name="season">Steps of the season.</param>
    /// <param name="falseAlarmRate">Share of healthy rows that may be flagged.</param>
    /// <returns>The detector.</returns>
    public static ErrorDetector SeasonalNaive(ScaledSeries series, RowRange healthy, int season, double falseAlarmRate)
    {
        var naive = new Baselines.SeasonalNaive(season, 1);
        return new ErrorDetector(naive, new SeriesScaler(series.Means, series.Deviations), series.Names, ErrorScores.Calibrate(naive, series, healthy, 1, 1, falseAlarmRate));
    }

    /// <inheritdoc/>
    public AnomalyResult Detect(AnomalyRequest request, CancellationToken cancellationToken = default)
    {
        if (request.Channels != names.Count)
        {
            throw PanguException.Usage("channel-count", $"the request has {request.Channels} channels; this detector was made for {names.Count}: {string.Join(", ", names)}.");
        }

        var values = Enumerable.Range(0, request.Channels).Select(channel => request.Values.Slice(channel * request.Length, request.Length).ToArray()).ToArray();
        var series = ScaledSeries.Of(SeriesTable.WithoutTime(names, values), scaler);
        var errors = request.Length > 1
            ? ErrorScores.Errors(forecaster, series, new RowRange(0, request.Length), calibration.Stride, cancellationToken)
            : Array.ConvertAll(values, _ => new[] { float.NaN });
        var scores = Array.ConvertAll(ErrorScores.Scores(errors, calibration.Scales, calibration.Smoothing), score => (float)score);
        float[] byChannel = [.. errors.SelectMany((row, channel) => row.Select(error => (float)(error / calibration.Scales[channel])))];
        return new AnomalyResult(scores, byChannel, Array.ConvertAll(scores, score => score >= calibration.Threshold));
    }

    /// <inheritdoc/>
    public void Dispose() => forecaster.Dispose();
}
