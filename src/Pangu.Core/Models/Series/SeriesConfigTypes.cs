using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Pangu.Core;

/// <summary>The series family's embedders and heads.</summary>
public static class SeriesConfigTypes
{
    /// <summary>The registration of the family's config types.</summary>
    /// <returns>Embedder <c>series</c>; heads <c>forecast</c> and <c>reconstruction</c>.</returns>
    public static ConfigTypes Create() => new(
        SeriesJsonContext.Default,
        [new JsonDerivedType(typeof(SeriesEmbedder), "series")],
        [new JsonDerivedType(typeof(ForecastHead), "forecast"), new JsonDerivedType(typeof(ReconstructionHead), "reconstruction")]);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowOutOfOrderMetadataProperties = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(SeriesEmbedder))]
[JsonSerializable(typeof(ForecastHead))]
[JsonSerializable(typeof(ReconstructionHead))]
internal sealed partial class SeriesJsonContext : JsonSerializerContext;
