using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pangu.Serving.Language;

/// <summary>Body of <c>POST /v1/completions</c>: OpenAI's members, and <c>top_k</c> and <c>min_p</c>.</summary>
internal sealed record CompletionBody
{
    /// <summary>Name of the model; may be left out when only one served here can generate.</summary>
    public string? Model { get; init; }

    /// <summary>A text, token ids, or a list of either.</summary>
    public required JsonElement Prompt { get; init; }

    /// <summary>Most tokens to make for each choice. Default 16, as OpenAI's.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>Divides the logits; 0 takes the likeliest token.</summary>
    public double? Temperature { get; init; }

    /// <summary>Keeps the likeliest tokens that together reach this probability.</summary>
    public double? TopP { get; init; }

    /// <summary>Keeps so many of the likeliest tokens; 0 for all.</summary>
    public int? TopK { get; init; }

    /// <summary>Drops what is less likely than this share of the likeliest.</summary>
    public double? MinP { get; init; }

    /// <summary>Choices for each prompt; choice i draws with seed + i.</summary>
    public int? N { get; init; }

    /// <summary>A text that ends the answer, or up to four.</summary>
    public JsonElement? Stop { get; init; }

    /// <summary>Seed of the draws; null for a new one each time.</summary>
    public long? Seed { get; init; }

    /// <summary>Whether the answer comes piece by piece.</summary>
    public bool? Stream { get; init; }

    /// <summary>What a stream holds besides.</summary>
    public CompletionStreamOptions? StreamOptions { get; init; }

    /// <summary>Who asks; changes nothing.</summary>
    public string? User { get; init; }

    /// <summary>Only false.</summary>
    public bool? Echo { get; init; }

    /// <summary>Only null.</summary>
    public JsonElement? Logprobs { get; init; }

    /// <summary>Only null.</summary>
    public string? Suffix { get; init; }

    /// <summary>Only as many as <see cref="N"/>.</summary>
    public int? BestOf { get; init; }

    /// <summary>Only 0.</summary>
    public double? PresencePenalty { get; init; }

    /// <summary>Only 0.</summary>
    public double? FrequencyPenalty { get; init; }

    /// <summary>Only empty.</summary>
    public JsonElement? LogitBias { get; init; }
}

/// <summary>What a stream holds besides its pieces.</summary>
internal sealed record CompletionStreamOptions
{
    /// <summary>Whether a last chunk says how many tokens it took.</summary>
    public bool? IncludeUsage { get; init; }
}

/// <summary>Answer of <c>POST /v1/completions</c>, and each chunk of a streamed one.</summary>
internal sealed record CompletionAnswer(string Id, string Object, long Created, string Model, IReadOnlyList<CompletionChoice> Choices)
{
    /// <summary>What it took; absent in chunks, except in the last one where the request asked for it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public CompletionUsage? Usage { get; init; }
}

/// <summary>One continuation, or a piece of one.</summary>
internal sealed record CompletionChoice(string Text, int Index, string? FinishReason)
{
    /// <summary>Always null.</summary>
    public string? Logprobs { get; init; }

    /// <summary>The tokens made; only where the prompt was given as token ids.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<int>? TokenIds { get; init; }
}

/// <summary>Tokens of all prompts and all choices together.</summary>
internal sealed record CompletionUsage(int PromptTokens, int CompletionTokens, int TotalTokens);

/// <summary>JSON of the endpoint: snake case, unknown members are errors, nulls are written.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false)]
[JsonSerializable(typeof(CompletionBody))]
[JsonSerializable(typeof(CompletionAnswer))]
internal sealed partial class CompletionJson : JsonSerializerContext;
