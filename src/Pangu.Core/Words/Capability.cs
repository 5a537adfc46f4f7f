using System.Text.Json.Serialization;

namespace Pangu.Core;

/// <summary>What a model can be asked; decides the command-line verb and the HTTP endpoint.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Capability>))]
public enum Capability
{
    /// <summary>Continue a text.</summary>
    [JsonStringEnumMemberName("generate")] Generate,

    /// <summary>Continue series into the future, with quantiles (<see cref="IForecaster"/>).</summary>
    [JsonStringEnumMemberName("forecast")] Forecast,

    /// <summary>Score how unusual each point of a series is (<see cref="IAnomalyDetector"/>).</summary>
    [JsonStringEnumMemberName("detect-anomaly")] DetectAnomaly,

    /// <summary>Fill in masked parts of a series; what a pre-trained encoder does before it has a job.</summary>
    [JsonStringEnumMemberName("reconstruct")] Reconstruct,
}
