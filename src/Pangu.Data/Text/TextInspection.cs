using System.Globalization;
using System.Text;
using Pangu.Data.Inspection;

namespace Pangu.Data;

/// <summary>What a text holds.</summary>
/// <param name="Records">Characters (Unicode scalar values).</param>
/// <param name="Fields">One field, the text.</param>
/// <param name="Splits">Its parts by position, <c>from</c> and <c>to</c> counted in characters from 0, both included; empty where it is not divided.</param>
/// <param name="Rarest">The characters that stand least often, with their counts, the rarest first: what is worth cleaning.</param>
public sealed record TextInspection(long Records, IReadOnlyList<TextFieldSummary> Fields, IReadOnlyList<SplitSummary> Splits, IReadOnlyList<CharacterCount> Rarest)
{
    private const int MostRare = 10;

    /// <summary>Summarises a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="separator">What ends a document; null for one document.</param>
    /// <param name="splits">How it is divided; null for not at all.</param>
    /// <returns>The findings.</returns>
    public static TextInspection Of(string text, string? separator, TextSplits? splits)
    {
        var (counts, lines, longest, line) = (new Dictionary<Rune, long>(), 1, 0, 0);
        foreach (var character in text.EnumerateRunes())
        {
            counts[character] = counts.GetValueOrDefault(character) + 1;
            line = character.Value == '\n' ? 0 : line + 1;
            lines += character.Value == '\n' ? 1 : 0;
            longest = Math.Max(longest, line);
        }

        var characters = counts.Values.Sum();
        var documents = TokenText.Of(text, separator, piece => [piece.Length]).Ids.Length;
        var parts = splits is null ? [] : new[] { ("train", splits.Train), ("validation", splits.Validation) };
        return new TextInspection(
            characters,
            [new TextFieldSummary("text", "text", characters, counts.Count, lines, longest, documents)],
            [.. parts.Select(part => new SplitSummary(part.Item1, part.Item2.Count, Text(part.Item2.Start), Text(part.Item2.End - 1)))],
            [.. counts.OrderBy(pair => pair.Value).ThenBy(pair => pair.Key).Take(MostRare).Select(pair => new CharacterCount(pair.Key.ToString(), $"U+{pair.Key.Value:X4}", pair.Value))]);
    }

    private static string Text(int position) => position.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A text in figures.</summary>
/// <param name="Name">Always <c>text</c>.</param>
/// <param name="Type">Always <c>text</c>.</param>
/// <param name="Count">Characters.</param>
/// <param name="Distinct">Different characters.</param>
/// <param name="Lines">Lines.</param>
/// <param name="LongestLine">Characters of the longest line.</param>
/// <param name="Documents">Documents.</param>
public sealed record TextFieldSummary(string Name, string Type, long Count, int Distinct, int Lines, int LongestLine, int Documents);

/// <summary>A character and how often it stands in a text.</summary>
/// <param name="Character">The character.</param>
/// <param name="CodePoint">Its code point, for example <c>U+0041</c>.</param>
/// <param name="Count">Times.</param>
public sealed record CharacterCount(string Character, string CodePoint, long Count);
