using System.Globalization;
using Pangu.Core;
using Pangu.Evaluation.Prediction;

namespace Pangu.Workshop.Prediction.Evaluation;

/// <summary>The bars of a forecaster, applied to the gate half of validation.</summary>
internal static class ForecastGate
{
    /// <summary>Applies the bars.</summary>
    /// <param name="gate">The bars.</param>
    /// <param name="set">Data set and horizon, as in metric keys.</param>
    /// <param name="report">What the model came to on the gate half.</param>
    /// <param name="baselines">What the baselines came to.</param>
    /// <param name="servedDifference">Largest difference between served and training's forecasts; null where it was not measured, which fails.</param>
    /// <returns>The checks.</returns>
    public static IEnumerable<GateCheck> Check(SeriesGateSettings gate, string set, ForecastReport report, IReadOnlyDictionary<string, BaselineFigures> baselines, double? servedDifference)
    {
        var key = $"{set}/gate/mse";
        var best = baselines.Where(baseline => baseline.Value.Metrics.ContainsKey(key)).MinBy(baseline => baseline.Value.Metrics[key]);
        var bar = best.Value.Metrics[key] * (1 - gate.Margin);
        yield return new GateCheck(
            "beats-best-baseline",
            report.MeanSquaredError <= bar,
            report.MeanSquaredError,
            null,
            bar,
            Say($"MSE on the gate half of {set} is {report.MeanSquaredError:0.0000}; the best baseline, {best.Key}, has {best.Value.Metrics[key]:0.0000}, and the recipe asks for {gate.Margin:0.##%} less"));
        var coverage = report.Coverage ?? double.NaN;
        yield return new GateCheck(
            "coverage",
            coverage >= gate.CoverageMinimum && coverage <= gate.CoverageMaximum,
            coverage,
            gate.CoverageMinimum,
            gate.CoverageMaximum,
            Say($"{coverage:0.0%} of the values of the gate half lie inside [q0.1, q0.9]"));
        var served = servedDifference ?? double.NaN;
        yield return new GateCheck(
            "served-equals-trained",
            served <= gate.ServedTolerance,
            served,
            null,
            gate.ServedTolerance,
            servedDifference is null ? "training kept no forecasts to compare with" : Say($"the torch-free engine differs from training by at most {served:0.0e0} in z-scored units on held-out windows"));
    }

    private static string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
