using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Pangu.Core;
using Pangu.Formats;

namespace Pangu.Training;

/// <summary>Checkpoints of one training in a folder of their own: <c>step-000000001200/</c> with <c>tensors.safetensors</c>, <c>progress.json</c> and <c>manifest.json</c>.</summary>
/// <remarks>
/// A checkpoint appears under its name only when it is whole and on disk, and is read only when every file has the length and SHA-256 that its manifest states.
/// Killed at any moment, the folder holds whole checkpoints and perhaps a partial one under a name with a leading dot, which the next save removes. One writer at a time.
/// </remarks>
/// <param name="folder">The folder; made when the first checkpoint is saved.</param>
public sealed class CheckpointStore(string folder)
{
    private const string Format = "pangu-checkpoint/1";
    private const string TensorsFile = "tensors.safetensors";
    private const string ProgressFile = "progress.json";
    private const string ManifestFile = "manifest.json";
    private const string Prefix = "step-";

    /// <summary>The folder.</summary>
    public string Folder { get; } = Path.GetFullPath(folder);

    /// <summary>Steps of the checkpoints in the folder, ascending; their files are not looked at.</summary>
    /// <returns>The steps.</returns>
    public IReadOnlyList<long> Steps() => !Directory.Exists(Folder)
        ? []
        : [.. Directory.EnumerateDirectories(Folder, Prefix + "*")
            .Select(path => Path.GetFileName(path)[Prefix.Length..])
            .Where(digits => digits.Length > 0 && digits.All(char.IsAsciiDigit))
            .Select(digits => long.Parse(digits, CultureInfo.InvariantCulture))
            .Order()];

    /// <summary>Saves a checkpoint; one of the same step is replaced.</summary>
    /// <param name="checkpoint">What to save.</param>
    /// <exception cref="IOException">The disk is full, or the folder cannot be written.</exception>
    public void Save(Checkpoint checkpoint)
    {
        var path = PathOf(checkpoint.Progress.Step);
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }

        RemovePartial();
        DurableFile.CreateFolder(path, temporary =>
        {
            SafetensorsWriter.Write(Path.Combine(temporary, TensorsFile), checkpoint.Tensors);
            DurableFile.WriteText(Path.Combine(temporary, ProgressFile), JsonSerializer.Serialize(checkpoint.Progress, CheckpointJson.Default.TrainingProgress));
            var manifest = new CheckpointManifest(Format, [.. new[] { ProgressFile, TensorsFile }.Select(name => Describe(temporary, name))]);
            DurableFile.WriteText(Path.Combine(temporary, ManifestFile), JsonSerializer.Serialize(manifest, CheckpointJson.Default.CheckpointManifest));
        });
    }

    /// <summary>Removes all but the newest checkpoints.</summary>
    /// <param name="keep">How many stay, at least 1.</param>
    /// <param name="cadenceSteps">As many of the newest at a multiple of this stay as well: failed steps go back to the newest of them.</param>
    public void Purge(int keep, long cadenceSteps)
    {
        var steps = Steps();
        var anchors = steps.Where(step => step % cadenceSteps == 0).TakeLast(keep).ToHashSet();
        foreach (var step in steps.SkipLast(keep).Where(step => !anchors.Contains(step)))
        {
            Directory.Delete(PathOf(step), recursive: true);
        }
    }

    /// <summary>Loads the newest undamaged checkpoint.</summary>
    /// <param name="cadenceSteps">When given, only checkpoints at a multiple of this many steps.</param>
    /// <returns>The checkpoint, null when there is none, and every damaged one that was passed over, each with the reason.</returns>
    public CheckpointSearch LoadNewest(long? cadenceSteps = null)
    {
        var damaged = new List<Problem>();
        foreach (var step in Steps().Reverse().Where(step => cadenceSteps is null || step % cadenceSteps == 0))
        {
            try
            {
                return new CheckpointSearch(Load(step), damaged);
            }
            catch (Exception exception) when (exception is InvalidDataException or JsonException or IOException or PanguException or UnauthorizedAccessException)
            {
                damaged.Add(new Problem(PathOf(step), null, $"The checkpoint of step {step} is damaged and was passed over: {exception.Message}"));
            }
        }

        return new CheckpointSearch(null, damaged);
    }

    private Checkpoint Load(long step)
    {
        var path = PathOf(step);
        var manifest = JsonSerializer.Deserialize(File.ReadAllText(Path.Combine(path, ManifestFile)), CheckpointJson.Default.CheckpointManifest)
            ?? throw new InvalidDataException($"{ManifestFile} is null.");
        if (manifest.Format != Format)
        {
            throw new InvalidDataException($"its format is {manifest.Format}, this version reads {Format}.");
        }

        foreach (var name in new[] { ProgressFile, TensorsFile })
        {
            var expected = manifest.Files.SingleOrDefault(file => file.Name == name) ?? throw new InvalidDataException($"{ManifestFile} does not list {name}.");
            var got = Describe(path, name);
            if (got != expected)
            {
                throw new InvalidDataException($"{name} has {got.Bytes} bytes and SHA-256 {got.Sha256}, expected {expected.Bytes} and {expected.Sha256}.");
            }
        }

        var progress = JsonSerializer.Deserialize(File.ReadAllText(Path.Combine(path, ProgressFile)), CheckpointJson.Default.TrainingProgress)
            ?? throw new InvalidDataException($"{ProgressFile} is null.");
        using var file = SafetensorsFile.Open(Path.Combine(path, TensorsFile));
        return new Checkpoint(progress, file.Tensors.ToDictionary(pair => pair.Key, pair => pair.Value with { Bytes = pair.Value.Bytes.ToArray() }, StringComparer.Ordinal));
    }

    private string PathOf(long step) => Path.Combine(Folder, Prefix + step.ToString("D12", CultureInfo.InvariantCulture));

    private void RemovePartial()
    {
        if (Directory.Exists(Folder))
        {
            foreach (var partial in Directory.EnumerateDirectories(Folder, "." + Prefix + "*"))
            {
                Directory.Delete(partial, recursive: true);
            }
        }
    }

    private static CheckpointFile Describe(string path, string name)
    {
        using var stream = File.OpenRead(Path.Combine(path, name));
        return new CheckpointFile(name, stream.Length, Convert.ToHexStringLower(SHA256.HashData(stream)));
    }
}

/// <summary>What a search for a checkpoint found.</summary>
/// <param name="Found">The newest undamaged one; null when there is none.</param>
/// <param name="Damaged">Those passed over, newest first.</param>
public sealed record CheckpointSearch(Checkpoint? Found, IReadOnlyList<Problem> Damaged);
