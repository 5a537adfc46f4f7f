using System.Buffers;
using System.Globalization;
using System.Text;
using Pangu.Core;

namespace Pangu.Modalities.Text;

/// <summary>One token a character: a Unicode scalar value, so that Chinese and emoji are one token each, whatever they take in UTF-16.</summary>
public sealed class CharacterTokenizer : ITextTokenizer
{
    private const int MostNamed = 5;
    private readonly Rune[] _characters;
    private readonly Dictionary<Rune, int> _ids;
    private readonly int _unknown;

    /// <summary>A tokenizer of given characters.</summary>
    /// <param name="characters">The characters in the order of their ids, each once, at least one.</param>
    /// <param name="unknown">The character that takes the place of one without a token, one of <paramref name="characters"/>; null when such a character is an error. Default null.</param>
    /// <exception cref="PanguException">A character stands twice, there is none, or <paramref name="unknown"/> is not among them.</exception>
    public CharacterTokenizer(string characters, string? unknown = null)
    {
        _characters = [.. Runes(characters)];
        if (_characters.Length == 0)
        {
            throw PanguException.Usage("tokenizer-empty", "A character tokenizer needs at least one character; the text that it was made of is empty.");
        }

        _ids = new Dictionary<Rune, int>(_characters.Length);
        foreach (var character in _characters)
        {
            if (!_ids.TryAdd(character, _ids.Count))
            {
                throw PanguException.Usage("tokenizer-twice", $"The tokenizer's characters hold {Show(character)} twice; each must stand once.");
            }
        }

        Characters = characters;
        Unknown = unknown;
        _unknown = unknown is null ? -1 : Runes(unknown) is [var only] && _ids.TryGetValue(only, out var id)
            ? id
            : throw PanguException.Usage("tokenizer-unknown", $"unknown is \"{unknown}\"; it must be one of the tokenizer's {_characters.Length} characters, or left out so that a character without a token is an error.");
    }

    /// <summary>The characters in the order of their ids.</summary>
    public string Characters { get; }

    /// <summary>What takes the place of a character without a token; null when such a character is an error.</summary>
    public string? Unknown { get; }

    /// <inheritdoc/>
    public int Vocabulary => _characters.Length;

    /// <summary>A tokenizer of every character that a text holds, in the order of their code points.</summary>
    /// <param name="text">The text.</param>
    /// <param name="unknown">As in the constructor.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="PanguException">The text is empty, or does not hold <paramref name="unknown"/>.</exception>
    public static CharacterTokenizer Of(ReadOnlySpan<char> text, string? unknown = null)
    {
        var seen = new HashSet<Rune>();
        foreach (var character in text.EnumerateRunes())
        {
            seen.Add(character);
        }

        return new CharacterTokenizer(string.Concat(seen.Order()), unknown);
    }

    /// <inheritdoc/>
    public int[] Encode(ReadOnlySpan<char> text)
    {
        var ids = new int[text.Length];
        var count = 0;
        foreach (var character in text.EnumerateRunes())
        {
            ids[count++] = _ids.TryGetValue(character, out var id) ? id : _unknown >= 0 ? _unknown : throw NoToken(text);
        }

        return count == ids.Length ? ids : ids[..count];
    }

    /// <inheritdoc/>
    public string Decode(ReadOnlySpan<int> ids)
    {
        var text = new StringBuilder(ids.Length);
        foreach (var id in ids)
        {
            text.Append(Piece(id));
        }

        return text.ToString();
    }

    /// <inheritdoc/>
    public ITextDecoder StartDecoding() => new Decoder(this);

    /// <inheritdoc/>
    public string Piece(int id) => (uint)id < (uint)_characters.Length
        ? _characters[id].ToString()
        : throw new ArgumentOutOfRangeException(nameof(id), id, $"Expected an id below {_characters.Length}.");

    /// <inheritdoc/>
    public string ToJson() => TextTokenizers.Write(new CharacterTokenizerFile { Characters = Characters, Unknown = Unknown });

    /// <summary>All that is unknown at once, not the first alone: whoever reads this wants to know how far the text is from what the model has seen.</summary>
    private PanguException NoToken(ReadOnlySpan<char> text)
    {
        var unknown = new List<Rune>();
        var (first, position) = (-1, 0);
        foreach (var character in text.EnumerateRunes())
        {
            if (!_ids.ContainsKey(character) && !unknown.Contains(character))
            {
                first = first < 0 ? position : first;
                unknown.Add(character);
            }

            position++;
        }

        var named = string.Join(", ", unknown.Take(MostNamed).Select(Show));
        var more = unknown.Count > MostNamed ? $" and {unknown.Count - MostNamed} more" : string.Empty;
        return PanguException.Usage(
            "tokenizer-character",
            $"The text holds {named}{more} (first at character {first}, counted from 0), which the model's tokenizer of {_characters.Length} characters does not know; leave them out, or train with a text that holds them or with tokenizer.unknown set.");
    }

    private static List<Rune> Runes(string text)
    {
        var runes = new List<Rune>(text.Length);
        for (var rest = text.AsSpan(); rest.Length > 0;)
        {
            var status = Rune.DecodeFromUtf16(rest, out var rune, out var used);
            runes.Add(status == OperationStatus.Done ? rune : throw PanguException.Usage("tokenizer-surrogate", $"A character is given as half of a surrogate pair (U+{(int)rest[0]:X4}); expected whole characters."));
            rest = rest[used..];
        }

        return runes;
    }

    private static string Show(Rune character) => Rune.IsControl(character) || Rune.IsWhiteSpace(character) || Rune.GetUnicodeCategory(character) is UnicodeCategory.Format or UnicodeCategory.OtherNotAssigned
        ? $"U+{character.Value:X4}"
        : $"\"{character}\" (U+{character.Value:X4})";

    /// <summary>Every id is a whole character.</summary>
    private sealed class Decoder(CharacterTokenizer tokenizer) : ITextDecoder
    {
        public string Next(int id) => tokenizer.Piece(id);

        public string End() => string.Empty;
    }
}
