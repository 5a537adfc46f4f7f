using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pangu.Core;

namespace Pangu.Workshop.Stages;

/// <summary>
/// Keeps stage outputs by key under one folder. A stage writes into <c>KEY.work</c>; when it is done, its files are flushed, hashed into <c>stage.json</c> and the
/// folder is renamed to <c>KEY</c>. Killed at any moment, either the finished folder stands or the work folder with its checkpoints.
/// </summary>
/// <param name="root">The store's folder.</param>
internal sealed class StageStore(string root)
{
    private const string ManifestName = "stage.json";
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true, NewLine = "\n" };

    /// <summary>Key of a stage whose inputs are done.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="seed">The recipe's root seed.</param>
    /// <param name="inputHashes">Output hash of each input.</param>
    /// <param name="libtorchVersion">Version of libtorch.</param>
    /// <returns>Lower-case hexadecimal SHA-256.</returns>
    public static string KeyOf(Stage stage, ulong seed, IReadOnlyDictionary<string, string> inputHashes, string libtorchVersion)
    {
        var inputs = new JsonArray([.. stage.Inputs.Select(input => (JsonNode)inputHashes[input.Name])]);
        var document = new JsonObject
        {
            ["inputs"] = inputs,
            ["kind"] = stage.Kind,
            ["libtorch"] = stage.UsesLibtorch ? libtorchVersion : null,
            ["name"] = stage.Name, // Its seeds derive from it.
            ["revision"] = stage.Revision,
            ["seed"] = seed,
            ["settings"] = stage.Settings.DeepClone(),
        };
        return Hex(SHA256.HashData(Encoding.UTF8.GetBytes(document.ToJsonString())));
    }

    /// <summary>The finished output of a key, verified by its hashes; null when there is none or it is damaged (then it is moved aside and made again).</summary>
    /// <param name="kind">Kind of the stage.</param>
    /// <param name="key">Its key.</param>
    /// <returns>The output.</returns>
    public StageOutput? Find(string kind, string key)
    {
        var folder = FolderOf(kind, key);
        if (!File.Exists(Path.Combine(folder, ManifestName)))
        {
            return null;
        }

        var manifest = ReadManifest(folder);
        var output = Path.Combine(folder, "output");
        if (manifest is not null && Directory.Exists(output) && HashFolder(output) == manifest.OutputHash)
        {
            return new StageOutput(output, manifest.OutputHash, manifest.Spent, true);
        }

        Directory.Move(folder, $"{folder}.damaged-{Guid.NewGuid():N}");
        return null;
    }

    /// <summary>Takes the operating system's lock of a key, waiting while another process holds it. The lock dies with the process.</summary>
    /// <param name="kind">Kind of the stage.</param>
    /// <param name="key">Its key.</param>
    /// <param name="waiting">Called once when the lock is held by another process.</param>
    /// <param name="cancellation">Stops the waiting.</param>
    /// <returns>The lock; dispose it to let go.</returns>
    public IDisposable Lock(string kind, string key, Action waiting, CancellationToken cancellation)
    {
        Directory.CreateDirectory(Path.Combine(root, kind));
        var path = FolderOf(kind, key) + ".lock";
        // A full or read-only disk is told at once, not waited for like a lock.
        using (var probe = new FileStream($"{path}.{Guid.NewGuid():N}", FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose))
        {
            probe.WriteByte(0);
        }

        var told = false;
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException)
            {
                if (!told)
                {
                    waiting();
                    told = true;
                }

                cancellation.WaitHandle.WaitOne(TimeSpan.FromMilliseconds(200));
                cancellation.ThrowIfCancellationRequested();
            }
        }
    }

    /// <summary>The folder in which a stage works: an empty <c>output</c>, and <c>scratch</c> as an interrupted attempt left it.</summary>
    /// <param name="kind">Kind of the stage.</param>
    /// <param name="key">Its key.</param>
    /// <returns>Absolute path.</returns>
    public string BeginWork(string kind, string key)
    {
        var folder = FolderOf(kind, key) + ".work";
        var output = Path.Combine(folder, "output");
        if (Directory.Exists(output))
        {
            Directory.Delete(output, recursive: true);
        }

        Directory.CreateDirectory(output);
        Directory.CreateDirectory(Path.Combine(folder, "scratch"));
        return folder;
    }

    /// <summary>Finishes a stage: flush, hash, rename.</summary>
    /// <param name="kind">Kind of the stage.</param>
    /// <param name="key">Its key.</param>
    /// <param name="spent">What it cost, over all attempts.</param>
    /// <returns>The output.</returns>
    public StageOutput Complete(string kind, string key, Spent spent)
    {
        var folder = FolderOf(kind, key);
        var work = folder + ".work";
        var output = Path.Combine(work, "output");
        var hash = HashFolder(output);
        DurableFile.WriteText(Path.Combine(work, ManifestName), JsonSerializer.Serialize(new StageManifest(kind, key, hash, spent), Json));
        DurableFile.FlushTree(work);
        Directory.Move(work, folder);
        DurableFile.FlushTree(folder);
        Directory.Delete(Path.Combine(folder, "scratch"), recursive: true);
        return new StageOutput(Path.Combine(folder, "output"), hash, spent, false);
    }

    /// <summary>What <c>stage.json</c> says; null where it is damaged.</summary>
    private static StageManifest? ReadManifest(string folder)
    {
        try
        {
            return JsonSerializer.Deserialize<StageManifest>(File.ReadAllText(Path.Combine(folder, ManifestName)), Json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private string FolderOf(string kind, string key) => Path.Combine(root, kind, key);

    private static string HashFolder(string folder)
    {
        var lines = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(file => (Path: Path.GetRelativePath(folder, file).Replace('\\', '/'), File: file))
            .OrderBy(entry => entry.Path, StringComparer.Ordinal)
            .Select(entry =>
            {
                using var stream = File.OpenRead(entry.File);
                return $"{entry.Path}\n{Hex(SHA256.HashData(stream))}\n";
            });
        return Hex(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(lines))));
    }

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}

/// <summary>A finished stage.</summary>
/// <param name="Folder">Its files.</param>
/// <param name="Hash">SHA-256 over the sorted paths and hashes of its files.</param>
/// <param name="Spent">What it cost when it was made.</param>
/// <param name="Reused">Whether it was there before this run.</param>
public sealed record StageOutput(string Folder, string Hash, Spent Spent, bool Reused);

/// <summary>What a stage cost.</summary>
/// <param name="Seconds">Wall-clock seconds over all attempts.</param>
/// <param name="EnergyJoules">Energy over all attempts.</param>
/// <param name="PeakMemoryBytes">Highest resident memory of the process while it ran.</param>
public sealed record Spent(double Seconds, double EnergyJoules, long PeakMemoryBytes);

/// <summary>What <c>stage.json</c> says.</summary>
internal sealed record StageManifest(string Kind, string Key, string OutputHash, Spent Spent);
