using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Pangu.Core;

/// <summary>A table of token vectors, and where there is one a learned table of positions: ids [B, T] become tokens[id] + positions[place], [B, T, D].</summary>
public sealed record TokenEmbedder : Embedder
{
    /// <inheritdoc/>
    public override required int Width { get; init; }

    /// <summary>Number of token ids V.</summary>
    public required int Vocabulary { get; init; }

    /// <summary>Rows of a learned table of absolute positions, which is then the longest sequence; 0 for no such table. Default 0.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Positions { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<Slot> Slots() =>
    [
        new Slot("embedder.tokens", [Vocabulary, Width], new Initial.Normal(0.02)),
        .. Positions > 0 ? [new Slot("embedder.positions", [Positions, Width], new Initial.Normal(0.02))] : Array.Empty<Slot>(),
    ];

    /// <inheritdoc/>
    public override double ForwardFlops(int tokens) => 0;

    /// <inheritdoc/>
    public override IEnumerable<string> Validate()
    {
        if (Width < 1 || Vocabulary < 1)
        {
            yield return $"embedder has width {Width} and vocabulary {Vocabulary}; both must be at least 1";
        }

        if (Positions < 0)
        {
            yield return $"embedder.positions is {Positions}; it must be at least 0 (no table)";
        }
    }
}

/// <summary>Logits over the next token: [B, T, D] become [B, T, V].</summary>
public sealed record NextTokenHead : Head
{
    /// <summary>Whether the projection is the embedder's table. Default false.</summary>
    public bool Tied { get; init; }

    /// <summary>Whether the projection has a bias. Default false.</summary>
    public bool Bias { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<Slot> Slots(ModelConfig model) => Tied
        ? []
        : Slot.Linear("head.projection", ((TokenEmbedder)model.Embedder).Vocabulary, model.Embedder.Width, Bias);

    /// <inheritdoc/>
    public override double ForwardFlops(ModelConfig model, int tokens) => 2.0 * tokens * model.Embedder.Width * ((TokenEmbedder)model.Embedder).Vocabulary;

    /// <inheritdoc/>
    public override IEnumerable<string> Validate(ModelConfig model)
    {
        if (model.Embedder is not TokenEmbedder)
        {
            yield return $"head.kind is next-token but embedder is {model.Embedder.GetType().Name}; it needs a token embedder";
        }

        if (Tied && Bias)
        {
            yield return "head.tied and head.bias are both true; a tied projection has no bias of its own";
        }
    }
}

/// <summary>The language family's embedders and heads.</summary>
public static class LanguageConfigTypes
{
    /// <summary>The registration of the family's config types.</summary>
    /// <returns>Embedder <c>tokens</c>; head <c>next-token</c>.</returns>
    public static ConfigTypes Create() => new(
        LanguageJsonContext.Default,
        [new JsonDerivedType(typeof(TokenEmbedder), "tokens")],
        [new JsonDerivedType(typeof(NextTokenHead), "next-token")]);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowOutOfOrderMetadataProperties = true)]
[JsonSerializable(typeof(TokenEmbedder))]
[JsonSerializable(typeof(NextTokenHead))]
internal sealed partial class LanguageJsonContext : JsonSerializerContext;
