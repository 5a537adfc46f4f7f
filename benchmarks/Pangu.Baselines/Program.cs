// Fits every baseline on the ETT sets and prints its errors on the choice half of validation, on all of validation and on test.
// Run: dotnet run -c Release --project benchmarks/Pangu.Baselines -- ../shared/data/ett ETTh1 ETTh2
using System.Diagnostics;
using System.Globalization;
using Pangu.Core;
using Pangu.Data.Splits;
using Pangu.Evaluation.Prediction.Baselines;
using Pangu.Evaluation.Prediction.Boosting;
using Pangu.Evaluation.Prediction.Linear;
using Pangu.Evaluation.Prediction.Statistical;
using Pangu.Evaluation.Prediction;
using Pangu.Modalities.Series;

const int Horizon = 96;
var splits = DataSplits.Of(17_420, 8640, 2880, 2880, "ett");
var (training, validation, test, choice) = (splits.Train, splits.Validation, splits.Test, splits.Choice);

foreach (var name in args[1..])
{
    var lines = File.ReadAllLines(Path.Combine(args[0], $"{name}.csv"));
    var names = lines[0].Split(',')[1..];
    var values = names.Select(_ => new float[lines.Length - 1]).ToArray();
    for (var row = 0; row < lines.Length - 1; row++)
    {
        var fields = lines[row + 1].Split(',');
        for (var channel = 0; channel < names.Length; channel++)
        {
            values[channel][row] = float.Parse(fields[channel + 1], CultureInfo.InvariantCulture);
        }
    }

    var series = ScaledSeries.Fit(SeriesTable.WithoutTime(names, values), training);
    Console.WriteLine($"{name}-{Horizon} | seconds | strength | choice | validation | test mse | test mae");
    Show("repeat-last", 0, 0, new RepeatLast(Horizon));
    Show("seasonal-24", 0, 0, new SeasonalNaive(24, Horizon));
    var boostingWatch = Stopwatch.StartNew();
    using var boosted = BoostedTraining.Train(series, training, new BoostedSettings { Horizon = Horizon, Season = 24, Threads = int.Parse(Environment.GetEnvironmentVariable("BOOSTING_THREADS") ?? "1", CultureInfo.InvariantCulture) });
    Show($"gradient-boosting ({boosted.Trainer})", boostingWatch.Elapsed.TotalSeconds, 0, boosted, 400);
    foreach (var context in new[] { 720, 1440 })
    {
        Show($"statistical-{context}", 0, 0, new StatisticalForecaster(context, Horizon, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9], 24), 400);
    }

    foreach (var kind in Enum.GetValues<LinearKind>())
    {
        foreach (var context in new[] { 96, 192, 336, 512, 720 })
        {
            var watch = Stopwatch.StartNew();
            var candidates = LinearSearch.Run(series, training, choice, new LinearSettings { Horizon = Horizon, Contexts = [context], Kinds = [kind], Season = 24, PerChannel = Environment.GetEnvironmentVariable("PER_CHANNEL") == "1", Strengths = [.. (Environment.GetEnvironmentVariable("STRENGTHS") ?? "0.0001,0.001,0.01,0.1,1").Split(',').Select(text => double.Parse(text, CultureInfo.InvariantCulture))] });
            var seconds = watch.Elapsed.TotalSeconds;
            foreach (var candidate in candidates)
            {
                using var forecaster = new LinearForecaster(candidate.Fit, series);
                Show(candidate.Fit.Name, seconds, candidate.Strength, forecaster);
            }
        }
    }

    void Show(string label, double seconds, double strength, IForecaster forecaster, int? windows = null)
    {
        ForecastReport On(RowRange range) => new ForecastTask { Range = range, Horizon = Horizon, MaxWindows = windows }.Evaluate(forecaster, series);
        var final = On(test);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{label,-24} | {seconds,5:F2} | {strength,7:G3} | {On(choice).MeanSquaredError:F4} | {On(validation).MeanSquaredError:F4} | {final.MeanSquaredError:F4} | {final.MeanAbsoluteError:F4} | {final.Coverage:F3} | {final.Windows}"));
    }
}
