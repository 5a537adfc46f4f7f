using Pangu.Core;
using Pangu.Modalities.Text;

namespace Pangu.Inference;

/// <summary>Continues text with a language model: a Pangu package, or a Hugging Face folder of an architecture that can be imported. Safe for many callers at once; each has a session of its own.</summary>
public sealed class TextGenerator : ITextGenerator
{
    private readonly CompiledTokenNetwork _network;
    private readonly SessionPool _sessions;
    private readonly ITextTokenizer? _tokenizer;
    private readonly string _whyNoTokenizer;
    private readonly TimeProvider _time = TimeProvider.System;

    private TextGenerator(CompiledTokenNetwork network, TextPreprocessor texts, (ITextTokenizer? Tokenizer, string? WhyNone) words, int threads)
    {
        var tokenizer = words.Tokenizer;
        if (tokenizer?.Vocabulary > network.Vocabulary)
        {
            throw PanguException.Usage("tokenizer-vocabulary", $"The tokenizer has {tokenizer.Vocabulary} tokens but the model {network.Vocabulary}; they do not belong together.");
        }

        _network = network;
        _sessions = new SessionPool(network, threads);
        _tokenizer = tokenizer;
        _whyNoTokenizer = words.WhyNone ?? "";
        Traits = new TextGeneratorTraits(tokenizer?.Vocabulary ?? network.Vocabulary, network.MaxTokens)
        {
            HasTokenizer = tokenizer is not null,
            WeightBytes = network.WeightBytes,
            TrainedTokens = texts.TrainedTokens,
            EndIds = texts.EndIds,
        };
    }

    /// <inheritdoc/>
    public TextGeneratorTraits Traits { get; }

    /// <summary>Loads a model.</summary>
    /// <param name="folder">A package (<c>config.json</c>, <c>model.safetensors</c>, <c>tokenizer.json</c>), or a Hugging Face folder; without a tokenizer that can be read it works with token ids alone.</param>
    /// <param name="threads">Threads that share the large products of one request; 0 for as many as there are processors. Small models use one whatever this says.</param>
    /// <returns>The generator; the caller disposes it.</returns>
    /// <exception cref="PanguException">The folder is neither, its weights do not fit, or it is no language model.</exception>
    public static TextGenerator Load(string folder, int threads = 0) => LanguagePackage.Open(
        folder, model => new TextGenerator(CompiledTokenNetwork.Of(model.Config, model.Weights), model.Texts, LanguagePackage.Tokenizer(model.Folder), threads));

    /// <summary>Compiles a model that is in memory.</summary>
    /// <param name="model">The model; sound (<see cref="ModelConfig.Validate"/>).</param>
    /// <param name="weights">Every slot; copied.</param>
    /// <param name="tokenizer">Its tokenizer; null to work with token ids alone.</param>
    /// <param name="threads">Threads that share the large products of one request; 0 for as many as there are processors.</param>
    /// <returns>The generator; the caller disposes it.</returns>
    /// <exception cref="PanguException">It is no language model, or the tokenizer does not fit.</exception>
    public static TextGenerator Create(ModelConfig model, IReadOnlyDictionary<string, TensorData> weights, ITextTokenizer? tokenizer, int threads = 0)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(weights);
        return new TextGenerator(CompiledTokenNetwork.Of(model, weights), new TextPreprocessor(), (tokenizer, "The model was given no tokenizer."), threads);
    }

    /// <inheritdoc/>
    public int[] Encode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return RequireTokenizer().Encode(text);
    }

    /// <inheritdoc/>
    public string Decode(ReadOnlySpan<int> ids)
    {
        var tokenizer = RequireTokenizer();
        CheckIds(ids);
        return tokenizer.Decode(ids);
    }

    /// <inheritdoc/>
    public IEnumerable<TextPiece> Generate(TextRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        RequestCheck.Require(request, Traits);
        int[] prompt = request.Prompt is { } text ? Encode(text) : [.. request.PromptIds!];
        CheckIds(prompt);
        if (prompt.Length == 0)
        {
            throw PanguException.Usage("generate-prompt", "The prompt is empty; expected one token at least for the model to go on from.");
        }

        CheckLength(prompt.Length, "generate-length", "The prompt");
        return Run(request, prompt, cancellationToken);
    }

    /// <inheritdoc/>
    public float[] Score(ReadOnlyMemory<int> ids, CancellationToken cancellationToken = default)
    {
        CheckIds(ids.Span);
        if (ids.Length < 2)
        {
            return ids.Length == 1 ? [] : throw PanguException.Usage("score-window", "The window is empty; expected one token at least.");
        }

        CheckLength(ids.Length - 1, "score-window", "The window without its last token");
        var session = _sessions.Rent(ids.Length - 1);
        try
        {
            var scores = new float[ids.Length - 1];
            session.Score(ids.Span, scores, cancellationToken);
            return scores;
        }
        finally
        {
            _sessions.Return(session);
        }
    }

    /// <summary>Logits after every token of a window.</summary>
    /// <param name="ids">Token ids, T of them, at least 1.</param>
    /// <returns>[T, V] row-major, V the number of tokens that the model knows (which may be more than the tokenizer has).</returns>
    /// <exception cref="PanguException">An id is not in the vocabulary, or the window is longer than the model takes.</exception>
    public float[] Logits(ReadOnlyMemory<int> ids)
    {
        CheckIds(ids.Span);
        if (ids.Length == 0)
        {
            throw PanguException.Usage("score-window", "The window is empty; expected one token at least.");
        }

        CheckLength(ids.Length, "score-window", "The window");
        var logits = new float[checked(ids.Length * _network.Vocabulary)];
        new TokenSession(_network, ids.Length, ids.Length).ReadAll(ids.Span, logits, null);
        return logits;
    }

    /// <inheritdoc/>
    public void Dispose() => _sessions.Dispose();

    private IEnumerable<TextPiece> Run(TextRequest request, int[] prompt, CancellationToken cancellationToken)
    {
        var capacity = (int)Math.Min(Traits.MaxTokens ?? int.MaxValue, (long)prompt.Length + request.MaxTokens);
        var session = _sessions.Rent(capacity);
        try
        {
            var answer = new Answer(request, Traits, _tokenizer);
            var started = _time.GetTimestamp();
            session.Read(prompt, cancellationToken);
            var promptSeconds = _time.GetElapsedTime(started).TotalSeconds;
            var decodeSeconds = 0.0;
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                started = _time.GetTimestamp();
                var piece = answer.Next(session, capacity);
                decodeSeconds += _time.GetElapsedTime(started).TotalSeconds;
                if (answer.Reason is { } reason)
                {
                    yield return piece with { Finish = new TextFinish(reason, prompt.Length, answer.Count) { PromptSeconds = promptSeconds, DecodeSeconds = decodeSeconds } };
                    yield break;
                }

                yield return piece;
            }
        }
        finally
        {
            _sessions.Return(session);
        }
    }

    private ITextTokenizer RequireTokenizer() => _tokenizer
        ?? throw PanguException.Usage("tokenizer-none", $"The model works with token ids alone. {_whyNoTokenizer}");

    private void CheckIds(ReadOnlySpan<int> ids)
    {
        for (var i = 0; i < ids.Length; i++)
        {
            if ((uint)ids[i] >= (uint)Traits.Vocabulary)
            {
                throw PanguException.Usage("token-id", $"Token {i} has the id {ids[i]}, expected 0 to {Traits.Vocabulary - 1}.");
            }
        }
    }

    private void CheckLength(int tokens, string code, string what)
    {
        if (tokens > Traits.MaxTokens)
        {
            throw PanguException.Usage(code, $"{what} has {tokens} tokens, expected at most {Traits.MaxTokens}: the model has a learned row for that many positions and no more.");
        }
    }
}
