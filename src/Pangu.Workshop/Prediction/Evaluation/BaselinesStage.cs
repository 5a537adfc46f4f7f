using System.Text.Json;
using System.Text.Json.Nodes;
using Pangu.Core;
using Pangu.Evaluation.Prediction;
using Pangu.Evaluation.Prediction.Baselines;
using Pangu.Evaluation.Prediction.Linear;
using Pangu.Workshop.Plans;
using Pangu.Workshop.Prediction.Sites;
using Pangu.Workshop.Stages;

namespace Pangu.Workshop.Prediction.Evaluation;

/// <summary>Fits and runs the baselines of one site on the gate and test parts; what they choose, they choose on the choice half.</summary>
internal sealed class BaselinesStage : Stage
{
    private const string RepeatLastName = "repeat-last";
    private const string SeasonalNaiveName = "seasonal-naive";

    /// <summary>Names that recipes may use.</summary>
    public static IReadOnlyList<string> Known { get; } = [RepeatLastName, SeasonalNaiveName, .. Enum.GetValues<LinearKind>().Select(NameOf)];

    /// <summary>The site.</summary>
    public required LoadSiteStage Site { get; init; }

    /// <summary>What is measured.</summary>
    public required SeriesEvaluationSettings Evaluation { get; init; }

    /// <inheritdoc/>
    public override string Kind => "baselines";

    /// <inheritdoc/>
    public override int Revision => 1;

    /// <inheritdoc/>
    public override JsonNode Settings => Canonical(new { Evaluation.Horizon, Evaluation.Baselines, Evaluation.Contexts, Evaluation.SlowBaselineWindows });

    /// <inheritdoc/>
    public override IReadOnlyList<Stage> Inputs => [Site];

    /// <inheritdoc/>
    public override void Execute(StageContext context)
    {
        var site = SiteData.Read(context.Input(Site));
        var figures = new Dictionary<string, BaselineFigures>(StringComparer.Ordinal);
        foreach (var (name, description, forecaster, mostWindows) in Fit(site, context))
        {
            context.Progress.Report(new WorkProgress(Name, figures.Count, Evaluation.Baselines.Count, "baselines", Note: name));
            figures[name] = Measure(forecaster, description, mostWindows, site, context.Cancellation);
            forecaster.Dispose();
        }

        BaselineFigures.Write(context.OutputFile("baselines.json"), figures);
        context.Progress.Report(new WorkProgress(Name, Evaluation.Baselines.Count, Evaluation.Baselines.Count, "baselines"));
    }

    /// <inheritdoc/>
    public override StageEstimate Estimate(Calibration calibration) => StageEstimate.Around(20, 0.5, 800_000_000);

    private IEnumerable<(string Name, string Description, IForecaster Forecaster, int? MostWindows)> Fit(SiteData site, StageContext context)
    {
        var horizon = Evaluation.Horizon;
        if (Evaluation.Baselines.Contains(RepeatLastName))
        {
            yield return (RepeatLastName, "the last value, repeated", new RepeatLast(horizon), null);
        }

        if (Evaluation.Baselines.Contains(SeasonalNaiveName) && site.Facts.Season is { } season)
        {
            yield return (SeasonalNaiveName, $"the values of the last {season} steps, repeated", new SeasonalNaive(season, horizon), null);
        }

        var kinds = Enum.GetValues<LinearKind>().Where(kind => Evaluation.Baselines.Contains(NameOf(kind))).ToList();
        if (kinds.Count > 0)
        {
            var settings = new LinearSettings { Horizon = horizon, Contexts = Evaluation.Contexts, Kinds = kinds, Season = site.Facts.Season, Threads = context.Threads };
            foreach (var candidate in LinearSearch.Run(site.Scaled, site.Splits.Train, site.Splits.Choice, settings, context.Cancellation).DistinctBy(candidate => candidate.Kind))
            {
                yield return (NameOf(candidate.Kind), $"closed form, context {candidate.Fit.Context}, chosen on the choice half", new LinearForecaster(candidate.Fit, site.Scaled), null);
            }
        }
    }

    private BaselineFigures Measure(IForecaster forecaster, string description, int? mostWindows, SiteData site, CancellationToken cancellation)
    {
        var metrics = new SortedDictionary<string, double>(StringComparer.Ordinal);
        ForecastReport? test = null;
        foreach (var (split, range) in new[] { ("gate", site.Splits.Gate), ("test", site.Splits.Test) })
        {
            test = new ForecastTask { Range = range, Horizon = Evaluation.Horizon, MaxWindows = mostWindows }.Evaluate(forecaster, site.Scaled, cancellationToken: cancellation);
            foreach (var (metric, value) in test.Figures)
            {
                metrics[$"{site.Facts.Id}-{Evaluation.Horizon}/{split}/{metric}"] = value;
            }
        }

        return new BaselineFigures(description, metrics, test!.ByStep((points, _) => points.MeanSquaredError ?? double.NaN), test.ByChannel((points, _) => points.MeanSquaredError ?? double.NaN));
    }

    private static string NameOf(LinearKind kind) => JsonNamingPolicy.KebabCaseLower.ConvertName(kind.ToString());
}
