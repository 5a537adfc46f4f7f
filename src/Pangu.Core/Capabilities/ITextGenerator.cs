using System.Text.Json.Serialization;

namespace Pangu.Core;

/// <summary>Continues text, and says how likely a text is. Implementations are safe for many callers at once.</summary>
public interface ITextGenerator : IDisposable
{
    /// <summary>What the model takes and gives.</summary>
    TextGeneratorTraits Traits { get; }

    /// <summary>Turns text into token ids.</summary>
    /// <param name="text">Any text.</param>
    /// <returns>Ids below <see cref="TextGeneratorTraits.Vocabulary"/>.</returns>
    /// <exception cref="PanguException">The model came without a tokenizer that can be read, or the text holds something that the tokenizer cannot say.</exception>
    int[] Encode(string text);

    /// <summary>Turns token ids into text.</summary>
    /// <param name="ids">Token ids.</param>
    /// <returns>The text; half characters at its ends become U+FFFD.</returns>
    /// <exception cref="PanguException">The model came without a tokenizer that can be read, or an id is not in the vocabulary.</exception>
    string Decode(ReadOnlySpan<int> ids);

    /// <summary>Continues a prompt, piece by piece. Equal requests give equal pieces.</summary>
    /// <param name="request">The prompt and how to go on from it; checked before this returns.</param>
    /// <param name="cancellationToken">Stops between tokens.</param>
    /// <returns>Pieces, computed while they are enumerated (the caller's thread does the work; enumerate once). The last one, and only it, has <see cref="TextPiece.Finish"/>. Memory of the session is given back when the enumeration ends or is disposed.</returns>
    /// <exception cref="PanguException">The request does not fit <see cref="Traits"/>.</exception>
    IEnumerable<TextPiece> Generate(TextRequest request, CancellationToken cancellationToken = default);

    /// <summary>How unlikely each token of a window is to the model, given the tokens before it in the window.</summary>
    /// <param name="ids">Token ids, T of them, at least 1; the last is a target alone and is not read.</param>
    /// <param name="cancellationToken">Stops between pieces.</param>
    /// <returns>[T - 1] negative log-likelihoods in nats: entry i is that of <c>ids[i + 1]</c> given <c>ids[..(i + 1)]</c>.</returns>
    /// <exception cref="PanguException">An id is not in the vocabulary, or the window is longer than the model takes.</exception>
    float[] Score(ReadOnlyMemory<int> ids, CancellationToken cancellationToken = default);
}

/// <summary>What a text generator takes and gives.</summary>
/// <param name="Vocabulary">V; ids are 0 .. V - 1.</param>
/// <param name="MaxTokens">Most tokens that the model can read in one sequence (rows of a learned table of positions); null where nothing limits them. The last token of an answer or of a scored window need not be read, so there may be one more.</param>
public sealed record TextGeneratorTraits(int Vocabulary, int? MaxTokens)
{
    /// <summary>Tokens of the windows that the model was trained on, beyond which it may get worse; null where it is not known.</summary>
    public int? TrainedTokens { get; init; }

    /// <summary>Whether the model has a tokenizer that can be read: text in and out. False: token ids only.</summary>
    public bool HasTokenizer { get; init; }

    /// <summary>Ids that end a text; generation stops at them unless the request names others.</summary>
    public IReadOnlyList<int> EndIds { get; init; } = [];

    /// <summary>Bytes of the weights as they are held in memory, which every token reads; 0 where it is not known.</summary>
    public long WeightBytes { get; init; }
}

/// <summary>A prompt and how to go on from it. Exactly one of <see cref="Prompt"/> and <see cref="PromptIds"/> is given.</summary>
public sealed record TextRequest
{
    /// <summary>The prompt as text, at least one token long.</summary>
    public string? Prompt { get; init; }

    /// <summary>The prompt as token ids, at least one.</summary>
    public IReadOnlyList<int>? PromptIds { get; init; }

    /// <summary>Most tokens to make, 0 or more. Default 128.</summary>
    public int MaxTokens { get; init; } = 128;

    /// <summary>How tokens are chosen.</summary>
    public SamplingOptions Sampling { get; init; } = new();

    /// <summary>Texts that end the answer, wherever token borders fall; neither they nor what follows is given out. Not empty strings. Default none.</summary>
    public IReadOnlyList<string> StopTexts { get; init; } = [];

    /// <summary>Ids that end the answer and are not given out; null for the model's own <see cref="TextGeneratorTraits.EndIds"/>, empty for none.</summary>
    public IReadOnlyList<int>? StopIds { get; init; }
}

/// <summary>How a token is chosen from the logits. Order: temperature, top-k, top-p, min-p; each sees what the one before left.</summary>
public sealed record SamplingOptions
{
    /// <summary>Divides the logits; 0 takes the first of the greatest. Default 1.</summary>
    public double Temperature { get; init; } = 1;

    /// <summary>Keeps the k greatest, and all that equal the k-th; 0 for all. Default 0.</summary>
    public int TopK { get; init; }

    /// <summary>Keeps the likeliest that together reach this probability, from 0 to 1; 1 for all. Default 1.</summary>
    public double TopP { get; init; } = 1;

    /// <summary>Drops what is less likely than this share of the likeliest, from 0 to 1; 0 for none. Default 0.</summary>
    public double MinP { get; init; }

    /// <summary>Seed of the choices. Default 0.</summary>
    public ulong Seed { get; init; }

    /// <summary>Problems of these options.</summary>
    /// <returns>Messages that name the option, its value and what it may be; empty when they are sound.</returns>
    public IEnumerable<string> Validate()
    {
        if (!double.IsFinite(Temperature) || Temperature < 0)
        {
            yield return FormattableString.Invariant($"temperature is {Temperature}; expected 0 (always the likeliest token) or more");
        }

        if (TopK < 0)
        {
            yield return FormattableString.Invariant($"top-k is {TopK}; expected 0 (off) or more");
        }

        if (TopP is not (> 0 and <= 1))
        {
            yield return FormattableString.Invariant($"top-p is {TopP}; expected above 0 and at most 1 (off)");
        }

        if (MinP is not (>= 0 and <= 1))
        {
            yield return FormattableString.Invariant($"min-p is {MinP}; expected 0 (off) to 1");
        }
    }
}

/// <summary>A piece of an answer.</summary>
/// <param name="Text">Text that is settled by now; may be empty (half a character so far, or what may be the beginning of a stop text). Always empty where the model has no tokenizer.</param>
/// <param name="Ids">Tokens made since the last piece. They run ahead of the text where some of it is held back, and hold the tokens of a stop text that the text leaves out.</param>
/// <param name="Finish">How the answer ended; null for all pieces but the last.</param>
public sealed record TextPiece(string Text, IReadOnlyList<int> Ids, TextFinish? Finish = null);

/// <summary>How an answer ended and what it took.</summary>
/// <param name="Reason">Why it ended.</param>
/// <param name="PromptTokens">Tokens of the prompt.</param>
/// <param name="CompletionTokens">Tokens made, one that ended the answer among them.</param>
public sealed record TextFinish(FinishReason Reason, int PromptTokens, int CompletionTokens)
{
    /// <summary>Seconds until the prompt was read.</summary>
    public double PromptSeconds { get; init; }

    /// <summary>Seconds for all made tokens, the time between pieces left out.</summary>
    public double DecodeSeconds { get; init; }

    /// <summary>Tokens of the prompt a second; 0 where none was measured.</summary>
    public double PromptTokensPerSecond => PromptSeconds > 0 ? PromptTokens / PromptSeconds : 0;

    /// <summary>Made tokens a second; 0 where none was measured.</summary>
    public double DecodeTokensPerSecond => DecodeSeconds > 0 ? CompletionTokens / DecodeSeconds : 0;
}

/// <summary>Why an answer ended.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FinishReason>))]
public enum FinishReason
{
    /// <summary>A stop text or a token that ends texts.</summary>
    [JsonStringEnumMemberName("stop")] Stop,

    /// <summary>As many tokens as were asked for, or as the model takes.</summary>
    [JsonStringEnumMemberName("length")] Length,
}
