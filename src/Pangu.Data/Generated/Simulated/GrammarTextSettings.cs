using Pangu.Data.Sources;

namespace Pangu.Data.Generated.Simulated;

/// <summary>A grammar, and the files that are written by it.</summary>
internal sealed record GrammarTextSettings
{
    /// <summary>Rule that texts begin with.</summary>
    public required string Start { get; init; }

    /// <summary>Rules within rules before the shortest way to an end is taken.</summary>
    public required int Depth { get; init; }

    /// <summary>Characters of each file (UTF-16 units).</summary>
    public required IReadOnlyDictionary<string, int> Files { get; init; }

    /// <summary>Alternatives of each rule, all equally likely; one that stands twice is twice as likely.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<GrammarAlternative>> Rules { get; init; }

    /// <summary>Reads the settings; problems are collected in the section.</summary>
    /// <param name="section">The settings' section.</param>
    /// <returns>The settings.</returns>
    public static GrammarTextSettings Read(YamlSection section)
    {
        var files = section.Sections("texts").Select(file =>
        {
            var read = (Path: file.Text("file"), Characters: (int)file.Number("characters", 1));
            file.RefuseUnknown();
            return read;
        }).ToList();
        var settings = new GrammarTextSettings
        {
            Start = section.Text("start"),
            Depth = (int)section.Number("depth", 1, 12),
            Files = files.DistinctBy(file => file.Path).ToDictionary(file => file.Path, file => file.Characters, StringComparer.Ordinal),
            Rules = section.Section("rules") is { } rules ? ReadRules(rules) : new Dictionary<string, IReadOnlyList<GrammarAlternative>>(),
        };
        if (!settings.Rules.ContainsKey(settings.Start))
        {
            section.Report("start", $"is \"{settings.Start}\", which is no rule; the rules are {string.Join(", ", settings.Rules.Keys)}");
        }

        section.RefuseUnknown();
        return settings;
    }

    private static Dictionary<string, IReadOnlyList<GrammarAlternative>> ReadRules(YamlSection section)
    {
        var names = section.Keys();
        var parts = names.ToDictionary(name => name, name => section.Texts(name).Select(GrammarAlternative.Divide).ToList(), StringComparer.Ordinal);
        foreach (var (name, unknown) in parts.SelectMany(rule => rule.Value.SelectMany(alternative => alternative.Where(part => part.IsRule && !parts.ContainsKey(part.Text)).Select(part => (rule.Key, part.Text)))))
        {
            section.Report(name, $"names the rule \"{unknown}\", which does not stand among rules");
        }

        var heights = Heights(parts);
        foreach (var name in names.Where(name => heights[name] == int.MaxValue))
        {
            section.Report(name, "never comes to an end; expected at least one alternative that does");
        }

        return section.Problems.Count > 0
            ? names.ToDictionary(name => name, _ => (IReadOnlyList<GrammarAlternative>)[], StringComparer.Ordinal)
            : parts.ToDictionary(
                rule => rule.Key,
                rule => (IReadOnlyList<GrammarAlternative>)[.. rule.Value.Select(alternative => new GrammarAlternative(alternative, HeightOf(alternative, heights)))],
                StringComparer.Ordinal);
    }

    /// <summary>Fewest rules within rules until only characters are left; the largest number where there is no end.</summary>
    private static Dictionary<string, int> Heights(Dictionary<string, List<List<GrammarPart>>> rules)
    {
        var heights = rules.ToDictionary(rule => rule.Key, _ => int.MaxValue, StringComparer.Ordinal);
        for (var changed = true; changed;)
        {
            changed = false;
            foreach (var (name, alternatives) in rules)
            {
                var least = alternatives.Select(alternative => HeightOf(alternative, heights)).DefaultIfEmpty(int.MaxValue).Min();
                if (least < heights[name])
                {
                    (heights[name], changed) = (least, true);
                }
            }
        }

        return heights;
    }

    private static int HeightOf(List<GrammarPart> alternative, Dictionary<string, int> heights)
    {
        var highest = alternative.Where(part => part.IsRule).Select(part => heights.GetValueOrDefault(part.Text, int.MaxValue)).DefaultIfEmpty(0).Max();
        return highest == int.MaxValue ? highest : highest + 1;
    }
}

/// <summary>One way to write a rule.</summary>
/// <param name="Parts">Characters and rules, in order.</param>
/// <param name="Height">Fewest rules within rules until only characters are left.</param>
internal sealed record GrammarAlternative(IReadOnlyList<GrammarPart> Parts, int Height)
{
    /// <summary>Divides a text in which <c>{name}</c> stands for a rule.</summary>
    public static List<GrammarPart> Divide(string text)
    {
        var parts = new List<GrammarPart>();
        for (var from = 0; from < text.Length;)
        {
            var open = text.IndexOf('{', from);
            var close = open < 0 ? -1 : text.IndexOf('}', open);
            var end = close < 0 ? text.Length : open;
            if (end > from)
            {
                parts.Add(new GrammarPart(text[from..end], false));
            }

            if (close >= 0)
            {
                parts.Add(new GrammarPart(text[(open + 1)..close], true));
            }

            from = close < 0 ? text.Length : close + 1;
        }

        return parts;
    }
}

/// <summary>A piece of an alternative.</summary>
/// <param name="Text">Characters, or the name of a rule.</param>
/// <param name="IsRule">Whether it is a rule.</param>
internal readonly record struct GrammarPart(string Text, bool IsRule);
