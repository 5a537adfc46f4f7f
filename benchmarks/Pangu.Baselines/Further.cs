using Pangu.Core;
using Pangu.Data.Splits;
using Pangu.Evaluation.Prediction;
using Pangu.Evaluation.Prediction.Anomalies;
using Pangu.Evaluation.Prediction.Fitting;
using Pangu.Evaluation.Prediction.Linear;
using Pangu.Modalities.Series;

namespace Pangu.Baselines;

/// <summary>What is fitted on top of forecasts: blends, intervals, anomaly scores.</summary>
internal static class Further
{
    private static readonly double[] Deciles = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

    public static void Blend(ScaledSeries series, DataSplits splits, int horizon, IReadOnlyList<LinearCandidate> candidates)
    {
        LinearFit[] fits = [.. candidates.GroupBy(candidate => candidate.Kind).Select(group => group.First().Fit)];
        List<ForecastSet> On(RowRange range) => [.. fits.Select(fit => ForecastSet.Collect(new ForecastTask { Range = range, Horizon = horizon }, new LinearForecaster(fit, series), series))];
        var choice = On(splits.Choice);
        var blend = BlendFit.Fit(choice, new BlendFitSettings());
        var residuals = IntervalFit.Residuals(choice[0], BlendFit.Apply(choice, blend.Weights), Deciles, new IntervalSettings());
        Console.WriteLine($"Blend of {string.Join(", ", fits.Select(fit => fit.Name))}, shrinkage {blend.Shrinkage}:\n");
        foreach (var (label, range) in new[] { ("choice half", splits.Choice), ("gate half", splits.Gate), ("test", splits.Test) })
        {
            var sets = On(range);
            var kept = new ForecastSet(sets[0].Windows, sets[0].Channels, horizon, Deciles);
            sets[0].Truth.CopyTo(kept.Truth, 0);
            BlendFit.Apply(sets, blend.Weights).CopyTo(kept.Mean, 0);
            for (var i = 0; i < kept.Quantiles.Length; i++)
            {
                kept.Quantiles[i] = kept.Mean[i / Deciles.Length] + residuals[i % residuals.Length];
            }

            var errors = kept.Errors();
            Console.WriteLine($"- {label}: MSE {errors.Points().MeanSquaredError:F4}, coverage of residual intervals {errors.Quantiles()!.Coverage:F3}");
        }

        Console.WriteLine();
    }

    public static void Anomalies(ScaledSeries series, DataSplits splits, int season)
    {
        const double Rate = 0.01;
        using var naive = ErrorDetector.SeasonalNaive(series, splits.Choice, season, Rate);
        Show("seasonal-naive residuals", naive);
        foreach (var stride in new[] { 1, 6, 24 })
        {
            var fit = LinearSearch.Run(series, splits.Train, splits.Choice, new LinearSettings { Horizon = stride, Season = null, Kinds = [LinearKind.Decomposed], Contexts = [336] })[0].Fit;
            foreach (var smoothing in new[] { 1, 6 })
            {
                var forecaster = new LinearForecaster(fit, series);
                var calibration = ErrorScores.Calibrate(forecaster, series, splits.Choice, stride, smoothing, Rate);
                using var detector = new ErrorDetector(forecaster, new SeriesScaler(series.Means, series.Deviations), series.Names, calibration);
                Show($"{fit.Name} errors, stride {stride}, smoothing {smoothing}", detector);
            }
        }

        void Show(string label, ErrorDetector detector)
        {
            var report = new AnomalyTask { Range = splits.Gate, History = 720 }.Evaluate(detector, series, new Seeds(1));
            Console.WriteLine($"- {label}: average precision {report.AveragePrecision:F3}, ROC-AUC {report.AreaUnderCurve:F3}, event F1 {report.Events.F1:F3}, false alarms {100 * report.FalseAlarmRate:F2} % (stated 1 %); found {string.Join(", ", report.FoundByKind.Select(pair => $"{pair.Key} {100 * pair.Value:F0} %"))}");
        }
    }
}
