using Pangu.Core;

namespace Pangu.Data;

/// <summary>A text as token ids, with the places where its documents begin.</summary>
public sealed class TokenText
{
    private readonly int[] _starts;

    /// <summary>Takes a text.</summary>
    /// <param name="ids">Its token ids; not copied.</param>
    /// <param name="documentStarts">Positions at which documents begin, rising; 0 need not stand among them. Empty for one document.</param>
    public TokenText(int[] ids, IReadOnlyList<int> documentStarts)
    {
        Ids = ids;
        _starts = [.. documentStarts.Where(start => start > 0)];
    }

    /// <summary>Token ids [N].</summary>
    public int[] Ids { get; }

    /// <summary>Positions above 0 at which documents begin, rising.</summary>
    public IReadOnlyList<int> DocumentStarts => _starts;

    /// <summary>The first document start after a position; the text's length when there is none.</summary>
    /// <param name="position">The position.</param>
    /// <returns>A position above it.</returns>
    public int NextStart(int position)
    {
        var index = Array.BinarySearch(_starts, position);
        index = index < 0 ? ~index : index + 1;
        return index < _starts.Length ? _starts[index] : Ids.Length;
    }

    /// <summary>A text that a separator divides into documents. The separator ends the document before it, so that a model learns to write it.</summary>
    /// <param name="text">The text.</param>
    /// <param name="separator">What divides it; null or empty for one document.</param>
    /// <param name="encode">Turns a piece of text into ids.</param>
    /// <returns>The ids of all documents, one after the other.</returns>
    public static TokenText Of(string text, string? separator, Func<string, int[]> encode)
    {
        if (string.IsNullOrEmpty(separator))
        {
            return new TokenText(encode(text), []);
        }

        var (ids, starts) = (new List<int>(), new List<int>());
        for (var from = 0; from < text.Length;)
        {
            var at = text.IndexOf(separator, from, StringComparison.Ordinal);
            var to = at < 0 ? text.Length : at + separator.Length;
            starts.Add(ids.Count);
            ids.AddRange(encode(text[from..to]));
            from = to;
        }

        return new TokenText([.. ids], starts);
    }
}

/// <summary>A part of a text.</summary>
/// <param name="Text">The text.</param>
/// <param name="Start">First position, included.</param>
/// <param name="End">Last position, excluded.</param>
public sealed record TokenPart(TokenText Text, int Start, int End)
{
    /// <summary>Tokens in it.</summary>
    public int Count => End - Start;

    /// <summary>A whole text.</summary>
    /// <param name="text">The text.</param>
    public TokenPart(TokenText text)
        : this(text, 0, text.Ids.Length)
    {
    }

    /// <summary>Blocks that lie side by side: B inputs, each with the token after it as its target. No block reaches over a document's end, and the last of a document may be shorter.</summary>
    /// <param name="length">B: inputs of a block.</param>
    /// <returns>Ranges of inputs; every token of the part but the first of each document is the target of exactly one input.</returns>
    public IEnumerable<TextRange> Blocks(int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        for (var document = Start; document < End;)
        {
            var end = Math.Min(Text.NextStart(document), End);
            for (var start = document; start < end - 1; start += length)
            {
                yield return new TextRange(start, Math.Min(start + length, end - 1));
            }

            document = end;
        }
    }
}
