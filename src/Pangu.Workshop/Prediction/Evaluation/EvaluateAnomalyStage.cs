using System.Text.Json.Nodes;
using Pangu.Core;
using Pangu.Evaluation.Prediction.Anomalies;
using Pangu.Evaluation.Prediction.Gates;
using Pangu.Inference;
using Pangu.Workshop.Gates;
using Pangu.Workshop.Plans;
using Pangu.Workshop.Prediction.Costs;
using Pangu.Workshop.Prediction.Sites;
using Pangu.Workshop.Reports;
using Pangu.Workshop.Stages;

namespace Pangu.Workshop.Prediction.Evaluation;

/// <summary>Judges the served anomaly model: false alarms on healthy rows, and how well its scores rank seeded faults, beside seasonal-naive residuals.</summary>
internal sealed class EvaluateAnomalyStage : Stage
{
    private const string BaselineName = "seasonal-naive";

    /// <summary>Name of the model within the recipe.</summary>
    public required string Model { get; init; }

    /// <summary>Stage whose output holds the package.</summary>
    public required Stage Package { get; init; }

    /// <summary>The site.</summary>
    public required LoadSiteStage Site { get; init; }

    /// <summary>Which faults are injected.</summary>
    public required AnomalySettings Anomaly { get; init; }

    /// <summary>The bars; null where the model is only reported.</summary>
    public required SeriesGateSettings? Gate { get; init; }

    /// <summary>Shape of the forecaster's network, for the plan, which cannot read it yet.</summary>
    public required NetworkSettings Shape { get; init; }

    /// <summary>Linear paths beside the network; null for none.</summary>
    public required BlendRecipe? Blend { get; init; }

    /// <summary>What pieces of the recipe's work cost, for the plan.</summary>
    public required SeriesCosts Costs { get; init; }

    /// <inheritdoc/>
    public override string Kind => "evaluate-anomaly";

    /// <inheritdoc/>
    public override int Revision => 1;

    /// <inheritdoc/>
    public override JsonNode Settings => Canonical(new { Model, Anomaly, Gate });

    /// <inheritdoc/>
    public override IReadOnlyList<Stage> Inputs => [Package, Site];

    /// <inheritdoc/>
    public override void Execute(StageContext context)
    {
        var site = SiteData.Read(context.Input(Site));
        using var detector = AnomalyDetector.Load(Path.Combine(context.Input(Package), "package"), context.Threads);
        using var baseline = ErrorDetector.SeasonalNaive(site.Scaled, site.Splits.Choice, site.Facts.Season ?? 1, Anomaly.FalseAlarmRate);
        var metrics = new SortedDictionary<string, double>(StringComparer.Ordinal);
        var ofBaseline = new SortedDictionary<string, double>(StringComparer.Ordinal);
        var figures = new List<Figure>();
        IReadOnlyList<GateCheck> checks = [];
        foreach (var (split, range) in new[] { ("gate", site.Splits.Gate), ("test", site.Splits.Test) })
        {
            context.Progress.Report(new WorkProgress(Name, figures.Count, 2, "parts"));
            var task = new AnomalyTask { Range = range, History = detector.Traits.Context, Faults = Anomaly.Faults };
            var seeds = new Seeds(context.Seeds.SeedFor($"faults/{split}"));
            var ours = task.Evaluate(detector, site.Scaled, seeds, context.Cancellation);
            var theirs = task.Evaluate(baseline, site.Scaled, seeds, context.Cancellation);
            Add(metrics, $"{site.Facts.Id}/{split}", ours);
            Add(ofBaseline, $"{site.Facts.Id}/{split}", theirs);
            figures.Add(TimeLine(site, range, split, ours));
            if (split == "gate" && Gate is not null)
            {
                checks = PredictionGates.Anomaly(ours, theirs, Anomaly.FalseAlarmRate, Gate.FalseAlarmFactor);
            }
        }

        ModelEvaluation.Write(context.OutputFile("evaluation.json"), new Dictionary<string, ModelEvaluation>
        {
            [Model] = new()
            {
                Metrics = metrics,
                Baselines = new SortedDictionary<string, IReadOnlyDictionary<string, double>>(StringComparer.Ordinal) { [BaselineName] = ofBaseline },
                Checks = checks,
                TestEvaluations = [$"{site.Facts.Id}/test"],
            },
        });
        Figure.Write(context.OutputFile("figures.json"), figures);
        context.Progress.Report(new WorkProgress(Name, 2, 2, "parts"));
    }

    /// <inheritdoc/>
    public override StageEstimate Estimate(Calibration calibration)
    {
        // The rows of both parts and the history before them, once healthy and once with faults.
        var site = Costs.Site(Site, calibration);
        double rows = 2 * (site.Splits.Gate.Count + site.Splits.Test.Count + (2 * Shape.Context));
        return SeriesCosts.Estimate(Costs.Served(Shape, Blend, site, rows / Anomaly.Stride, Anomaly.Stride, calibration), 0.2);
    }

    private static void Add(SortedDictionary<string, double> metrics, string prefix, AnomalyReport report)
    {
        foreach (var (name, value) in report.Figures)
        {
            metrics[$"{prefix}/{name}"] = value;
        }
    }

    private Figure TimeLine(SiteData site, Modalities.Series.RowRange range, string split, AnomalyReport report)
    {
        var times = Enumerable.Range(range.Start, report.Scores.Length).Select(row => (double)site.Times[row]).ToList();
        var scores = report.Scores.Select(score => (double)score).ToList();
        var found = times.Zip(scores).Where(point => point.Second >= report.Threshold).ToList();
        return new Figure(
            $"{Model} on {site.Facts.Id}",
            $"Anomaly score over time ({split}, with injected faults)",
            $"{report.Faults.Count} faults were injected into healthy data. Red points reach the threshold; average precision {report.AveragePrecision:0.000}, false alarms on the healthy data {report.FalseAlarmRate:0.00%}.",
            site.Facts.HasTimes ? "time" : "step",
            "score",
            [
                new Trace("score", TraceKind.Line, times, scores) { Role = TraceRole.Model },
                new Trace("threshold", TraceKind.Line, [times[0], times[^1]], [report.Threshold, report.Threshold]) { Role = TraceRole.Limit },
                new Trace("flagged", TraceKind.Points, [.. found.Select(point => point.First)], [.. found.Select(point => point.Second)]) { Role = TraceRole.Alarm },
                new Trace("injected fault", TraceKind.Points, [.. report.Faults.Select(fault => times[Math.Clamp(fault.Start - range.Start, 0, times.Count - 1)])], [.. report.Faults.Select(_ => 0.0)]) { Role = TraceRole.Truth },
            ])
        {
            TimeAxis = site.Facts.HasTimes,
            LogY = false,
        };
    }
}
