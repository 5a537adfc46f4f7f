using System.Diagnostics;
using Pangu.Evaluation.Prediction.Baselines;
using Pangu.Evaluation.Prediction.Boosting;
using Pangu.Workshop.Plans;

namespace Pangu.Workshop.Prediction.Costs;

/// <summary>What fitting and running baselines costs, from small pieces of the same work.</summary>
/// <param name="costs">What has been measured.</param>
/// <param name="evaluation">Which baselines, and on how many windows.</param>
internal sealed class BaselineCosts(SeriesCosts costs, SeriesEvaluationSettings evaluation)
{
    // Boosting on a quarter of the rows, with few trees and with some more: what a tree costs, and what all else does.
    private const int RowShare = 4;
    private const int FewTrees = 5;
    private const int MoreTrees = 20;

    // Windows of what takes milliseconds a window.
    private const int SlowPiece = 3;

    /// <summary>Seconds for all baselines of a site.</summary>
    /// <param name="site">The site.</param>
    /// <param name="calibration">Threads.</param>
    public double Of(SiteSketch site, Calibration calibration) =>
        evaluation.Baselines.Sum(name => costs.Once(("baseline", name, site.Series.Channels, site.Season, site.Splits, evaluation), () => Of(name, site, calibration)));

    private double Of(string name, SiteSketch site, Calibration calibration)
    {
        var (season, horizon) = (site.Season ?? 1, evaluation.Horizon);
        switch (name)
        {
            case "repeat-last":
                using (var last = new RepeatLast(horizon))
                {
                    return Windows(site, false) * SeriesCosts.SecondsAWindow(last, site, horizon, calibration);
                }

            case "seasonal-naive":
                using (var naive = new SeasonalNaive(season, horizon))
                {
                    return Windows(site, false) * SeriesCosts.SecondsAWindow(naive, site, horizon, calibration);
                }

            case "gradient-boosting":
                return Boosting(site, calibration);
            case var _ when BaselineFits.Kinds(name) is { Count: > 0 } kinds:
                return costs.Linear(kinds, evaluation.Contexts, site, horizon, calibration) + (Windows(site, false) * SeriesCosts.LinearWindow(evaluation.Contexts.Max(), site, horizon, calibration));
            default:
                // The statistical one fits nothing before it is asked.
                using (var fitted = BaselineFits.Fit(name, site.Series, site.Parts.Train, site.Parts.Choice, new BaselineSettings { Horizon = horizon, Season = season }, calibration.Cancellation))
                {
                    return Windows(site, fitted.Slow) * SeriesCosts.SecondsAWindow(fitted.Forecaster, site, horizon, calibration, SlowPiece);
                }
        }
    }

    private double Boosting(SiteSketch site, Calibration calibration)
    {
        var full = new BaselineSettings { Horizon = evaluation.Horizon, Season = site.Season ?? 1 };
        var whole = new BoostedSettings { Horizon = full.Horizon, Season = full.Season };
        using var forecaster = BoostedTraining.Train(site.Series, site.Parts.Train, whole with { Trees = full.Trees, Rows = whole.Rows / (RowShare * RowShare) });
        var (few, more) = (Train(FewTrees), Train(MoreTrees));
        var tree = Math.Max(0, more - few) / (MoreTrees - FewTrees);
        return (RowShare * (few + ((full.Trees - FewTrees) * tree))) + (Windows(site, true) * SeriesCosts.SecondsAWindow(forecaster, site, evaluation.Horizon, calibration, SlowPiece));

        double Train(int trees)
        {
            var clock = Stopwatch.GetTimestamp();
            BoostedTraining.Train(site.Series, site.Parts.Train, whole with { Trees = trees, Rows = whole.Rows / RowShare }).Dispose();
            return Stopwatch.GetElapsedTime(clock).TotalSeconds;
        }
    }

    /// <summary>Windows of the gate and test parts.</summary>
    private double Windows(SiteSketch site, bool slow)
    {
        double[] parts = [site.Splits.Gate.Count - evaluation.Horizon + 1, site.Splits.Test.Count - evaluation.Horizon + 1];
        return parts.Sum(windows => Math.Max(0, slow ? Math.Min(windows, evaluation.SlowBaselineWindows) : windows));
    }
}
