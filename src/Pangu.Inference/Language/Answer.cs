using Pangu.Core;
using Pangu.Modalities.Text;

namespace Pangu.Inference;

/// <summary>One answer in the making: chooses tokens, turns them into text, sees where it ends. For one caller.</summary>
/// <param name="request">What was asked.</param>
/// <param name="traits">What the model takes.</param>
/// <param name="tokenizer">Its tokenizer; null for none.</param>
internal sealed class Answer(TextRequest request, TextGeneratorTraits traits, ITextTokenizer? tokenizer)
{
    private readonly TokenSampler _sampler = new(request.Sampling, traits.Vocabulary);
    private readonly ITextDecoder? _decoder = tokenizer?.StartDecoding();
    private readonly StopTexts _stops = new(request.StopTexts);
    private readonly IReadOnlyList<int> _ends = request.StopIds ?? traits.EndIds;
    private int _last = -1;

    /// <summary>Tokens made so far.</summary>
    internal int Count { get; private set; }

    /// <summary>Why the answer has ended; null while it goes on.</summary>
    internal FinishReason? Reason { get; private set; }

    /// <summary>Makes the next token.</summary>
    /// <param name="session">The sequence; reads the token that was made before.</param>
    /// <param name="capacity">Tokens that the sequence can be read to.</param>
    /// <returns>The piece; the last one when <see cref="Reason"/> is set.</returns>
    internal TextPiece Next(TokenSession session, int capacity)
    {
        if (Count == request.MaxTokens)
        {
            return End(FinishReason.Length, "", []);
        }

        if (_last >= 0)
        {
            session.Read(_last);
        }

        _last = _sampler.Choose(session.Logits[..traits.Vocabulary]);
        Count++;
        if (_ends.Contains(_last))
        {
            return End(FinishReason.Stop, "", [_last]);
        }

        var text = _stops.Next(_decoder?.Next(_last) ?? "");
        if (_stops.Found)
        {
            Reason = FinishReason.Stop;
            return new TextPiece(text, [_last]);
        }

        // The token itself is given out even where there is no room to read it.
        return Count == request.MaxTokens || session.Past == capacity ? End(FinishReason.Length, text, [_last]) : new TextPiece(text, [_last]);
    }

    // What was held back comes out: half characters as U+FFFD, beginnings of stop texts as they are.
    private TextPiece End(FinishReason reason, string text, int[] ids)
    {
        Reason = reason;
        text += _stops.Next(_decoder?.End() ?? "");
        if (_stops.Found)
        {
            Reason = FinishReason.Stop;
            return new TextPiece(text, ids);
        }

        return new TextPiece(text + _stops.End(), ids);
    }
}
