using System.Security.Cryptography;
using Pangu.Core;

namespace Pangu.Data.Sources;

/// <summary>Where a file came from.</summary>
public enum DataOrigin
{
    /// <summary>It lay in the cache.</summary>
    Cache,

    /// <summary>It was copied from a mirror.</summary>
    Mirror,

    /// <summary>It was fetched from its source address.</summary>
    Source,

    /// <summary>It was generated here.</summary>
    Simulated,
}

/// <summary>A file at hand, its bytes checked.</summary>
/// <param name="Name">Path inside the data set.</param>
/// <param name="Path">Absolute path on this machine.</param>
/// <param name="Bytes">Size.</param>
/// <param name="Sha256">SHA-256 in lower-case hexadecimal.</param>
/// <param name="Origin">Where it came from.</param>
public sealed record PulledFile(string Name, string Path, long Bytes, string Sha256, DataOrigin Origin);

/// <summary>Brings data sets onto this machine: cache, then mirrors, then source addresses; every byte checked. Safe for several processes at once.</summary>
/// <param name="settings">Where to look.</param>
public sealed class DataStore(DataStoreSettings settings)
{
    private static readonly TimeSpan StallTimeout = TimeSpan.FromSeconds(60);

    /// <summary>Brings all files of a data set, or some of them.</summary>
    /// <param name="dataset">The entry.</param>
    /// <param name="names">Paths of files inside the data set; null for all.</param>
    /// <param name="progress">Takes bytes done; null for silence.</param>
    /// <param name="cancellationToken">Stops between blocks; what was begun leaves no trace.</param>
    /// <returns>The files, in the order asked for.</returns>
    /// <exception cref="PanguException">A file is at none of the places; the message names all that were tried and why each failed.</exception>
    public IReadOnlyList<PulledFile> Pull(Dataset dataset, IReadOnlyList<string>? names = null, IProgress<WorkProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        var files = names is null ? dataset.Files : [.. names.Select(name => Find(dataset, name))];
        if (dataset.Simulated is { } simulated)
        {
            return new SimulatedFiles(settings.CacheFolder).Make(dataset.Id, simulated, files, progress);
        }

        return [.. files.Select(file => Pull(dataset, file, progress, cancellationToken))];
    }

    private static DatasetFile Find(Dataset dataset, string name) =>
        dataset.Files.FirstOrDefault(file => file.Path == name)
        ?? throw PanguException.Usage("dataset-file", $"{dataset.Id} has no file {name}; it has {string.Join(", ", dataset.Files.Select(file => file.Path))}.");

    private PulledFile Pull(Dataset dataset, DatasetFile file, IProgress<WorkProgress>? progress, CancellationToken cancellationToken)
    {
        var target = Path.GetFullPath(Path.Combine(settings.CacheFolder, dataset.Id, file.Path));
        var tried = new List<Problem>();
        if (File.Exists(target))
        {
            if (Mismatch(file, target) is not { } mismatch)
            {
                return new PulledFile(file.Path, target, file.Bytes!.Value, file.Sha256!, DataOrigin.Cache);
            }

            tried.Add(new Problem(target, null, $"{mismatch}; the damaged copy is replaced"));
        }
        else
        {
            tried.Add(new Problem(target, null, "not there"));
        }

        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        foreach (var candidate in settings.Mirrors.SelectMany(mirror => new[] { Path.Combine(mirror, dataset.Id, file.Path), Path.Combine(mirror, file.Path) }))
        {
            if (!File.Exists(candidate))
            {
                tried.Add(new Problem(candidate, null, "not there"));
            }
            else if (TryFetch(file, target, () => (File.OpenRead(candidate), null), candidate, tried, dataset.Id, progress, cancellationToken))
            {
                return new PulledFile(file.Path, target, file.Bytes!.Value, file.Sha256!, DataOrigin.Mirror);
            }
        }

        foreach (var source in file.Sources)
        {
            if (settings.Offline)
            {
                tried.Add(new Problem(source.ToString(), null, "left alone, because of --offline"));
            }
            else if (TryFetch(file, target, () => OpenSource(source, cancellationToken), source.ToString(), tried, dataset.Id, progress, cancellationToken))
            {
                return new PulledFile(file.Path, target, file.Bytes!.Value, file.Sha256!, DataOrigin.Source);
            }
        }

        throw new PanguException(
            ErrorKind.Missing,
            "dataset-unreachable",
            $"{file.Path} of {dataset.Id} ({file.Bytes} bytes, SHA-256 {file.Sha256}) was found nowhere. Name a folder that holds it (PANGU_DATA_MIRROR), or put it at {target}. Tried: {string.Join("; ", tried.Select(problem => $"{problem.Path}: {problem.Message}"))}.",
            tried);
    }

    private static bool TryFetch(DatasetFile file, string target, Func<(Stream Content, IDisposable? Owner)> open, string from, List<Problem> tried, string id, IProgress<WorkProgress>? progress, CancellationToken cancellationToken)
    {
        try
        {
            var (content, owner) = open();
            using (owner)
            using (content)
            {
                DurableFile.Write(target, stream => CopyChecked(content, stream, file, $"pull {id}/{file.Path}", progress, cancellationToken));
            }

            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or HttpRequestException or InvalidDataException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            tried.Add(new Problem(from, null, exception.Message.TrimEnd('.')));
            return false;
        }
    }

    private (Stream Content, IDisposable? Owner) OpenSource(Uri source, CancellationToken cancellationToken)
    {
        var client = settings.Network is { } network
            ? new HttpClient(network, disposeHandler: false)
            : new HttpClient(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(settings.ConnectTimeoutSeconds) });
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, source);
            var response = client.Send(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            response.EnsureSuccessStatusCode();
            return (response.Content.ReadAsStream(cancellationToken), client);
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    private static void CopyChecked(Stream content, Stream target, DatasetFile file, string work, IProgress<WorkProgress>? progress, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 17];
        var (done, reported) = (0L, 0L);
        for (int count; (count = Read(content, buffer, cancellationToken)) > 0;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            done += count;
            if (done > file.Bytes)
            {
                throw new InvalidDataException($"it is longer than {file.Bytes} bytes");
            }

            hash.AppendData(buffer, 0, count);
            target.Write(buffer, 0, count);
            if (done - reported >= 1 << 20)
            {
                progress?.Report(new WorkProgress(work, reported = done, file.Bytes!.Value, "bytes"));
            }
        }

        if (done != file.Bytes)
        {
            throw new InvalidDataException($"it has {done} bytes; expected {file.Bytes}");
        }

        var sha256 = Convert.ToHexStringLower(hash.GetHashAndReset());
        if (sha256 != file.Sha256)
        {
            throw new InvalidDataException($"its SHA-256 is {sha256}; expected {file.Sha256}");
        }

        progress?.Report(new WorkProgress(work, done, done, "bytes"));
    }

    /// <summary>A connection that says nothing for a minute is given up.</summary>
    private static int Read(Stream content, byte[] buffer, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(StallTimeout);
        return content.ReadAsync(buffer, patience.Token).AsTask().GetAwaiter().GetResult();
    }

    private static string? Mismatch(DatasetFile file, string path)
    {
        var bytes = new FileInfo(path).Length;
        if (bytes != file.Bytes)
        {
            return $"it has {bytes} bytes; expected {file.Bytes}";
        }

        var sha256 = HashOf(path);
        return sha256 == file.Sha256 ? null : $"its SHA-256 is {sha256}; expected {file.Sha256}";
    }

    internal static string HashOf(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
