using System.CommandLine;
using System.Globalization;
using System.Text.Json.Serialization;
using Pangu.Cli.Families;
using Pangu.Core;
using Pangu.Modalities.Series;

namespace Pangu.Cli.Verbs.Prediction;

/// <summary><c>pangu detect-anomaly</c>: scores every step of a CSV file and flags the unusual ones.</summary>
internal static class DetectAnomalyVerb
{
    public static Command Create(VerbHost host)
    {
        var series = new SeriesOptions();
        var channels = new Option<bool>("--channels") { Description = "Write a column with each channel's score too." };
        return host.Verb(
            "detect-anomaly", "Scores every step of a CSV file and flags the unusual ones.",
            "./pangu detect-anomaly power-transformer/detect-anomaly --input ETTh1.csv --time date --output anomalies.csv",
            [series.Model, series.Input, series.Output, series.Target, channels, .. series.Csv.All],
            call => Run(call, series, call.Parsed.GetValue(channels)));
    }

    private static int Run(VerbCall call, SeriesOptions options, bool withChannels)
    {
        var began = call.Time.GetTimestamp();
        using var opened = OpenedModel<IAnomalyDetector>.Open(call, call.Parsed.GetRequiredValue(options.Model), "detect anomalies");
        var targets = SeriesOptions.Names(call.Parsed.GetValue(options.Target));
        var columns = SeriesOptions.ColumnsToRead(targets, opened.Engine.Traits.Channels, opened.Name);
        var path = call.Parsed.GetRequiredValue(options.Input);
        var preprocessor = PredictionFamily.Preprocessor(opened.Folder);
        using var input = AnomalyInput.Open(call, path, options.Csv.Read(call.Parsed, columns), preprocessor);
        var scan = new AnomalyScan(opened.Engine, preprocessor.Anomaly);
        var (records, flags) = (0L, 0L);
        var output = SeriesOptions.Write(call, call.Parsed.GetValue(options.Output), writer =>
        {
            using var csv = CsvSeriesWriter.StartAnomalies(writer, input.Clock, withChannels ? input.Names : []);
            foreach (var part in scan.Run(input.Blocks(call.CancellationToken), call.CancellationToken))
            {
                csv.Write(part.Times, part.Result, part.Start);
                records += part.Times.Length - part.Start;
                flags += part.Result.Flags.AsSpan(part.Start).Count(true);
                call.Progress.Report(new WorkProgress("detect-anomaly", records, 0, "steps"));
            }
        });
        call.Notes(input.Notes);
        var result = new DetectAnomalyResult(1, opened.Name, records, call.Time.GetElapsedTime(began).TotalSeconds, output, flags, opened.Engine.Traits.Threshold, opened.Engine.Traits.FalseAlarmRate, opened.Released, opened.Simulated);
        if (call.Settings.Json)
        {
            call.Result(result, DetectAnomalyJson.Default.DetectAnomalyResult, _ => { });
        }
        else
        {
            call.Errors.WriteLine($"{flags} of {records} steps flagged by {opened.Name} (threshold {result.Threshold.ToString("G4", CultureInfo.InvariantCulture)}, set for {result.FalseAlarmRate.ToString("P2", CultureInfo.InvariantCulture)} false alarms), {result.Seconds.ToString("F2", CultureInfo.InvariantCulture)} s{(output is null ? "" : $", in {output}")}.");
        }

        return 0;
    }
}

/// <summary>What <c>detect-anomaly --json</c> prints; <c>output</c> is null when the CSV went to stdout.</summary>
internal sealed record DetectAnomalyResult(int Schema, string Model, long Records, double Seconds, string? Output, long Flagged, double Threshold, double FalseAlarmRate, bool Released, bool Simulated);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(DetectAnomalyResult))]
internal sealed partial class DetectAnomalyJson : JsonSerializerContext;
