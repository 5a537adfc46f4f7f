using System.Text;
using Pangu.Core;

namespace Pangu.Data.Generated.Simulated;

/// <summary>Texts written by a context-free grammar: rules are rewritten until only characters are left, again and again, until there are enough of them.</summary>
/// <remarks>Beyond a depth, the shortest way to an end is taken, so that no rule goes on for ever.</remarks>
internal sealed class GrammarText(GrammarTextSettings settings, ulong seed, string fingerprint) : ISimulatedGenerator
{
    /// <summary>Name in the catalogue.</summary>
    public const string Name = "grammar-text";

    /// <summary>Changes with every change of what is written.</summary>
    public const int Revision = 1;

    /// <inheritdoc/>
    public string Fingerprint => fingerprint;

    /// <inheritdoc/>
    public void Write(string path, Stream stream)
    {
        if (!settings.Files.TryGetValue(path, out var characters))
        {
            throw PanguException.Usage("dataset-file", $"The settings of the generator {Name} have no file {path}; they have {string.Join(", ", settings.Files.Keys)}.");
        }

        var random = new Seeds(seed).For(path);
        var text = new StringBuilder(characters + 1024);
        while (text.Length < characters)
        {
            Expand(settings.Start, 0, text, random);
        }

        using var writer = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true);
        var end = characters < text.Length && char.IsLowSurrogate(text[characters]) ? characters + 1 : characters;
        writer.Write(text.ToString(0, end));
    }

    private void Expand(string rule, int depth, StringBuilder text, RandomStream random)
    {
        var alternatives = settings.Rules[rule];
        var chosen = depth < settings.Depth ? alternatives[random.NextInt(alternatives.Count)] : alternatives.MinBy(alternative => alternative.Height)!;
        foreach (var part in chosen.Parts)
        {
            if (part.IsRule)
            {
                Expand(part.Text, depth + 1, text, random);
            }
            else
            {
                text.Append(part.Text);
            }
        }
    }
}
