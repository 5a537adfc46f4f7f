using System.Text.Json;
using Pangu.Core;

namespace Pangu.Formats;

/// <summary>The tensors of a foreign folder: one safetensors file, or several with an index. Valid until it is disposed; safe for many readers.</summary>
internal sealed class ForeignWeights : IDisposable
{
    public const string FileName = "model.safetensors";
    public const string IndexName = "model.safetensors.index.json";

    private readonly List<SafetensorsFile> _files = [];

    private ForeignWeights(string path) => Path = path;

    /// <summary>The file, or the index.</summary>
    public string Path { get; }

    /// <summary>All tensors by name.</summary>
    public Dictionary<string, TensorData> Tensors { get; } = new(StringComparer.Ordinal);

    /// <summary>Opens a folder's weights; one whole file comes before an index, as for transformers.</summary>
    /// <exception cref="PanguException">There are none, or the index and its files do not agree; all problems are listed.</exception>
    public static ForeignWeights Open(string folder)
    {
        var whole = System.IO.Path.Combine(folder, FileName);
        var index = System.IO.Path.Combine(folder, IndexName);
        var weights = new ForeignWeights(File.Exists(whole) ? whole : index);
        try
        {
            if (File.Exists(whole))
            {
                weights.Add(SafetensorsFile.Open(whole));
            }
            else if (File.Exists(index))
            {
                weights.AddShards(folder, ReadIndex(index));
            }
            else
            {
                throw PanguException.Missing("hugging-face-weights", $"{folder} has neither {FileName} nor {IndexName}{Others(folder)}; save the model with save_pretrained (safe_serialization).");
            }

            return weights;
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _files.ForEach(file => file.Dispose());

    private void Add(SafetensorsFile file)
    {
        _files.Add(file);
        foreach (var (name, tensor) in file.Tensors)
        {
            if (!Tensors.TryAdd(name, tensor))
            {
                throw PanguException.Usage("hugging-face-weights", $"{file.Path} holds tensor {name}, and so does another file of {Path}.");
            }
        }
    }

    private void AddShards(string folder, Dictionary<string, string> index)
    {
        var problems = new List<Problem>();
        foreach (var shard in index.Values.Distinct().Order(StringComparer.Ordinal))
        {
            if (shard != System.IO.Path.GetFileName(shard) || !File.Exists(System.IO.Path.Combine(folder, shard)))
            {
                problems.Add(new Problem(Path, null, $"file {shard} is named but is not in {folder}"));
                continue;
            }

            var file = SafetensorsFile.Open(System.IO.Path.Combine(folder, shard));
            Add(file);
            problems.AddRange(index.Where(entry => entry.Value == shard && !file.Tensors.ContainsKey(entry.Key)).Select(entry => new Problem(Path, null, $"tensor {entry.Key} should be in {shard} but is not")));
        }

        if (problems.Count > 0)
        {
            throw new PanguException(ErrorKind.Missing, "hugging-face-weights", $"{Path} and the files beside it do not agree ({problems.Count} problem(s)).", problems);
        }
    }

    private static Dictionary<string, string> ReadIndex(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllText(path), new JsonDocumentOptions { AllowDuplicateProperties = false });
            if (document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("weight_map", out var map) && map.ValueKind == JsonValueKind.Object
                && map.EnumerateObject().All(entry => entry.Value.ValueKind == JsonValueKind.String))
            {
                return map.EnumerateObject().ToDictionary(entry => entry.Name, entry => entry.Value.GetString()!, StringComparer.Ordinal);
            }
        }
        catch (JsonException exception)
        {
            throw new PanguException(ErrorKind.Usage, "hugging-face-weights", $"{path} is not sound JSON: {exception.Message}", exception);
        }

        throw PanguException.Usage("hugging-face-weights", $"{path} has no weight_map from tensor names to file names.");
    }

    private static string Others(string folder)
    {
        var others = Directory.EnumerateFiles(folder).Select(System.IO.Path.GetFileName).Where(name => name!.EndsWith(".bin", StringComparison.Ordinal) || name.Contains("safetensors", StringComparison.Ordinal)).Order(StringComparer.Ordinal).ToList();
        return others.Count > 0 ? $" but {string.Join(", ", others)}" : string.Empty;
    }
}
