using System.Diagnostics;
using Pangu.Modalities.Text;
using Pangu.Workshop.Language.Texts;
using Pangu.Workshop.Plans;

namespace Pangu.Workshop.Language;

/// <summary>What pieces of a language recipe's work cost on this machine.</summary>
internal sealed class LanguageCosts : PieceCosts
{
    // A plan must take seconds however long the text is; this much is read in a fraction of one.
    private const int MostBytes = 2_000_000;

    private readonly Dictionary<string, TextSketch> _sketches = new(StringComparer.Ordinal);

    /// <summary>The text, or the head of a long one.</summary>
    public TextSketch Sketch(LoadTextStage stage, Calibration calibration)
    {
        if (!_sketches.TryGetValue(stage.Name, out var sketch))
        {
            sketch = calibration.InputFolders.TryGetValue(stage.Name, out var folder) ? new TextSketch(TextData.Read(folder), 1, 0) : Read(stage);
            _sketches.Add(stage.Name, sketch);
        }

        return sketch;
    }

    private static TextSketch Read(LoadTextStage stage)
    {
        var clock = Stopwatch.GetTimestamp();
        var bytes = new FileInfo(stage.Source.Path).Length;
        var head = new byte[(int)Math.Min(bytes, MostBytes)];
        using (var stream = File.OpenRead(stage.Source.Path))
        {
            stream.ReadExactly(head);
        }

        var whole = bytes <= MostBytes;
        var data = TextData.Of(TextFile.Decode(whole ? head : head.AsSpan(0, LastWhole(head)), stage.Source.Path, stage.Text.LineEnds), stage.Text with { Tokenizer = stage.Text.Tokenizer with { MostCharacters = null } }, whole);
        var share = (double)head.Length / bytes;
        return new TextSketch(data, share, Stopwatch.GetElapsedTime(clock).TotalSeconds / share);
    }

    /// <summary>Bytes without the last character, which may be half there.</summary>
    private static int LastWhole(byte[] bytes)
    {
        var length = bytes.Length;
        while (length > 0 && (bytes[length - 1] & 0xC0) == 0x80)
        {
            length--;
        }

        return Math.Max(0, length - 1);
    }
}

/// <summary>What a plan knows of a text before it is loaded.</summary>
/// <param name="Data">The text, or its head, divided in the shares of the whole.</param>
/// <param name="Share">Share of the whole text that was read.</param>
/// <param name="ReadSeconds">What reading the whole text takes.</param>
internal sealed record TextSketch(TextData Data, double Share, double ReadSeconds)
{
    /// <summary>Tokens of the whole text's validation part, about.</summary>
    public double ValidationTokens => Data.Validation.Count / Share;

    /// <summary>Tokens of the whole text's training part, about.</summary>
    public double TrainTokens => Data.Train.Count / Share;
}
