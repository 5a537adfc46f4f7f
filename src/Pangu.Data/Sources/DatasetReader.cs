using System.Text.RegularExpressions;
using Pangu.Core;

namespace Pangu.Data.Sources;

/// <summary>Reads a catalogue entry; all problems at once, each with its line.</summary>
internal static partial class DatasetReader
{
    private const int Version = 1;

    /// <summary>Reads an entry.</summary>
    /// <param name="text">YAML text.</param>
    /// <param name="file">Path of the file, whose name is the id.</param>
    /// <returns>The entry.</returns>
    /// <exception cref="PanguException">Something is wrong; every problem is listed.</exception>
    public static Dataset Read(string text, string file)
    {
        var root = YamlSection.Parse(text, file);
        if (root.Number("version", 1) is var version && version > Version)
        {
            throw PanguException.Usage("dataset-version", $"{file} has version {version}; this build reads version {Version}. A newer build is needed.");
        }

        var simulated = ReadSimulated(root.Section("simulated"));
        var dataset = new Dataset
        {
            Id = Path.GetFileNameWithoutExtension(file),
            Title = root.Text("title"),
            Kind = ReadKind(root),
            Licence = root.Text("licence"),
            Homepage = ReadAddress(root, "homepage"),
            Description = root.Text("description"),
            Files = [.. root.Sections("files").Select(section => ReadFile(section, simulated is not null))],
            Columns = [.. root.Sections("columns").Select(ReadColumn)],
            Splits = ReadSplits(root.Section("splits")),
            Protocol = root.OptionalText("protocol"),
            Published = [.. root.Sections("published").Select(ReadPublished)],
            Simulated = simulated,
        };
        if (dataset.Files.Count == 0)
        {
            root.Report("files", "is empty; expected at least one file with path, bytes, sha256 and sources");
        }

        root.RefuseUnknown();
        return root.Problems.Count == 0
            ? dataset
            : throw new PanguException(ErrorKind.Usage, "dataset", $"{file} has {root.Problems.Count} problem{(root.Problems.Count == 1 ? string.Empty : "s")}.", [.. root.Problems]);
    }

    private static DatasetKind ReadKind(YamlSection root)
    {
        var text = root.Text("kind");
        if (Enum.TryParse<DatasetKind>(text, ignoreCase: true, out var kind) && !int.TryParse(text, out _))
        {
            return kind;
        }

        root.Report("kind", $"is \"{text}\"; expected {string.Join(" or ", Enum.GetNames<DatasetKind>().Select(name => name.ToLowerInvariant()))}");
        return DatasetKind.Other;
    }

    private static DatasetFile ReadFile(YamlSection section, bool isSimulated)
    {
        var path = section.Text("path");
        if (Path.IsPathRooted(path) || path.Contains("..", StringComparison.Ordinal) || path.Contains('\\', StringComparison.Ordinal))
        {
            section.Report("path", $"is {path}; expected a path inside the data set's folder, with / between folders");
        }

        if (isSimulated)
        {
            section.RefuseUnknown();
            return new DatasetFile(path, null, null, []);
        }

        var hash = section.Text("sha256");
        if (!Sha256Pattern().IsMatch(hash))
        {
            section.Report("sha256", $"is \"{hash}\"; expected 64 hexadecimal digits in lower case (sha256sum)");
        }

        var sources = new List<Uri>();
        foreach (var source in section.Texts("sources"))
        {
            if (Uri.TryCreate(source, UriKind.Absolute, out var address) && address.Scheme is "https" or "http")
            {
                sources.Add(address);
            }
            else
            {
                section.Report("sources", $"holds \"{source}\"; expected an https address");
            }
        }

        var file = new DatasetFile(path, (long)section.Number("bytes", 0), hash, sources);
        section.RefuseUnknown();
        return file;
    }

    private static DatasetColumn ReadColumn(YamlSection section)
    {
        var column = new DatasetColumn(section.Text("name"), section.OptionalText("unit"), section.OptionalText("meaning"));
        section.RefuseUnknown();
        return column;
    }

    private static DatasetSplits? ReadSplits(YamlSection? section)
    {
        if (section is null)
        {
            return null;
        }

        var splits = new DatasetSplits(section.Number("train", 0), section.Number("validation", 0), section.Number("test", 0));
        section.RefuseUnknown();
        return splits;
    }

    private static PublishedResult ReadPublished(YamlSection section)
    {
        var metrics = new SortedDictionary<string, double>(StringComparer.Ordinal);
        if (section.Section("metrics") is { } values)
        {
            foreach (var key in values.Keys())
            {
                metrics[key] = values.Number(key, double.MinValue);
            }
        }
        else
        {
            section.Report("metrics", "is missing; expected values by metric key");
        }

        var result = new PublishedResult(section.Text("model"), section.OptionalText("setting"), section.Text("source"), metrics);
        section.RefuseUnknown();
        return result;
    }

    private static SimulatedSource? ReadSimulated(YamlSection? section)
    {
        if (section is null)
        {
            return null;
        }

        var settings = section.Section("settings");
        if (settings is null)
        {
            section.Report("settings", "is missing; expected the generator's settings");
            return null;
        }

        var source = new SimulatedSource(section.Text("generator"), (ulong)section.Number("seed", 0), settings);
        section.RefuseUnknown();
        return source;
    }

    private static Uri? ReadAddress(YamlSection section, string key)
    {
        if (section.OptionalText(key) is not { } text)
        {
            return null;
        }

        if (Uri.TryCreate(text, UriKind.Absolute, out var address))
        {
            return address;
        }

        section.Report(key, $"is \"{text}\"; expected an address");
        return null;
    }

    [GeneratedRegex("^[0-9a-f]{64}$")]
    private static partial Regex Sha256Pattern();
}
