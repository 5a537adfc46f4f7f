using System.Text.Json;
using System.Text.Json.Serialization;
using Pangu.Serving.Catalogue;
using Pangu.Serving.Prediction;

namespace Pangu.Serving.Http;

/// <summary>JSON of requests and answers: snake case, unknown members are errors.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false)]
[JsonSerializable(typeof(ErrorAnswer))]
[JsonSerializable(typeof(HealthAnswer))]
[JsonSerializable(typeof(ModelList))]
[JsonSerializable(typeof(ForecastBody))]
[JsonSerializable(typeof(ForecastAnswer))]
[JsonSerializable(typeof(FeatureForecastBody))]
[JsonSerializable(typeof(FeatureForecastAnswer))]
[JsonSerializable(typeof(AnomalyBody))]
[JsonSerializable(typeof(AnomalyAnswer))]
internal sealed partial class ApiJson : JsonSerializerContext
{
    /// <summary>Reads a member of a body that was parsed already.</summary>
    public static T Read<T>(JsonElement body, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
        where T : class => body.Deserialize(type) ?? throw RequestException.Bad("json", null, "The body is null; expected an object.");
}
