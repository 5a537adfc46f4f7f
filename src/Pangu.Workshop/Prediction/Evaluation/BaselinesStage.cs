using System.Text.Json.Nodes;
using Pangu.Core;
using Pangu.Evaluation.Prediction;
using Pangu.Evaluation.Prediction.Baselines;
using Pangu.Workshop.Plans;
using Pangu.Workshop.Prediction.Costs;
using Pangu.Workshop.Prediction.Sites;
using Pangu.Workshop.Stages;

namespace Pangu.Workshop.Prediction.Evaluation;

/// <summary>Fits and runs the baselines of one site on the gate and test parts; what they choose, they choose on the choice half.</summary>
internal sealed class BaselinesStage : Stage
{
    /// <summary>The site.</summary>
    public required LoadSiteStage Site { get; init; }

    /// <summary>What is measured.</summary>
    public required SeriesEvaluationSettings Evaluation { get; init; }

    /// <summary>What pieces of the recipe's work cost, for the plan.</summary>
    public required SeriesCosts Costs { get; init; }

    /// <inheritdoc/>
    public override string Kind => "baselines";

    /// <inheritdoc/>
    public override int Revision => 2;

    /// <inheritdoc/>
    public override JsonNode Settings => Canonical(new { Evaluation.Horizon, Evaluation.Baselines, Evaluation.Contexts, Evaluation.SlowBaselineWindows });

    /// <inheritdoc/>
    public override IReadOnlyList<Stage> Inputs => [Site];

    /// <inheritdoc/>
    public override void Execute(StageContext context)
    {
        var site = SiteData.Read(context.Input(Site));
        var figures = new Dictionary<string, BaselineFigures>(StringComparer.Ordinal);
        var settings = new BaselineSettings { Horizon = Evaluation.Horizon, Season = site.Facts.Season ?? 1, Contexts = Evaluation.Contexts, Threads = context.Threads };
        foreach (var name in Evaluation.Baselines)
        {
            context.Progress.Report(new WorkProgress(Name, figures.Count, Evaluation.Baselines.Count, "baselines", Note: name));
            using var fitted = BaselineFits.Fit(name, site.Scaled, site.Splits.Train, site.Splits.Choice, settings, context.Cancellation);
            figures[name] = Measure(fitted, site, context.Cancellation);
        }

        BaselineFigures.Write(context.OutputFile("baselines.json"), figures);
        context.Progress.Report(new WorkProgress(Name, Evaluation.Baselines.Count, Evaluation.Baselines.Count, "baselines"));
    }

    /// <inheritdoc/>
    public override StageEstimate Estimate(Calibration calibration) =>
        SeriesCosts.Estimate(new BaselineCosts(Costs, Evaluation).Of(Costs.Site(Site, calibration), calibration), 0.2);

    private BaselineFigures Measure(FittedBaseline fitted, SiteData site, CancellationToken cancellation)
    {
        var metrics = new SortedDictionary<string, double>(StringComparer.Ordinal);
        ForecastReport? test = null;
        foreach (var (split, range) in new[] { ("choice", site.Splits.Choice), ("gate", site.Splits.Gate), ("test", site.Splits.Test) })
        {
            test = new ForecastTask { Range = range, Horizon = Evaluation.Horizon, MaxWindows = fitted.Slow ? Evaluation.SlowBaselineWindows : null }.Evaluate(fitted.Forecaster, site.Scaled, cancellationToken: cancellation);
            foreach (var (metric, value) in test.Figures)
            {
                metrics[$"{site.Facts.Id}-{Evaluation.Horizon}/{split}/{metric}"] = value;
            }
        }

        return new BaselineFigures(fitted.Detail, metrics, test!.ByStep((points, _) => points.MeanSquaredError ?? double.NaN), test.ByChannel((points, _) => points.MeanSquaredError ?? double.NaN));
    }
}
