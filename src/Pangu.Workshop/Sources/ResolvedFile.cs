using System.Security.Cryptography;
using Pangu.Core;
using Pangu.Data.Sources;

namespace Pangu.Workshop.Sources;

/// <summary>Where the bytes of a recipe's data are.</summary>
/// <param name="Path">Absolute path of the file.</param>
/// <param name="Fingerprint">Identity, hash and licence of the bytes.</param>
/// <param name="Dataset">The catalogue's entry; null for a file of the operator's.</param>
/// <param name="Note">What the operator should know; null for nothing.</param>
internal sealed record ResolvedFile(string Path, DataFingerprint Fingerprint, Dataset? Dataset, string? Note)
{
    /// <summary>Whether the data are simulated.</summary>
    public bool Simulated => Dataset?.Simulated is not null;
}

/// <summary>What a recipe says of one file of data.</summary>
/// <param name="What">What it is, for messages, for example <c>Site etth1</c>.</param>
/// <param name="Path">Path of a file, relative to the recipe; null where there is <paramref name="Source"/>.</param>
/// <param name="Source">Catalogue id; null where there is <paramref name="Path"/>.</param>
/// <param name="File">File of the catalogue entry; null for its first.</param>
internal sealed record FileReference(string What, string? Path, string? Source, string? File)
{
    /// <summary>Catalogue id of the simulated set that takes its place where it cannot be reached; null for none.</summary>
    public string? StandIn { get; init; }

    /// <summary>Which file of the stand-in, from 0; counted round.</summary>
    public int StandInFile { get; init; }
}

/// <summary>Finds the bytes of a recipe's data: a file of the operator's, the catalogue, or the simulated stand-in.</summary>
/// <param name="catalogue">The data sets that recipes may name.</param>
/// <param name="store">Brings them onto this machine.</param>
internal sealed class FileResolver(Catalogue catalogue, DataStore store)
{
    private const string Role = "train, validate, test";

    /// <summary>Finds a file's bytes.</summary>
    /// <param name="reference">What the recipe says of it.</param>
    /// <param name="folder">Folder of the recipe.</param>
    /// <param name="progress">Takes bytes done; null for silence.</param>
    /// <param name="cancellation">Asks for a stop.</param>
    /// <returns>Where they are.</returns>
    /// <exception cref="PanguException">They are nowhere and there is no stand-in.</exception>
    public ResolvedFile Resolve(FileReference reference, string folder, IProgress<WorkProgress>? progress = null, CancellationToken cancellation = default)
    {
        if (reference.Path is { } path)
        {
            var file = System.IO.Path.GetFullPath(System.IO.Path.Combine(folder, path));
            if (!File.Exists(file))
            {
                throw PanguException.Missing("site-file", $"{reference.What}: the file {path} does not exist (looked for {file}); give the path relative to the recipe.");
            }

            using var stream = File.OpenRead(file);
            return new ResolvedFile(file, new DataFingerprint(path, Convert.ToHexStringLower(SHA256.HashData(stream)), "the operator's own", Role), null, null);
        }

        try
        {
            return Pull(reference.Source!, reference.File);
        }
        catch (PanguException exception) when (exception.Kind == ErrorKind.Missing && reference.StandIn is not null)
        {
            var files = catalogue.Get(reference.StandIn).Files;
            return Pull(reference.StandIn, files[reference.StandInFile % files.Count].Path) with
            {
                Note = $"{reference.What}: {reference.Source} could not be reached, so the simulated set {reference.StandIn} stands in. Figures on it say nothing about real data. ({exception.Message})",
            };
        }

        ResolvedFile Pull(string id, string? name)
        {
            var dataset = catalogue.Get(id);
            var file = store.Pull(dataset, [name ?? dataset.Files[0].Path], progress, cancellation)[0];
            return new ResolvedFile(file.Path, new DataFingerprint($"{id}/{file.Name}", file.Sha256, dataset.Licence, Role), dataset, null);
        }
    }
}
