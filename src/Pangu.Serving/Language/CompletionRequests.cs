using System.Text.Json;
using Pangu.Core;

namespace Pangu.Serving.Language;

/// <summary>Turns a body into requests for the generator, one a choice, and refuses by name what cannot be honoured.</summary>
internal static class CompletionRequests
{
    // OpenAI's numbers.
    private const int MostStops = 4;
    private const int DefaultTokens = 16;

    /// <summary>The requests, choices of one prompt next to each other.</summary>
    /// <param name="body">The body.</param>
    /// <param name="engine">Counts the tokens of prompts.</param>
    /// <param name="limits">What one request may ask for.</param>
    /// <param name="newSeed">A seed where the body gives none.</param>
    /// <exception cref="RequestException">Something cannot be honoured.</exception>
    public static IReadOnlyList<TextRequest> Read(CompletionBody body, ITextGenerator engine, ServerLimits limits, Func<ulong> newSeed)
    {
        RefuseWhatIsNotThere(body);
        var prompts = Prompts(body.Prompt, engine);
        var each = body.N ?? 1;
        if (each < 1 || prompts.Count < 1 || (long)each * prompts.Count > limits.Choices)
        {
            throw RequestException.Bad("choices", "n", $"The request asks for {prompts.Count} prompts with {each} choices each; expected 1 to {limits.Choices} together.");
        }

        var tokens = body.MaxTokens ?? DefaultTokens;
        if (tokens < 0 || tokens > limits.CompletionTokens)
        {
            throw RequestException.Bad("max-tokens", "max_tokens", $"\"max_tokens\" is {tokens}; expected 0 to {limits.CompletionTokens}.");
        }

        foreach (var prompt in prompts)
        {
            RequireLength(prompt.Count, engine.Traits, limits);
        }

        var stops = Stops(body.Stop);
        var sampling = Sampling(body, newSeed);
        return [.. prompts.SelectMany(prompt => Enumerable.Range(0, each).Select(index => new TextRequest
        {
            PromptIds = prompt,
            MaxTokens = tokens,
            StopTexts = stops,
            Sampling = sampling with { Seed = unchecked(sampling.Seed + (ulong)index) },
        }))];
    }

    /// <summary>Whether the prompt was given as token ids.</summary>
    public static bool IsIds(JsonElement prompt) => prompt.ValueKind == JsonValueKind.Array && prompt.GetArrayLength() > 0 && prompt[0].ValueKind is JsonValueKind.Number or JsonValueKind.Array;

    private static void RequireLength(int tokens, TextGeneratorTraits traits, ServerLimits limits)
    {
        if (tokens < 1)
        {
            throw RequestException.Bad("prompt", "prompt", "A prompt is empty; it needs at least one token.");
        }

        var most = Math.Min(limits.PromptTokens, traits.MaxTokens ?? int.MaxValue);
        if (tokens > most)
        {
            throw RequestException.Bad("context_length_exceeded", "prompt", $"A prompt has {tokens} tokens; this {(most == traits.MaxTokens ? "model" : "server")} takes at most {most}.");
        }
    }

    private static SamplingOptions Sampling(CompletionBody body, Func<ulong> newSeed)
    {
        var options = new SamplingOptions { Seed = body.Seed is { } seed ? unchecked((ulong)seed) : newSeed() };
        options = options with
        {
            Temperature = body.Temperature ?? options.Temperature,
            TopP = body.TopP ?? options.TopP,
            TopK = body.TopK ?? options.TopK,
            MinP = body.MinP ?? options.MinP,
        };
        return options.Validate().FirstOrDefault() is { } problem ? throw RequestException.Bad("sampling", problem.Split(' ')[0].Replace('-', '_'), problem + ".") : options;
    }

    private static List<IReadOnlyList<int>> Prompts(JsonElement prompt, ITextGenerator engine)
    {
        switch (prompt.ValueKind)
        {
            case JsonValueKind.String:
                return [engine.Encode(prompt.GetString()!)];
            case JsonValueKind.Array when prompt.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String):
                return [.. prompt.EnumerateArray().Select(item => engine.Encode(item.GetString()!))];
            case JsonValueKind.Array when prompt.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Number):
                return [Ids(prompt, engine.Traits)];
            case JsonValueKind.Array when prompt.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Array):
                return [.. prompt.EnumerateArray().Select(item => Ids(item, engine.Traits))];
            default:
                throw RequestException.Bad("prompt", "prompt", "\"prompt\" is neither a text nor token ids nor a list of either.");
        }
    }

    private static List<int> Ids(JsonElement list, TextGeneratorTraits traits)
    {
        var ids = new List<int>();
        foreach (var item in list.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt32(out var id) || id < 0 || id >= traits.Vocabulary)
            {
                throw RequestException.Bad("prompt", "prompt", $"\"prompt\" holds {item.GetRawText()}; token ids of this model are 0 to {traits.Vocabulary - 1}.");
            }

            ids.Add(id);
        }

        return ids;
    }

    private static IReadOnlyList<string> Stops(JsonElement? stop)
    {
        if (stop is not { ValueKind: not JsonValueKind.Null } value)
        {
            return [];
        }

        JsonElement[] items = value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : [value];
        return items.Length <= MostStops && items.All(item => item.ValueKind == JsonValueKind.String && item.GetString()!.Length > 0)
            ? [.. items.Select(item => item.GetString()!)]
            : throw RequestException.Bad("stop", "stop", $"\"stop\" is {value.GetRawText()}; expected a text that is not empty, or up to {MostStops} of them.");
    }

    private static void RefuseWhatIsNotThere(CompletionBody body)
    {
        Refuse(body.Echo is true, "echo", "false");
        Refuse(body.Logprobs is { ValueKind: not (JsonValueKind.Null or JsonValueKind.False) }, "logprobs", "null");
        Refuse(!string.IsNullOrEmpty(body.Suffix), "suffix", "null");
        Refuse(body.BestOf is { } best && best != (body.N ?? 1), "best_of", "as many as n");
        Refuse(body.PresencePenalty is not (null or 0), "presence_penalty", "0");
        Refuse(body.FrequencyPenalty is not (null or 0), "frequency_penalty", "0");
        Refuse(body.LogitBias is { ValueKind: not JsonValueKind.Null } bias && !(bias.ValueKind == JsonValueKind.Object && !bias.EnumerateObject().Any()), "logit_bias", "null");
        Refuse(body.StreamOptions is not null && body.Stream is not true, "stream_options", "null where stream is not true");
    }

    private static void Refuse(bool wrong, string member, string supported)
    {
        if (wrong)
        {
            throw RequestException.Bad("not-supported", member, $"\"{member}\" is not supported here beyond {supported}.");
        }
    }
}
