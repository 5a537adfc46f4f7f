using System.Globalization;
using Pangu.Core;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Pangu.Data.Sources;

/// <summary>A mapping of a YAML file, read key by key; what is wrong is collected with its line, and keys that nobody asked for are wrong too.</summary>
public sealed class YamlSection
{
    private readonly YamlMappingNode _node;
    private readonly string _name;
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    private YamlSection(YamlMappingNode node, string name, string file, List<Problem> problems)
    {
        _node = node;
        _name = name;
        File = file;
        Problems = problems;
    }

    /// <summary>The file.</summary>
    public string File { get; }

    /// <summary>What is wrong so far, shared by all sections of the file.</summary>
    public IList<Problem> Problems { get; }

    /// <summary>Reads a file's root mapping.</summary>
    /// <param name="text">The YAML text, one document.</param>
    /// <param name="file">Its path, for messages.</param>
    /// <returns>The root.</returns>
    /// <exception cref="PanguException">The text is no YAML mapping.</exception>
    public static YamlSection Parse(string text, string file)
    {
        var stream = new YamlStream();
        try
        {
            using var reader = new StringReader(text);
            stream.Load(reader);
        }
        catch (YamlException exception)
        {
            throw new PanguException(ErrorKind.Usage, "dataset-yaml", $"{exception.Message} ({file}, line {exception.Start.Line}).", exception);
        }

        return stream.Documents.Count == 1 && stream.Documents[0].RootNode is YamlMappingNode root
            ? new YamlSection(root, string.Empty, file, [])
            : throw PanguException.Usage("dataset-yaml", $"{file} is no YAML mapping; expected one document of keys such as title and files.");
    }

    /// <summary>Adds a problem at a key.</summary>
    /// <param name="key">The key; the section itself when it is not there.</param>
    /// <param name="message">What, got, expected.</param>
    public void Report(string key, string message) => Problems.Add(new Problem(File, (int)(Find(key)?.Start.Line ?? _node.Start.Line), $"{_name}{key} {message}"));

    /// <summary>A text that must be there.</summary>
    /// <param name="key">Key.</param>
    /// <returns>The text; empty when it is missing, which is reported.</returns>
    public string Text(string key)
    {
        var text = OptionalText(key);
        if (text is null && Find(key) is null)
        {
            Report(key, "is missing; expected a text");
        }

        return text ?? string.Empty;
    }

    /// <summary>A text that may be left out.</summary>
    /// <param name="key">Key.</param>
    /// <returns>The text; null when it is not there.</returns>
    public string? OptionalText(string key)
    {
        switch (Find(key))
        {
            case null:
                return null;
            case YamlScalarNode { Value: { Length: > 0 } value }:
                return value.Trim();
            default:
                Report(key, "is not a text");
                return null;
        }
    }

    /// <summary>A number that must be there unless there is a default.</summary>
    /// <param name="key">Key.</param>
    /// <param name="minimum">Smallest value.</param>
    /// <param name="otherwise">Value when it is left out; null when it must be there.</param>
    /// <returns>The number.</returns>
    public double Number(string key, double minimum, double? otherwise = null)
    {
        if (Find(key) is null)
        {
            if (otherwise is null)
            {
                Report(key, "is missing; expected a number");
            }

            return otherwise ?? minimum;
        }

        var text = OptionalText(key);
        if (double.TryParse(text?.Replace("_", string.Empty, StringComparison.Ordinal), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value >= minimum)
        {
            return value;
        }

        Report(key, string.Create(CultureInfo.InvariantCulture, $"is {text}; expected a number of at least {minimum}"));
        return otherwise ?? minimum;
    }

    /// <summary>A nested mapping.</summary>
    /// <param name="key">Key.</param>
    /// <returns>The section; null when it is not there.</returns>
    public YamlSection? Section(string key)
    {
        var node = Find(key);
        if (node is null or YamlMappingNode)
        {
            return node is YamlMappingNode map ? new YamlSection(map, $"{_name}{key}.", File, (List<Problem>)Problems) : null;
        }

        Report(key, "is not a mapping");
        return null;
    }

    /// <summary>A list of mappings.</summary>
    /// <param name="key">Key.</param>
    /// <returns>The sections; empty when the key is not there.</returns>
    public IReadOnlyList<YamlSection> Sections(string key)
    {
        var items = Items(key);
        var sections = new List<YamlSection>();
        for (var i = 0; i < items.Count; i++)
        {
            if (items[i] is YamlMappingNode map)
            {
                sections.Add(new YamlSection(map, $"{_name}{key}[{i}].", File, (List<Problem>)Problems));
            }
            else
            {
                Problems.Add(new Problem(File, (int)items[i].Start.Line, $"{_name}{key}[{i}] is not a mapping"));
            }
        }

        return sections;
    }

    /// <summary>A list of texts.</summary>
    /// <param name="key">Key.</param>
    /// <returns>The texts; empty when the key is not there.</returns>
    public IReadOnlyList<string> Texts(string key)
    {
        var items = Items(key);
        foreach (var item in items.Where(item => item is not YamlScalarNode))
        {
            Problems.Add(new Problem(File, (int)item.Start.Line, $"{_name}{key} holds something that is not a text"));
        }

        return [.. items.OfType<YamlScalarNode>().Select(item => item.Value ?? string.Empty)];
    }

    /// <summary>All keys, in order; they count as known.</summary>
    /// <returns>The keys.</returns>
    public IReadOnlyList<string> Keys()
    {
        var keys = _node.Children.Keys.OfType<YamlScalarNode>().Select(key => key.Value ?? string.Empty).ToList();
        _known.UnionWith(keys);
        return keys;
    }

    /// <summary>Reports keys that nobody asked for.</summary>
    public void RefuseUnknown()
    {
        foreach (var key in _node.Children.Keys)
        {
            if (key is not YamlScalarNode { Value: { } name } || !_known.Contains(name))
            {
                Problems.Add(new Problem(File, (int)key.Start.Line, $"{_name}{key} is unknown; expected {string.Join(", ", _known.Order(StringComparer.Ordinal))}"));
            }
        }
    }

    /// <summary>The section as text, keys sorted: what identifies settings.</summary>
    /// <returns>One line.</returns>
    public string Canonical() => Canonical(_node);

    private static string Canonical(YamlNode node) => node switch
    {
        YamlMappingNode map => $"{{{string.Join(',', map.Children.OrderBy(pair => pair.Key.ToString(), StringComparer.Ordinal).Select(pair => $"{pair.Key}:{Canonical(pair.Value)}"))}}}",
        YamlSequenceNode list => $"[{string.Join(',', list.Children.Select(Canonical))}]",
        YamlScalarNode scalar => scalar.Value ?? string.Empty,
        _ => string.Empty,
    };

    private IList<YamlNode> Items(string key)
    {
        switch (Find(key))
        {
            case null:
                return [];
            case YamlSequenceNode list:
                return list.Children;
            default:
                Report(key, "is not a list");
                return [];
        }
    }

    private YamlNode? Find(string key)
    {
        _known.Add(key);
        return _node.Children.FirstOrDefault(pair => pair.Key is YamlScalarNode name && name.Value == key).Value;
    }
}
