using System.Text.Json;
using System.Text.Json.Serialization;
using Pangu.Core;

namespace Pangu.Modalities.Series;

/// <summary>What a series package needs to know of its data; stored as <c>preprocessor.json</c>, the same in training and serving.</summary>
public sealed record SeriesPreprocessor
{
    /// <summary>The channels the model was made for, in order; empty when any channels will do (foundation models).</summary>
    public IReadOnlyList<SeriesChannel> Channels { get; init; } = [];

    /// <summary>Seconds from one step to the next in the data it was made for; null when any interval will do.</summary>
    public double? IntervalSeconds { get; init; }

    /// <summary>Steps of the main season (24 for hourly data with a daily season); null when unknown.</summary>
    public int? Season { get; init; }

    /// <summary>How an anomaly model scores and where it draws the line; null for a forecaster.</summary>
    public AnomalyCalibration? Anomaly { get; init; }

    /// <summary>Writes the file's text.</summary>
    /// <returns>Indented JSON, LF line ends.</returns>
    public string ToJson() => JsonSerializer.Serialize(this, SeriesPreprocessorJson.Default.SeriesPreprocessor);

    /// <summary>Reads the file's text.</summary>
    /// <param name="json">JSON text.</param>
    /// <param name="source">What is being read, for error messages.</param>
    /// <returns>The settings.</returns>
    /// <exception cref="PanguException">The text is not a series preprocessor.</exception>
    public static SeriesPreprocessor Read(string json, string source)
    {
        try
        {
            return JsonSerializer.Deserialize(json, SeriesPreprocessorJson.Default.SeriesPreprocessor) ?? throw PanguException.Usage("preprocessor", $"{source} is null; expected an object.");
        }
        catch (JsonException exception)
        {
            throw new PanguException(ErrorKind.Usage, "preprocessor", $"{source} could not be read as a series preprocessor: {exception.Message}", exception);
        }
    }
}

/// <summary>One channel of the data a model was made for.</summary>
/// <param name="Name">Column name.</param>
/// <param name="Unit">Unit; null when unknown.</param>
/// <param name="Mean">Mean over the training part, in the channel's unit.</param>
/// <param name="Deviation">Population standard deviation over the training part; 1 where the channel is constant.</param>
public sealed record SeriesChannel(string Name, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Unit, double Mean, double Deviation);

/// <summary>How an anomaly model scores a step and where it draws the line.</summary>
/// <remarks>
/// The score of a step is the mean over channels of |value - forecast| / scale of the channel, the forecast made <see cref="Stride"/> steps at a time from the history before them;
/// missing values do not count.
/// </remarks>
public sealed record AnomalyCalibration
{
    /// <summary>Steps forecast at once before the window moves on.</summary>
    public required int Stride { get; init; }

    /// <summary>Typical forecast error of each channel on healthy data, in z-scored units.</summary>
    public required IReadOnlyList<double> Scales { get; init; }

    /// <summary>Steps over which scores are averaged (a trailing window that includes the step itself). Default 1.</summary>
    public int Smoothing { get; init; } = 1;

    /// <summary>A step is flagged when its score is at least this.</summary>
    public required double Threshold { get; init; }

    /// <summary>Share of healthy steps that the threshold was set to flag.</summary>
    public required double FalseAlarmRate { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    WriteIndented = true,
    NewLine = "\n")]
[JsonSerializable(typeof(SeriesPreprocessor))]
internal sealed partial class SeriesPreprocessorJson : JsonSerializerContext;
