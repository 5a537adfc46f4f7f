using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Pangu.Core;

/// <summary>The embedder and head types of one family, as its registration names them in JSON.</summary>
/// <param name="Resolver">Source-generated JSON metadata of the types.</param>
/// <param name="Embedders">Discriminator and type of each embedder.</param>
/// <param name="Heads">Discriminator and type of each head.</param>
public sealed record ConfigTypes(IJsonTypeInfoResolver Resolver, IReadOnlyList<JsonDerivedType> Embedders, IReadOnlyList<JsonDerivedType> Heads);

/// <summary>Reads and writes <see cref="ModelConfig"/> as JSON for the families it was given. Safe for many callers.</summary>
public sealed class ModelConfigJson
{
    private readonly JsonTypeInfo<ModelConfig> _typeInfo;

    /// <summary>Makes a reader and writer.</summary>
    /// <param name="families">The families whose embedders and heads it knows.</param>
    public ModelConfigJson(params IReadOnlyList<ConfigTypes> families)
    {
        var resolver = JsonTypeInfoResolver.Combine([CoreJsonContext.Default, .. families.Select(family => family.Resolver)])
            .WithAddedModifier(typeInfo =>
            {
                if (typeInfo.Type == typeof(Embedder))
                {
                    typeInfo.PolymorphismOptions = Polymorphism(families.SelectMany(family => family.Embedders));
                }
                else if (typeInfo.Type == typeof(Head))
                {
                    typeInfo.PolymorphismOptions = Polymorphism(families.SelectMany(family => family.Heads));
                }
                else if (typeInfo.Type == typeof(Attention))
                {
                    // Packages written before there were other sources of queries stay as they are, and so do their hashes.
                    typeInfo.Properties.Single(property => property.PropertyType == typeof(QuerySource)).ShouldSerialize = (_, value) => value is not OwnTokens;
                }
            });
        var options = new JsonSerializerOptions(CoreJsonContext.Default.Options) { TypeInfoResolver = resolver };
        options.MakeReadOnly();
        _typeInfo = (JsonTypeInfo<ModelConfig>)options.GetTypeInfo(typeof(ModelConfig));
    }

    /// <summary>Writes a config.</summary>
    /// <param name="config">The config.</param>
    /// <returns>A JSON object.</returns>
    public JsonElement Write(ModelConfig config) => JsonSerializer.SerializeToElement(config, _typeInfo);

    /// <summary>Reads a config and validates it.</summary>
    /// <param name="json">A JSON object.</param>
    /// <param name="source">What is being read, for error messages.</param>
    /// <returns>A sound config.</returns>
    /// <exception cref="PanguException">Unknown members or kinds, or settings that do not fit together.</exception>
    public ModelConfig Read(JsonElement json, string source)
    {
        ModelConfig config;
        try
        {
            config = json.Deserialize(_typeInfo) ?? throw PanguException.Usage("model-config", $"The model config of {source} is null; expected an object.");
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException)
        {
            throw new PanguException(ErrorKind.Usage, "model-config", $"The model config of {source} could not be read: {exception.Message}", exception);
        }

        var problems = config.Validate();
        return problems.Count == 0
            ? config
            : throw new PanguException(ErrorKind.Usage, "model-config", $"The model config of {source} has {problems.Count} problem(s).", [.. problems.Select(problem => new Problem(source, null, problem))]);
    }

    private static JsonPolymorphismOptions Polymorphism(IEnumerable<JsonDerivedType> types)
    {
        var options = new JsonPolymorphismOptions { TypeDiscriminatorPropertyName = "kind", UnknownDerivedTypeHandling = JsonUnknownDerivedTypeHandling.FailSerialization };
        foreach (var type in types)
        {
            options.DerivedTypes.Add(type);
        }

        return options;
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowOutOfOrderMetadataProperties = true,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    WriteIndented = true,
    NewLine = "\n")]
[JsonSerializable(typeof(ModelConfig))]
[JsonSerializable(typeof(Card))]
internal sealed partial class CoreJsonContext : JsonSerializerContext;

/// <summary>Reads and writes cards as JSON.</summary>
public static class CardJson
{
    /// <summary>Writes a card.</summary>
    /// <param name="card">The card.</param>
    /// <returns>Indented JSON, LF line ends.</returns>
    public static string Write(Card card) => JsonSerializer.Serialize(card, CoreJsonContext.Default.Card);

    /// <summary>Reads a card.</summary>
    /// <param name="json">JSON text.</param>
    /// <param name="source">What is being read, for error messages.</param>
    /// <returns>The card.</returns>
    /// <exception cref="PanguException">The text is no card.</exception>
    public static Card Read(string json, string source)
    {
        try
        {
            return JsonSerializer.Deserialize(json, CoreJsonContext.Default.Card) ?? throw PanguException.Usage("card", $"The card {source} is null; expected an object.");
        }
        catch (JsonException exception)
        {
            throw new PanguException(ErrorKind.Usage, "card", $"The card {source} could not be read: {exception.Message}", exception);
        }
    }
}
