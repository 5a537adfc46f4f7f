using System.Text.Json.Nodes;
using Pangu.Core;
using Pangu.Evaluation.Prediction;
using Pangu.Evaluation.Prediction.Gates;
using Pangu.Formats;
using Pangu.Inference;
using Pangu.Workshop.Gates;
using Pangu.Workshop.Plans;
using Pangu.Workshop.Prediction.Costs;
using Pangu.Workshop.Prediction.Models;
using Pangu.Workshop.Prediction.Sites;
using Pangu.Workshop.Reports;
using Pangu.Workshop.Stages;

namespace Pangu.Workshop.Prediction.Evaluation;

/// <summary>Judges the served, torch-free artefact of a forecaster on gate and test parts, beside baselines, and applies the gate.</summary>
internal sealed class EvaluateForecastStage : Stage
{
    private const int ExampleWindows = 3;

    /// <summary>Name of the model within the recipe.</summary>
    public required string Model { get; init; }

    /// <summary>Stage whose output holds the package.</summary>
    public required Stage Package { get; init; }

    /// <summary>Sites to judge on, each with the stage that ran its baselines.</summary>
    public required IReadOnlyList<(LoadSiteStage Site, Stage Baselines)> Sites { get; init; }

    /// <summary>Steps ahead.</summary>
    public required int Horizon { get; init; }

    /// <summary>The bars; null where the model is only reported.</summary>
    public required SeriesGateSettings? Gate { get; init; }

    /// <summary>Shape of the model's network, for the plan, which cannot read it yet.</summary>
    public required NetworkSettings Shape { get; init; }

    /// <summary>What pieces of the recipe's work cost, for the plan.</summary>
    public required SeriesCosts Costs { get; init; }

    /// <inheritdoc/>
    public override string Kind => "evaluate-forecast";

    /// <inheritdoc/>
    public override int Revision => 2;

    /// <inheritdoc/>
    public override JsonNode Settings => Canonical(new { Model, Horizon, Gate });

    /// <inheritdoc/>
    public override IReadOnlyList<Stage> Inputs => [Package, .. Sites.SelectMany(pair => (Stage[])[pair.Site, pair.Baselines])];

    /// <inheritdoc/>
    public override void Execute(StageContext context)
    {
        using var forecaster = Forecaster.Load(Path.Combine(context.Input(Package), "package"), context.Threads);
        var metrics = new SortedDictionary<string, double>(StringComparer.Ordinal);
        var baselines = new SortedDictionary<string, IReadOnlyDictionary<string, double>>(StringComparer.Ordinal);
        var checks = new List<GateCheck>();
        var figures = new List<Figure>();
        for (var index = 0; index < Sites.Count; index++)
        {
            context.Progress.Report(new WorkProgress(Name, index, Sites.Count, "sites"));
            var site = SiteData.Read(context.Input(Sites[index].Site));
            var ofSite = BaselineFigures.Read(Path.Combine(context.Input(Sites[index].Baselines), "baselines.json"));
            Measure(forecaster, site, site.Splits.Choice, "choice", metrics, context.Cancellation);
            var gate = Measure(forecaster, site, site.Splits.Gate, "gate", metrics, context.Cancellation);
            var test = Measure(forecaster, site, site.Splits.Test, "test", metrics, context.Cancellation);
            foreach (var (name, baseline) in ofSite)
            {
                baselines[name] = Merge(baselines.GetValueOrDefault(name), baseline.Metrics);
            }

            if (Gate is not null)
            {
                var key = $"{site.Facts.Id}-{Horizon}/gate/mse";
                checks.Add(PredictionGates.BeatsBestBaseline(gate.MeanSquaredError, ofSite.Where(baseline => baseline.Value.Metrics.ContainsKey(key)).ToDictionary(baseline => baseline.Key, baseline => baseline.Value.Metrics[key]), Gate.Margin));
                checks.Add(PredictionGates.Coverage(gate.Coverage, Gate.CoverageMinimum, Gate.CoverageMaximum));
                checks.Add(ServedCheck(forecaster, site, context));
            }

            figures.AddRange(ForecastFigures.Of(Model, site, test, ofSite));
        }

        ModelEvaluation.Write(context.OutputFile("evaluation.json"), new Dictionary<string, ModelEvaluation>
        {
            [Model] = new() { Metrics = metrics, Baselines = baselines, Checks = checks, TestEvaluations = [.. Sites.Select(pair => $"{pair.Site.Site.Id}-{Horizon}/test")] },
        });
        Figure.Write(context.OutputFile("figures.json"), figures);
        context.Progress.Report(new WorkProgress(Name, Sites.Count, Sites.Count, "sites"));
    }

    /// <inheritdoc/>
    public override StageEstimate Estimate(Calibration calibration) => SeriesCosts.Estimate(
        Sites.Sum(pair =>
        {
            var site = Costs.Site(pair.Site, calibration);
            return Costs.Served(Shape, (Package as FitForecastStage)?.Blend, site, site.Splits.Gate.Count + site.Splits.Test.Count - (2 * (Horizon - 1)), Horizon, calibration);
        }), 0.2);

    private ForecastReport Measure(Forecaster forecaster, SiteData site, Modalities.Series.RowRange part, string split, SortedDictionary<string, double> metrics, CancellationToken cancellation)
    {
        var report = new ForecastTask { Range = part, Horizon = Horizon }.Evaluate(forecaster, site.Scaled, ExampleWindows, cancellation);
        foreach (var (metric, value) in report.Figures)
        {
            metrics[$"{site.Facts.Id}-{Horizon}/{split}/{metric}"] = value;
        }

        return report;
    }

    /// <summary>Compares what is served with what training computed on held-out windows.</summary>
    private GateCheck ServedCheck(Forecaster forecaster, SiteData site, StageContext context)
    {
        using var kept = SafetensorsFile.Open(Path.Combine(context.Input(Package), FitForecastStage.ServedCheckName));
        var served = ForecastSet.Collect(FitForecastStage.ServedCheck(site, forecaster.Traits.Horizon), forecaster, site.Scaled, cancellationToken: context.Cancellation);
        return PredictionGates.ServedEqualsTraining([.. kept["mean"].AsSingles(), .. kept["quantiles"].AsSingles()], [.. served.Mean, .. served.Quantiles], Gate!.ServedTolerance);
    }

    private static SortedDictionary<string, double> Merge(IReadOnlyDictionary<string, double>? a, IReadOnlyDictionary<string, double> b)
    {
        var merged = new SortedDictionary<string, double>(StringComparer.Ordinal);
        foreach (var (key, value) in (a ?? new Dictionary<string, double>()).Concat(b))
        {
            merged[key] = value;
        }

        return merged;
    }
}
