using Pangu.Core;

namespace Pangu.Serving.Tests.Language;

/// <summary>Tokens are letters, a = 0; after a letter comes the next one of the alphabet, from the seed's on.</summary>
internal sealed class CountingGenerator : ITextGenerator
{
    public TextGeneratorTraits Traits { get; init; } = new(26, 32) { HasTokenizer = true, TrainedTokens = 16 };

    /// <summary>Throws after so many tokens; null for never.</summary>
    public int? FailAfter { get; init; }

    /// <summary>Called before each token.</summary>
    public Action<CancellationToken> BeforeToken { get; init; } = _ => { };

    public int[] Encode(string text) => [.. text.Select(letter => letter is >= 'a' and <= 'z' ? letter - 'a' : throw PanguException.Usage("text-unknown", $"'{letter}' has no token."))];

    public string Decode(ReadOnlySpan<int> ids) => string.Concat(ids.ToArray().Select(id => (char)('a' + id)));

    public IEnumerable<TextPiece> Generate(TextRequest request, CancellationToken cancellationToken = default)
    {
        var ids = request.PromptIds ?? Encode(request.Prompt!);
        return Pieces(request, ids, cancellationToken);
    }

    public float[] Score(ReadOnlyMemory<int> ids, CancellationToken cancellationToken = default) => [.. Enumerable.Repeat(1f, ids.Length - 1)];

    public void Dispose()
    {
    }

    private IEnumerable<TextPiece> Pieces(TextRequest request, IReadOnlyList<int> ids, CancellationToken cancellationToken)
    {
        for (var made = 0; made < request.MaxTokens; made++)
        {
            BeforeToken(cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            if (made == FailAfter)
            {
                throw PanguException.Usage("broken", "It broke.");
            }

            var id = (ids[^1] + 1 + made + (int)request.Sampling.Seed) % 26;
            if (request.StopTexts.Contains(Decode([id])))
            {
                yield return new TextPiece(string.Empty, [id], new TextFinish(FinishReason.Stop, ids.Count, made + 1));
                yield break;
            }

            yield return new TextPiece(Decode([id]), [id]);
        }

        yield return new TextPiece(string.Empty, [], new TextFinish(FinishReason.Length, ids.Count, request.MaxTokens));
    }
}
