using System.Runtime.InteropServices;
using System.Text.Json;
using Pangu.Core;
using Pangu.Data;
using Pangu.Formats;
using Pangu.Modalities.Text;

namespace Pangu.Workshop.Language.Texts;

/// <summary>A recipe's text as every stage sees it: the output of <see cref="LoadTextStage"/>.</summary>
/// <param name="Facts">What the text is.</param>
/// <param name="Text">Its tokens, both parts one after the other.</param>
/// <param name="Tokenizer">What made them.</param>
internal sealed record TextData(TextFacts Facts, TokenText Text, ITextTokenizer Tokenizer)
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { WriteIndented = true, NewLine = "\n" };

    /// <summary>The part that is learned from.</summary>
    public TokenPart Train => new(Text, 0, Facts.TrainTokens);

    /// <summary>The part that is judged on.</summary>
    public TokenPart Validation => new(Text, Facts.TrainTokens, Text.Ids.Length);

    /// <summary>Reads, divides and encodes a text as its settings say.</summary>
    /// <param name="text">All of it.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="full">Whether all of the text is there; else shares are taken of what there is and nothing is checked against the whole.</param>
    /// <returns>The text's tokens.</returns>
    /// <exception cref="PanguException">The splits do not fit, or the text holds too many different characters.</exception>
    public static TextData Of(string text, TextSettings settings, bool full = true)
    {
        var (places, count) = Places(text);
        var splits = Divide(count, settings, full);
        var (middle, end) = (places(splits.Train.End), places(splits.Validation.End));
        var used = text.AsSpan(0, end);
        ITextTokenizer tokenizer = settings.Tokenizer.Kind == TokenizerKind.Bytes ? new ByteTokenizer() : CharacterTokenizer.Of(used, settings.Tokenizer.Unknown);
        if (tokenizer is CharacterTokenizer && settings.Tokenizer.MostCharacters is { } most && tokenizer.Vocabulary > most)
        {
            throw PanguException.Usage("text-characters", $"The text {settings.Id} holds {tokenizer.Vocabulary} different characters, but tokenizer.mostCharacters is {most}; raise it (and the budget's parameters by what the larger tables need), clean the text, or use kind: bytes.");
        }

        var train = TokenText.Of(text[..middle], settings.Separator, piece => tokenizer.Encode(piece));
        var validation = TokenText.Of(text[middle..end], settings.Separator, piece => tokenizer.Encode(piece));
        var facts = new TextFacts
        {
            Id = settings.Id,
            Characters = count,
            TrainCharacters = splits.Train.Count,
            ValidationCharacters = splits.Validation.Count,
            TrainTokens = train.Ids.Length,
            Vocabulary = tokenizer.Vocabulary,
        };
        var starts = train.DocumentStarts.Concat(validation.DocumentStarts.Select(start => start + train.Ids.Length));
        return new TextData(facts, new TokenText([.. train.Ids, .. validation.Ids], [.. starts]), tokenizer);
    }

    /// <summary>Writes the text into a stage's output.</summary>
    /// <param name="folder">The output.</param>
    public void Write(string folder)
    {
        SafetensorsWriter.Write(Path.Combine(folder, "text.safetensors"), new Dictionary<string, TensorData>
        {
            ["ids"] = Tensor(Text.Ids),
            ["documents"] = Tensor([.. Text.DocumentStarts]),
        });
        File.WriteAllText(Path.Combine(folder, "text.json"), JsonSerializer.Serialize(Facts, s_json));
        File.WriteAllText(Path.Combine(folder, TextTokenizers.FileName), Tokenizer.ToJson());
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <param name="folder">The stage's output.</param>
    /// <returns>The text.</returns>
    public static TextData Read(string folder)
    {
        var facts = JsonSerializer.Deserialize<TextFacts>(File.ReadAllText(Path.Combine(folder, "text.json")), s_json)!;
        using var file = SafetensorsFile.Open(Path.Combine(folder, "text.safetensors"));
        return new TextData(facts, new TokenText(Numbers(file["ids"]), Numbers(file["documents"])), TextTokenizers.Open(folder));
    }

    private static TextSplits Divide(int count, TextSettings settings, bool full)
    {
        var (train, validation) = (settings.Splits.Train, settings.Splits.Validation);
        if (full || (train <= 1 && validation <= 1))
        {
            return TextSplits.Of(count, train, validation, $"text {settings.Id}");
        }

        // The head of a text in place of the whole: what is said in characters may reach beyond it.
        var first = Math.Clamp((int)Math.Min(train <= 1 ? train * count : train, count * 0.9), 1, count - 1);
        return new TextSplits(new TextRange(0, first), new TextRange(first, count));
    }

    /// <summary>Where characters stand in a text of UTF-16 units, and how many there are.</summary>
    private static (Func<int, int> Place, int Count) Places(string text)
    {
        var pairs = new List<int>(); // Characters that take two units, by their number.
        var count = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Utf16SequenceLength == 2)
            {
                pairs.Add(count);
            }

            count++;
        }

        return (character =>
        {
            var index = pairs.BinarySearch(character);
            return character + (index < 0 ? ~index : index);
        }, count);
    }

    private static TensorData Tensor(int[] values) => new(ElementType.I32, [values.Length], MemoryMarshal.AsBytes<int>(values).ToArray());

    private static int[] Numbers(TensorData tensor) => MemoryMarshal.Cast<byte, int>(tensor.Bytes.Span).ToArray();
}

/// <summary>What a text is, beside its tokens.</summary>
internal sealed record TextFacts
{
    /// <summary>Name in metrics.</summary>
    public required string Id { get; init; }

    /// <summary>Characters of the whole text, what is not used among them.</summary>
    public required int Characters { get; init; }

    /// <summary>Characters that are learned from.</summary>
    public required int TrainCharacters { get; init; }

    /// <summary>Characters that are judged on.</summary>
    public required int ValidationCharacters { get; init; }

    /// <summary>Tokens that are learned from; the others are judged on.</summary>
    public required int TrainTokens { get; init; }

    /// <summary>Different tokens.</summary>
    public required int Vocabulary { get; init; }
}
