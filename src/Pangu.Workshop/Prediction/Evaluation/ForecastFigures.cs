using Pangu.Evaluation.Prediction;
using Pangu.Workshop.Prediction.Sites;
using Pangu.Workshop.Reports;

namespace Pangu.Workshop.Prediction.Evaluation;

/// <summary>The plots of a forecaster on one site's test part.</summary>
internal static class ForecastFigures
{
    private const int HistoryShown = 120;

    // The best ones: a hopeless baseline would only flatten the others.
    private const int MostBaselines = 4;

    /// <summary>Forecasts beside truth, errors by step and channel beside baselines, coverage by step.</summary>
    /// <param name="model">Name of the model.</param>
    /// <param name="site">The site.</param>
    /// <param name="test">What the model came to on the test part.</param>
    /// <param name="baselines">What the baselines came to.</param>
    /// <returns>The plots.</returns>
    public static IEnumerable<Figure> Of(string model, SiteData site, ForecastReport test, IReadOnlyDictionary<string, BaselineFigures> baselines)
    {
        var section = $"{model} on {site.Facts.Id}";
        var target = site.Facts.Channels.Count - 1;
        foreach (var example in test.Examples)
        {
            yield return Example(section, site, example, target, test.Errors.Horizon);
        }

        var errors = test.ByStep((points, _) => points.MeanSquaredError ?? double.NaN);
        var steps = Enumerable.Range(1, errors.Length).Select(step => (double)step).ToList();
        yield return new Figure(
            section,
            "Error by step ahead (test)",
            "Mean squared error in z-scored units: lower is better. The model should lie below the baselines (the best ones are shown), most of all at the steps that matter to the job.",
            "steps ahead",
            "MSE",
            [
                new Trace(model, TraceKind.Line, steps, errors) { Role = TraceRole.Model },
                .. baselines.Where(baseline => baseline.Value.ByStep.Count == errors.Length).OrderBy(baseline => baseline.Value.ByStep.Average()).Take(MostBaselines).Select(baseline => new Trace(baseline.Key, TraceKind.Line, steps, baseline.Value.ByStep) { Role = TraceRole.Baseline }),
            ]);

        var best = baselines.Where(baseline => baseline.Value.ByChannel.Count == site.Facts.Channels.Count).MinBy(baseline => baseline.Value.ByChannel.Average());
        var positions = Enumerable.Range(0, site.Facts.Channels.Count).Select(channel => (double)channel).ToList();
        yield return new Figure(
            section,
            "Error by channel (test)",
            "Mean squared error in z-scored units beside the best baseline.",
            "channel",
            "MSE",
            [
                new Trace(model, TraceKind.Bars, positions, test.ByChannel((points, _) => points.MeanSquaredError ?? double.NaN)) { Role = TraceRole.Model },
                .. best.Value is null ? Array.Empty<Trace>() : [new Trace(best.Key, TraceKind.Bars, positions, best.Value.ByChannel) { Role = TraceRole.Baseline }],
            ])
        {
            Categories = site.Facts.Channels,
        };

        if (test.Coverage is not null)
        {
            yield return new Figure(
                section,
                "Calibration by step ahead (test)",
                "Share of true values inside the interval between the outer quantiles; it should lie near the dashed line at every step.",
                "steps ahead",
                "share inside",
                [
                    new Trace(model, TraceKind.Line, steps, test.ByStep((_, quantiles) => quantiles?.Coverage ?? double.NaN)) { Role = TraceRole.Model },
                    new Trace("wanted", TraceKind.Line, [steps[0], steps[^1]], [0.8, 0.8]) { Role = TraceRole.Limit },
                ]);
            yield return new Figure(
                section,
                "Calibration by channel (test)",
                "Share of true values inside the interval between the outer quantiles; 0.8 is wanted.",
                "channel",
                "share inside",
                [new Trace(model, TraceKind.Bars, positions, test.ByChannel((_, quantiles) => quantiles?.Coverage ?? double.NaN)) { Role = TraceRole.Model }])
            {
                Categories = site.Facts.Channels,
            };
        }
    }

    private static Figure Example(string section, SiteData site, ForecastExample example, int channel, int horizon)
    {
        var levels = example.Quantiles.Length / Math.Max(1, example.Mean.Length);
        var start = Math.Max(0, example.Origin - HistoryShown);
        var shown = Enumerable.Range(start, example.Origin + horizon - start).ToList();
        var ahead = Enumerable.Range(example.Origin, horizon).Select(row => (double)site.Times[row]).ToList();
        var traces = new List<Trace>();
        if (levels > 1)
        {
            traces.Add(new Trace("80 % interval", TraceKind.Band, ahead, Quantile(0)) { Upper = Quantile(levels - 1), Role = TraceRole.Model });
        }

        traces.Add(new Trace("measured", TraceKind.Line, [.. shown.Select(row => (double)site.Times[row])], [.. shown.Select(row => (double)site.Values[channel][row])]) { Role = TraceRole.Truth });
        traces.Add(new Trace("forecast", TraceKind.Line, ahead, [.. example.Mean.Skip(channel * horizon).Take(horizon).Select(value => (double)value)]) { Role = TraceRole.Model });
        var unit = site.Facts.Units[channel] is { } known ? $" ({known})" : string.Empty;
        return new Figure(section, $"{site.Facts.Channels[channel]}: forecast and what happened", "Made from the history to the left of the blue line, from the test part, which nothing was chosen on.", site.Facts.HasTimes ? "time" : "step", site.Facts.Channels[channel] + unit, traces)
        {
            TimeAxis = site.Facts.HasTimes,
        };

        List<double> Quantile(int level) => [.. Enumerable.Range(0, horizon).Select(step => (double)example.Quantiles[(((channel * horizon) + step) * levels) + level])];
    }
}
