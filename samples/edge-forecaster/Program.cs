// Forecasts a CSV file with a model package on a machine that has nothing but this binary.
//
//   edge-forecaster <package> <history.csv> [steps]
//
// Prints CSV: step, channel, mean and the model's quantiles. Exit code 2 for bad usage or input, 3 for something missing.
using System.Globalization;
using Pangu.Core;
using Pangu.Inference;
using Pangu.Modalities.Series;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args.Length is < 2 or > 3)
{
    Console.Error.WriteLine("usage: edge-forecaster <package> <history.csv> [steps]");
    return 2;
}

try
{
    using var model = Forecaster.Load(args[0]);
    var traits = model.Traits;
    var steps = args.Length == 3 ? int.Parse(args[2]) : traits.Horizon;
    var history = CsvSeriesReader.ReadLast(args[1], traits.Context, new CsvReadOptions { Columns = traits.Channels.Count > 0 ? traits.Channels : null }).Table;
    var values = history.Values.SelectMany(channel => channel).ToArray();
    var forecast = model.Forecast(new ForecastRequest(values, Windows: 1, history.ChannelCount, history.StepCount, steps));

    Console.WriteLine($"step,channel,mean{string.Concat(traits.Quantiles.Select(level => $",q{level}"))}");
    for (var channel = 0; channel < history.ChannelCount; channel++)
    {
        for (var step = 0; step < steps; step++)
        {
            var at = (channel * steps) + step;
            var quantiles = forecast.Quantiles.AsSpan(at * traits.Quantiles.Count, traits.Quantiles.Count).ToArray();
            Console.WriteLine($"{step + 1},{history.Names[channel]},{forecast.Mean[at]:G7}{string.Concat(quantiles.Select(quantile => $",{quantile:G7}"))}");
        }
    }

    return 0;
}
catch (PanguException exception)
{
    Console.Error.WriteLine(exception.Message);
    foreach (var problem in exception.Problems)
    {
        Console.Error.WriteLine(problem);
    }

    return (int)exception.Kind;
}
catch (FormatException)
{
    Console.Error.WriteLine($"{args[^1]} is not a number of steps.");
    return 2;
}
