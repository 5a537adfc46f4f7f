using System.Runtime.InteropServices;
using Pangu.Core;
using Pangu.Data;
using Pangu.Formats;

namespace Pangu.Workshop.Language.Models;

/// <summary>What training computes on held-out windows, kept to be compared with what is served: logits of the first blocks of the validation part, and the tokens that are likeliest each time.</summary>
/// <param name="Logits">[windows, T, V] of the windows, one after the other.</param>
/// <param name="Greedy">Tokens of all continuations, one after the other.</param>
internal sealed record ServedCheck(float[] Logits, int[] Greedy)
{
    /// <summary>Name of the file in a stage's output.</summary>
    public const string FileName = "served-check.safetensors";

    /// <summary>Windows whose logits are compared, where the validation part has as many.</summary>
    public const int MostWindows = 8;

    /// <summary>Windows whose logits are compared: the first of the validation part.</summary>
    /// <param name="validation">The validation part.</param>
    /// <param name="context">T.</param>
    public static IEnumerable<ReadOnlyMemory<int>> Windows(TokenPart validation, int context) =>
        validation.Blocks(context).Take(MostWindows).Select(block => new ReadOnlyMemory<int>(validation.Text.Ids, block.Start, block.Count));

    /// <summary>Prompts with how many tokens to add to each: one prompt, or several where the model takes no more than <paramref name="most"/> tokens at once.</summary>
    /// <param name="validation">The validation part.</param>
    /// <param name="context">T; half of it is a prompt.</param>
    /// <param name="most">Most tokens of prompt and continuation together; null for no limit.</param>
    /// <param name="tokens">Tokens to add in all.</param>
    public static IEnumerable<(ReadOnlyMemory<int> Prompt, int Count)> Continuations(TokenPart validation, int context, int? most, int tokens)
    {
        var length = Math.Clamp(context / 2, 1, validation.Count);
        for (var start = validation.Start; tokens > 0; start = start + (2 * length) <= validation.End ? start + length : validation.Start)
        {
            var count = most is { } limit ? Math.Clamp(limit - length, 1, tokens) : tokens;
            yield return (new ReadOnlyMemory<int>(validation.Text.Ids, start, length), count);
            tokens -= count;
        }
    }

    /// <summary>Writes the file.</summary>
    /// <param name="path">Where to.</param>
    public void Write(string path) => SafetensorsWriter.Write(path, new Dictionary<string, TensorData>
    {
        ["logits"] = TensorData.Of(Logits, Logits.Length),
        ["greedy"] = new(ElementType.I32, [Greedy.Length], MemoryMarshal.AsBytes<int>(Greedy).ToArray()),
    });

    /// <summary>Reads the file.</summary>
    /// <param name="path">Where from.</param>
    /// <returns>What training computed.</returns>
    public static ServedCheck Read(string path)
    {
        using var file = SafetensorsFile.Open(path);
        return new ServedCheck(file["logits"].AsSingles().ToArray(), MemoryMarshal.Cast<byte, int>(file["greedy"].Bytes.Span).ToArray());
    }
}
