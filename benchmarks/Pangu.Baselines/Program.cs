// Fits every baseline on the ETT sets and prints its errors on the choice half of validation, on all of validation, on the gate half and on test;
// then intervals from residuals, a blend of the linear ones, and the anomaly task. The choice half alone decides; the other columns are for reading.
// Run: dotnet run -c Release --project benchmarks/Pangu.Baselines -- ../shared/data/ett ETTh1 ETTh2
using System.Diagnostics;
using System.Globalization;
using Pangu.Baselines;
using Pangu.Data.Splits;
using Pangu.Evaluation.Prediction;
using Pangu.Evaluation.Prediction.Baselines;
using Pangu.Evaluation.Prediction.Linear;

const int Season = 24;
const int Horizon = 96;
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var splits = DataSplits.Of(17_420, 8640, 2880, 2880, "ett");
foreach (var name in args[1..])
{
    var series = EttFile.Read(Path.Combine(args[0], $"{name}.csv"), splits.Train);
    var table = new ResultTable(series, splits, Horizon);
    table.Begin(name);
    foreach (var baseline in BaselineFits.Names)
    {
        var watch = Stopwatch.StartNew();
        using var fitted = BaselineFits.Fit(baseline, series, splits.Train, splits.Choice, new BaselineSettings { Horizon = Horizon, Season = Season });
        table.Add($"**{baseline}** ({fitted.Detail})", watch.Elapsed.TotalSeconds, fitted.Forecaster, fitted.Slow ? 400 : null);
    }

    var whole = Stopwatch.StartNew();
    var candidates = LinearSearch.Run(series, splits.Train, splits.Choice, new LinearSettings { Horizon = Horizon, Season = Season });
    Console.WriteLine($"| *all {candidates.Count} linear fits below together* | {whole.Elapsed.TotalSeconds:F1} | | | | | | |");
    foreach (var candidate in candidates.OrderBy(candidate => candidate.Kind).ThenBy(candidate => candidate.Fit.Context))
    {
        using var forecaster = new LinearForecaster(candidate.Fit, series);
        table.Add(candidate.Fit.Name, null, forecaster, null);
    }

    Console.WriteLine();
    Further.Blend(series, splits, Horizon, candidates);
    Further.Anomalies(series, splits, Season);
}
