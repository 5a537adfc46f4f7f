using System.Text.Json.Serialization;

namespace Pangu.Core;

/// <summary>How far a model has come from broad data to one job: L0, L1 and L2 in prose.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Tier>))]
public enum Tier
{
    /// <summary>L0: learned from broad data.</summary>
    [JsonStringEnumMemberName("foundation")] Foundation,

    /// <summary>L1: a foundation model taken further on an industry's data.</summary>
    [JsonStringEnumMemberName("industry")] Industry,

    /// <summary>L2: one job.</summary>
    [JsonStringEnumMemberName("scenario")] Scenario,
}
