using System.Text.Json.Serialization;

namespace Pangu.Core;

/// <summary>What kind of data a model is about.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Family>))]
public enum Family
{
    /// <summary>Text.</summary>
    [JsonStringEnumMemberName("language")] Language,

    /// <summary>Pictures.</summary>
    [JsonStringEnumMemberName("vision")] Vision,

    /// <summary>Series and tables.</summary>
    [JsonStringEnumMemberName("prediction")] Prediction,

    /// <summary>Text with pictures, speech or graphics.</summary>
    [JsonStringEnumMemberName("multimodal")] Multimodal,

    /// <summary>Weather fields and molecules.</summary>
    [JsonStringEnumMemberName("science")] Science,
}
