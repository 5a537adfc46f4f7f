// What series known in advance are worth to a forecaster: errors of one column with and without them, on the validation part of an ETT set (its choice and gate halves; the test part is left alone).
// The forecaster is a package that takes any channels; the column is forecast alone, the covariates' true future stands for a forecast of theirs.
// Run: dotnet run -c Release --project benchmarks/Pangu.Covariates -- <package> ../shared/data/ett/ETTh1.csv OT HUFL,HULL,MUFL,MULL,LUFL,LULL
using System.Globalization;
using Pangu.Core;
using Pangu.Data.Splits;
using Pangu.Inference;
using Pangu.Modalities.Series;

const int Horizon = 96;
const int Stride = 3;
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var splits = DataSplits.Of(17_420, 8640, 2880, 2880, "ett");
var table = CsvSeriesReader.Read(args[1]).Table;
var target = table.Select([args[2]], args[1]);
var known = table.Select(args[3].Split(','), args[1]);
var training = target.Values[0].AsSpan(splits.Train.Start, splits.Train.Count).ToArray();
var mean = training.Average();
var deviation = Math.Sqrt(training.Average(value => (value - mean) * (value - mean)));
using var model = Forecaster.Load(args[0]);
using var repeat = new RepeatLast();
Console.WriteLine($"{args[2]} of {Path.GetFileName(args[1])}, {Horizon} steps ahead, squared error in units of the training part's variance; known in advance: {args[3]}\n");
Console.WriteLine("| forecaster | choice half | gate half |\n|---|---|---|");
foreach (var (name, forecaster) in new (string, IForecaster)[] { ("repeat-last", repeat), ("model", model) })
{
    Console.WriteLine($"| {name} | {Error(forecaster, splits.Choice, false):F3} | {Error(forecaster, splits.Gate, false):F3} |");
    Console.WriteLine($"| {name}, with covariates | {Error(forecaster, splits.Choice, true):F3} | {Error(forecaster, splits.Gate, true):F3} |");
}

double Error(IForecaster forecaster, RowRange part, bool withCovariates)
{
    var context = model.Traits.Context;
    var (sum, count) = (0.0, 0);
    foreach (var origin in new SeriesWindows(part, context, Horizon, Stride).Targets())
    {
        var request = new ForecastRequest(target.Flatten(origin - context, context), 1, 1, context, Horizon);
        var forecast = withCovariates
            ? new CovariateForecaster(forecaster).Forecast(request, new KnownSeries(known.Flatten(origin - context, context + Horizon), known.ChannelCount, context + Horizon))
            : forecaster.Forecast(request);
        for (var step = 0; step < Horizon; step++)
        {
            var error = (forecast.Mean[step] - target.Values[0][origin + step]) / deviation;
            sum += error * error;
            count++;
        }
    }

    return sum / count;
}

internal sealed class RepeatLast : IForecaster
{
    public ForecasterTraits Traits { get; } = new(1, 1, int.MaxValue, [], []);

    public ForecastResult Forecast(ForecastRequest request, CancellationToken cancellationToken = default)
    {
        var mean = new float[request.Horizon];
        Array.Fill(mean, request.Values.Span[^1]);
        return new ForecastResult(mean, []);
    }

    public void Dispose()
    {
    }
}
