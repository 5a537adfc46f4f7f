using Pangu.Core;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Pangu.Workshop.Recipes;

/// <summary>Reads recipe files into nodes that know their lines: one document a file, <c>extends</c> resolved, <c>--set</c> applied. No includes, no merge keys.</summary>
internal static class RecipeReader
{
    /// <summary>Code of what makes a file unreadable as a recipe; the problems say where.</summary>
    public const string UnreadableCode = "recipe-yaml";

    private const int MaxDepth = 8;

    /// <summary>Reads a recipe file with everything it extends.</summary>
    /// <param name="file">Path of the YAML file.</param>
    /// <param name="settings">Values of <c>--set</c>, each <c>path=value</c>.</param>
    /// <returns>The merged document.</returns>
    /// <exception cref="PanguException">The file is missing, is no YAML mapping, or extends itself.</exception>
    public static RecipeMap Read(string file, IReadOnlyList<string> settings)
    {
        var document = ReadWithBase(file, 0);
        return settings.Aggregate(document, Apply);
    }

    private static RecipeMap ReadWithBase(string file, int depth)
    {
        var document = ReadFile(file);
        if (document.Find("extends") is not { } extends)
        {
            return document;
        }

        if (depth == MaxDepth)
        {
            throw Unreadable(extends.File, extends.Line, $"extends goes more than {MaxDepth} files deep; does a recipe extend itself?");
        }

        if (extends is not RecipeScalar { Text: { } name })
        {
            throw Unreadable(extends.File, extends.Line, "extends must be the path of a recipe file or folder, relative to this file");
        }

        var path = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(file))!, name));
        if (Directory.Exists(path))
        {
            path = Path.Combine(path, "recipe.yaml");
        }

        if (!File.Exists(path))
        {
            throw Unreadable(extends.File, extends.Line, $"extends is \"{name}\" but {Shown(path)} does not exist; give the path relative to this file");
        }

        return Merge(ReadWithBase(path, depth + 1), document with { Entries = [.. document.Entries.Where(entry => entry.Key != "extends")] });
    }

    private static RecipeMap Merge(RecipeMap below, RecipeMap above)
    {
        foreach (var (key, value) in above.Entries)
        {
            below = below.With(key, value is RecipeMap map && below.Find(key) is RecipeMap other ? Merge(other, map) : value);
        }

        return below with { File = above.File, Line = above.Line };
    }

    private static RecipeMap Apply(RecipeMap document, string setting)
    {
        var equals = setting.IndexOf('=', StringComparison.Ordinal);
        if (equals < 1)
        {
            throw PanguException.Usage("set", $"--set got \"{setting}\"; expected path=value, for example --set models.forecast.training.learningRate=1e-4.");
        }

        var value = ReadText($"--set {setting}", setting[(equals + 1)..]);
        return (RecipeMap)Replace(document, setting[..equals].Split('.'), 0, value, setting);
    }

    private static RecipeNode Replace(RecipeNode node, string[] path, int depth, RecipeNode value, string setting)
    {
        if (depth == path.Length)
        {
            return value;
        }

        switch (node)
        {
            case RecipeMap map:
                var below = map.Find(path[depth]) ?? new RecipeMap($"--set {setting}", 1, []);
                return map.With(path[depth], Replace(below, path, depth + 1, value, setting));
            case RecipeList list when int.TryParse(path[depth], out var index) && index >= 0 && index < list.Items.Count:
                return list with { Items = [.. list.Items.Select((item, i) => i == index ? Replace(item, path, depth + 1, value, setting) : item)] };
            default:
                throw PanguException.Usage("set", $"--set {setting}: {string.Join('.', path[..depth])} is {Describe(node)}, so it has no \"{path[depth]}\" ({node.File}, line {node.Line}).");
        }
    }

    private static RecipeMap ReadFile(string file)
    {
        if (!File.Exists(file))
        {
            throw PanguException.Missing("recipe-missing", $"The recipe file {Shown(file)} does not exist.");
        }

        return ReadText(Shown(file), File.ReadAllText(file)) as RecipeMap
            ?? throw Unreadable(Shown(file), 1, "this is not a YAML mapping; a recipe begins with \"version: 1\"");
    }

    private static RecipeNode ReadText(string file, string text)
    {
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            return stream.Documents.Count switch
            {
                0 => new RecipeScalar(file, 1, null, false),
                1 => Convert(file, stream.Documents[0].RootNode, 0),
                var count => throw Unreadable(file, (int)stream.Documents[1].RootNode.Start.Line, $"the file holds {count} YAML documents; expected one"),
            };
        }
        catch (YamlException exception)
        {
            throw Unreadable(file, (int)exception.Start.Line, $"this is not readable YAML: {exception.Message.TrimEnd('.')}", exception);
        }
    }

    private static RecipeNode Convert(string file, YamlNode node, int depth)
    {
        var line = (int)node.Start.Line;
        if (depth > 64)
        {
            throw Unreadable(file, line, "the file is nested more than 64 levels deep");
        }

        return node switch
        {
            YamlMappingNode mapping => new RecipeMap(file, line, [.. mapping.Children.Select(child => new KeyValuePair<string, RecipeNode>(Key(file, child.Key), Convert(file, child.Value, depth + 1)))]),
            YamlSequenceNode sequence => new RecipeList(file, line, [.. sequence.Children.Select(child => Convert(file, child, depth + 1))]),
            YamlScalarNode scalar when scalar.Style is ScalarStyle.Plain && scalar.Value is null or "" or "~" or "null" => new RecipeScalar(file, line, null, false),
            YamlScalarNode scalar => new RecipeScalar(file, line, scalar.Value, scalar.Style is not ScalarStyle.Plain),
            _ => throw Unreadable(file, line, "here is a YAML node that recipes do not use"),
        };
    }

    private static string Key(string file, YamlNode key) => key switch
    {
        YamlScalarNode { Value: "<<" } => throw Unreadable(file, (int)key.Start.Line, "recipes take no merge keys; use an anchor with its alias, or extends"),
        YamlScalarNode { Value: { } text } => text,
        _ => throw Unreadable(file, (int)key.Start.Line, "a key is no plain text"),
    };

    private static PanguException Unreadable(string file, int line, string message, Exception? inner = null) =>
        new(ErrorKind.Usage, UnreadableCode, $"{file} cannot be read as a recipe.", [new Problem(file, line, message)], inner);

    /// <summary>What kind of node it is, for messages.</summary>
    internal static string Describe(RecipeNode node) => node switch
    {
        RecipeMap => "a mapping",
        RecipeList => "a list",
        RecipeScalar { Text: null } => "empty",
        RecipeScalar scalar => $"\"{scalar.Text}\"",
        _ => "unknown",
    };

    private static string Shown(string path)
    {
        var relative = Path.GetRelativePath(Environment.CurrentDirectory, path);
        return relative.StartsWith("..", StringComparison.Ordinal) ? path : relative.Replace('\\', '/');
    }
}
