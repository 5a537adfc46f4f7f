using System.CommandLine;
using System.Globalization;
using System.Text.Json.Serialization;
using Pangu.Cli.Families;
using Pangu.Core;
using Pangu.Modalities.Series;

namespace Pangu.Cli.Verbs.Prediction;

/// <summary><c>pangu forecast</c>: continues the series of a CSV file.</summary>
internal static class ForecastVerb
{
    public static Command Create(VerbHost host)
    {
        var series = new SeriesOptions();
        var horizon = new Option<int?>("--horizon") { Description = "Steps to forecast (default: the model's; with covariates, as many as are known).", HelpName = "n" };
        var context = new Option<int?>("--context") { Description = "Newest steps of history to use (default: as many as the model looks at).", HelpName = "n" };
        var quantiles = new Option<string?>("--quantiles") { Description = "Quantile levels to write, separated by commas (default: all of the model).", HelpName = "0.1,0.5,0.9" };
        var covariates = new Option<string?>("--covariates") { Description = "Columns known in advance: the file goes on with rows that hold them alone.", HelpName = "a,b" };
        return host.Verb(
            "forecast", "Continues the series of a CSV file: time, target, mean and quantiles.",
            "./pangu forecast power-transformer/forecast --input ETTh1.csv --time date --target OT --horizon 96 --quantiles 0.1,0.5,0.9 --output forecast.csv",
            [series.Model, series.Input, series.Output, series.Target, horizon, context, quantiles, covariates, .. series.Csv.All],
            call => Run(call, series, call.Parsed.GetValue(horizon), call.Parsed.GetValue(context), call.Parsed.GetValue(quantiles), call.Parsed.GetValue(covariates)));
    }

    private static int Run(VerbCall call, SeriesOptions options, int? horizon, int? context, string? quantiles, string? covariates)
    {
        var began = call.Time.GetTimestamp();
        using var opened = OpenedModel<IForecaster>.Open(call, call.Parsed.GetRequiredValue(options.Model), "forecast");
        var traits = opened.Engine.Traits;
        Require("horizon", horizon ?? traits.Horizon, traits.MaxHorizon, opened.Name);
        Require("context", context ?? 1, int.MaxValue, opened.Name);
        var levels = Levels(quantiles, traits, opened.Name);
        var targets = SeriesOptions.Names(call.Parsed.GetValue(options.Target));
        var input = ForecastInput.Read(call, call.Parsed.GetRequiredValue(options.Input), columns => options.Csv.Read(call.Parsed, columns), new ForecastColumns
        {
            Channels = SeriesOptions.ColumnsToRead(targets, traits.Channels, opened.Name),
            Covariates = [.. (SeriesOptions.Names(covariates) ?? []).Distinct()],
            Context = Math.Min(context ?? traits.Context, traits.Context),
            Horizon = horizon,
            DefaultHorizon = traits.Horizon,
            MaxHorizon = traits.MaxHorizon,
            Preprocessor = PredictionFamily.Preprocessor(opened.Folder),
        });

        var history = input.History;
        call.Notes(history.Names.Where((_, channel) => !history.Values[channel].Any(float.IsFinite)).Select(name => $"{name} has no value in the last {history.StepCount} steps; its forecast says nothing."));
        var request = new ForecastRequest(history.Flatten(0, history.StepCount), 1, history.ChannelCount, history.StepCount, input.Horizon);
        var forecast = input.Known is null
            ? opened.Engine.Forecast(request, call.CancellationToken)
            : new CovariateForecaster(opened.Engine).Forecast(request, input.Known, call.CancellationToken);
        var written = targets ?? input.Targets;
        var output = SeriesOptions.Write(call, call.Parsed.GetValue(options.Output), writer => CsvSeriesWriter.WriteForecast(
            writer, history, Select(forecast, levels, traits.Quantiles.Count), [.. levels.Select(level => traits.Quantiles[level])], written));
        var result = new ForecastResultJson(
            1, opened.Name, (long)written.Count * input.Horizon, call.Time.GetElapsedTime(began).TotalSeconds, output, input.Horizon, history.StepCount, written,
            [.. levels.Select(level => traits.Quantiles[level])], opened.Released, opened.Simulated);
        Report(call, result);
        return 0;
    }

    private static void Report(VerbCall call, ForecastResultJson result)
    {
        if (call.Settings.Json)
        {
            call.Result(result, ForecastJson.Default.ForecastResultJson, _ => { });
        }
        else
        {
            call.Errors.WriteLine($"{result.Horizon} steps of {string.Join(", ", result.Targets)} from {result.Context} steps of history by {result.Model}, {result.Seconds.ToString("F2", CultureInfo.InvariantCulture)} s{(result.Output is null ? "" : $", in {result.Output}")}.");
        }
    }

    private static void Require(string option, int value, int most, string model)
    {
        if (value < 1 || value > most)
        {
            throw PanguException.Usage(option, $"--{option} is {value}; {model} takes 1 to {most}.");
        }
    }

    private static int[] Levels(string? text, ForecasterTraits traits, string model)
    {
        if (text is null)
        {
            return [.. Enumerable.Range(0, traits.Quantiles.Count)];
        }

        var given = string.Join(", ", traits.Quantiles.Select(level => level.ToString(CultureInfo.InvariantCulture)));
        return [.. text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(part =>
            double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out var level) && traits.Quantiles.ToList().IndexOf(level) is var position and >= 0
                ? position
                : throw PanguException.Usage("quantiles", $"--quantiles names '{part}'; {model} gives {(given.Length == 0 ? "no quantiles, only a mean" : given)}.")).Order()];
    }

    private static ForecastResult Select(ForecastResult forecast, int[] levels, int count)
    {
        if (levels.Length == count)
        {
            return forecast;
        }

        var quantiles = new float[forecast.Mean.Length * levels.Length];
        for (var i = 0; i < forecast.Mean.Length; i++)
        {
            for (var level = 0; level < levels.Length; level++)
            {
                quantiles[(i * levels.Length) + level] = forecast.Quantiles[(i * count) + levels[level]];
            }
        }

        return forecast with { Quantiles = quantiles };
    }
}

/// <summary>What <c>forecast --json</c> prints; <c>output</c> is null when the CSV went to stdout.</summary>
internal sealed record ForecastResultJson(
    int Schema, string Model, long Records, double Seconds, string? Output, int Horizon, int Context, IReadOnlyList<string> Targets, IReadOnlyList<double> Quantiles, bool Released, bool Simulated);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ForecastResultJson))]
internal sealed partial class ForecastJson : JsonSerializerContext;
