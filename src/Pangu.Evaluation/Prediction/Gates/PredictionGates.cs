using System.Globalization;
using Pangu.Core;
using Pangu.Evaluation.Gates;
using Pangu.Evaluation.Prediction.Anomalies;

namespace Pangu.Evaluation.Prediction.Gates;

/// <summary>The bars of forecasting and anomaly models, measured on the gate half of validation. A figure that is not a number never passes.</summary>
public static class PredictionGates
{
    /// <summary>Whether a forecaster's error lies below the best baseline's by a margin.</summary>
    /// <param name="error">The model's mean squared error.</param>
    /// <param name="baselines">Error of each baseline on the same windows; at least one.</param>
    /// <param name="margin">Share by which the model must lie below the best: 0.01 is 1 %.</param>
    /// <returns>The check <c>beats-best-baseline</c>.</returns>
    public static GateCheck BeatsBestBaseline(double error, IReadOnlyDictionary<string, double> baselines, double margin) =>
        QualityGates.BeatsBestBaseline(new GateFigure("mean squared error", error, "gate half"), baselines, margin);

    /// <summary>Whether the outermost quantiles hold the share of values that they should.</summary>
    /// <param name="coverage">Share of (window, step, channel) values inside; null when the model gives no quantiles.</param>
    /// <param name="minimum">Smallest share that passes. The house rule is 0.76.</param>
    /// <param name="maximum">Largest share that passes. The house rule is 0.84.</param>
    /// <returns>The check <c>coverage</c>.</returns>
    public static GateCheck Coverage(double? coverage, double minimum = 0.76, double maximum = 0.84) =>
        new(
            "coverage",
            coverage >= minimum && coverage <= maximum,
            coverage ?? double.NaN,
            minimum,
            maximum,
            coverage is null
                ? "the model gives no quantiles, so nothing is covered."
                : Text($"{100 * coverage.Value:F1} % of the gate half's values lie between the outermost quantiles; {100 * minimum:0.#} to {100 * maximum:0.#} % pass."));

    /// <summary>Whether the served artefact forecasts what training forecast.</summary>
    /// <param name="training">Forecasts by the training engine, in scaled units.</param>
    /// <param name="served">The same forecasts by the served package.</param>
    /// <param name="tolerance">Largest absolute difference that passes. The house rule is 1e-4.</param>
    /// <returns>The check <c>served-equals-training</c>.</returns>
    public static GateCheck ServedEqualsTraining(ReadOnlySpan<float> training, ReadOnlySpan<float> served, double tolerance = 1e-4) =>
        QualityGates.ServedEqualsTraining(training, served, tolerance, "scaled units");

    /// <summary>The bars of an anomaly model.</summary>
    /// <param name="model">The model's figures on the gate half.</param>
    /// <param name="seasonalNaive">Those of seasonal-naive residuals on the same rows and faults.</param>
    /// <param name="statedRate">False-alarm rate that the threshold was set for.</param>
    /// <param name="factor">Largest false-alarm rate, as a multiple of the stated one. The house rule is 2.</param>
    /// <returns>The checks <c>false-alarm-rate</c> and <c>beats-seasonal-naive</c>.</returns>
    public static IReadOnlyList<GateCheck> Anomaly(AnomalyReport model, AnomalyReport seasonalNaive, double statedRate, double factor = 2) =>
    [
        new GateCheck(
            "false-alarm-rate",
            model.FalseAlarmRate <= factor * statedRate,
            model.FalseAlarmRate,
            null,
            factor * statedRate,
            Text($"{100 * model.FalseAlarmRate:0.###} % of the gate half's healthy rows were flagged; stated {100 * statedRate:0.###} %, up to {factor:0.##} times that passes.")),
        new GateCheck(
            "beats-seasonal-naive",
            model.AveragePrecision > seasonalNaive.AveragePrecision,
            model.AveragePrecision,
            seasonalNaive.AveragePrecision,
            null,
            Text($"average precision {model.AveragePrecision:F3} on {model.Faults.Count} injected faults; seasonal-naive residuals have {seasonalNaive.AveragePrecision:F3}.")),
    ];

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
