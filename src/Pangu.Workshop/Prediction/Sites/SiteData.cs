using System.Runtime.InteropServices;
using System.Text.Json;
using Pangu.Core;
using Pangu.Data.Splits;
using Pangu.Evaluation.Prediction;
using Pangu.Formats;
using Pangu.Modalities.Series;

namespace Pangu.Workshop.Prediction.Sites;

/// <summary>One site's series as every stage sees them: the output of <see cref="LoadSiteStage"/>.</summary>
internal sealed class SiteData
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true, NewLine = "\n" };

    private SiteData(SiteFacts facts, long[] times, float[][] values)
    {
        Facts = facts;
        Times = times;
        Values = values;
        Splits = DataSplits.Of(times.Length, facts.Train, facts.Validation, facts.Test, $"site {facts.Id}");
        Scaled = ScaledSeries.Fit(new SeriesTable(times, facts.Channels, values, SeriesClock.Ordinal), Splits.Train);
    }

    /// <summary>What the site is.</summary>
    public SiteFacts Facts { get; }

    /// <summary>[T] Unix milliseconds, or the steps' numbers.</summary>
    public long[] Times { get; }

    /// <summary>[C][T] in the channels' units, NaN where missing.</summary>
    public float[][] Values { get; }

    /// <summary>The parts.</summary>
    public DataSplits Splits { get; }

    /// <summary>The values beside their z-scores by the training part.</summary>
    public ScaledSeries Scaled { get; }

    /// <summary>What a package of this site carries.</summary>
    /// <param name="anomaly">Calibration of an anomaly model; null for a forecaster.</param>
    /// <returns>The content of <c>preprocessor.json</c>.</returns>
    public SeriesPreprocessor Preprocessor(AnomalyCalibration? anomaly = null) => new()
    {
        Channels = [.. Facts.Channels.Select((name, channel) => new SeriesChannel(name, Facts.Units[channel], Scaled.Means[channel], Scaled.Deviations[channel]))],
        IntervalSeconds = Facts.IntervalSeconds,
        Season = Facts.Season,
        Anomaly = anomaly,
    };

    /// <summary>Writes the site into a stage's output.</summary>
    /// <param name="folder">The output.</param>
    /// <param name="facts">What the site is.</param>
    /// <param name="table">Its series.</param>
    public static void Write(string folder, SiteFacts facts, SeriesTable table)
    {
        var values = table.Flatten(0, table.StepCount);
        SafetensorsWriter.Write(Path.Combine(folder, "series.safetensors"), new Dictionary<string, TensorData>
        {
            ["times"] = new(ElementType.I64, [table.StepCount], MemoryMarshal.AsBytes<long>(table.Times).ToArray()),
            ["values"] = TensorData.Of(values, table.ChannelCount, table.StepCount),
        });
        File.WriteAllText(Path.Combine(folder, "site.json"), JsonSerializer.Serialize(facts, Json));
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <param name="folder">The stage's output.</param>
    /// <returns>The site.</returns>
    public static SiteData Read(string folder)
    {
        var facts = JsonSerializer.Deserialize<SiteFacts>(File.ReadAllText(Path.Combine(folder, "site.json")), Json)!;
        using var file = SafetensorsFile.Open(Path.Combine(folder, "series.safetensors"));
        var times = MemoryMarshal.Cast<byte, long>(file["times"].Bytes.Span).ToArray();
        var values = file["values"].AsSingles();
        var channels = new float[facts.Channels.Count][];
        for (var channel = 0; channel < channels.Length; channel++)
        {
            channels[channel] = values.Slice(channel * times.Length, times.Length).ToArray();
        }

        return new SiteData(facts, times, channels);
    }
}

/// <summary>What a site is, beside its numbers.</summary>
internal sealed record SiteFacts
{
    /// <summary>Name in metrics.</summary>
    public required string Id { get; init; }

    /// <summary>[C] channel names.</summary>
    public required IReadOnlyList<string> Channels { get; init; }

    /// <summary>[C] units; null where unknown.</summary>
    public required IReadOnlyList<string?> Units { get; init; }

    /// <summary>Seconds from one step to the next; null when unknown.</summary>
    public required double? IntervalSeconds { get; init; }

    /// <summary>Steps of the main season; null when there is none.</summary>
    public required int? Season { get; init; }

    /// <summary>Whether times are Unix milliseconds (else numbers of steps).</summary>
    public required bool HasTimes { get; init; }

    /// <summary>First part, rows or share.</summary>
    public required double Train { get; init; }

    /// <summary>Next part, rows or share.</summary>
    public required double Validation { get; init; }

    /// <summary>Next part, rows or share.</summary>
    public required double Test { get; init; }
}
