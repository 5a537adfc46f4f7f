using Pangu.Core;

namespace Pangu.Data.Sources;

/// <summary>The catalogue: a folder of <c>&lt;id&gt;.yaml</c> files.</summary>
/// <param name="folder">The folder.</param>
public sealed class Catalogue(string folder)
{
    /// <summary>Ids of all entries, in order.</summary>
    /// <returns>The ids; empty when the folder does not exist.</returns>
    public IReadOnlyList<string> Ids() => !Directory.Exists(folder)
        ? []
        : [.. Directory.EnumerateFiles(folder, "*.yaml").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)];

    /// <summary>Whether there is an entry.</summary>
    /// <param name="id">Its id.</param>
    /// <returns>True when there is.</returns>
    public bool Contains(string id) => Ids().Contains(id, StringComparer.Ordinal);

    /// <summary>Reads an entry.</summary>
    /// <param name="id">Its id.</param>
    /// <returns>The entry.</returns>
    /// <exception cref="PanguException">There is none of that id, or its file has problems.</exception>
    public Dataset Get(string id)
    {
        if (!Contains(id))
        {
            throw PanguException.Missing("dataset-unknown", $"There is no data set \"{id}\" in {folder}; there are {string.Join(", ", Ids())}.");
        }

        var file = Path.Combine(folder, $"{id}.yaml");
        return DatasetReader.Read(File.ReadAllText(file), file);
    }
}
