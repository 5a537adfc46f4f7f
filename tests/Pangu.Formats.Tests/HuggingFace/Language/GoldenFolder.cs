using System.Text.Json.Nodes;
using Pangu.Core;

namespace Pangu.Formats.Tests;

/// <summary>A golden language case whose config or tensors can be changed before it is read.</summary>
internal sealed class GoldenFolder : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public GoldenFolder(string name)
    {
        var source = Outside.Golden($"language/{name}");
        Config = JsonNode.Parse(File.ReadAllText(System.IO.Path.Combine(source, "config.json")))!.AsObject();
        using var file = SafetensorsFile.Open(System.IO.Path.Combine(source, "model.safetensors"));
        Tensors = file.Tensors.ToDictionary(tensor => tensor.Key, tensor => tensor.Value with { Bytes = tensor.Value.Bytes.ToArray() });
    }

    public JsonObject Config { get; }

    public Dictionary<string, TensorData> Tensors { get; }

    public string Path => _folder.Path;

    public void Dispose() => _folder.Dispose();

    /// <summary>Changes fields: <c>name=json</c>; <c>a.b=json</c> inside an object; <c>-name</c> takes one away.</summary>
    public GoldenFolder With(params IEnumerable<string> changes)
    {
        foreach (var change in changes)
        {
            var split = change.IndexOf('=', StringComparison.Ordinal);
            if (change[0] == '-')
            {
                Config.Remove(change[1..]);
                continue;
            }

            var path = change[..split].Split('.');
            var owner = path.Length == 1 ? Config : Config[path[0]]!.AsObject();
            owner[path[^1]] = JsonNode.Parse(change[(split + 1)..]);
        }

        return this;
    }

    public ImportedModel Read()
    {
        _folder.Write("config.json", Config.ToJsonString(new() { WriteIndented = true }));
        SafetensorsWriter.Write(_folder.File("model.safetensors"), Tensors);
        return HuggingFaceFolder.Read(Path);
    }

    /// <summary>Writes the tensors as several files with an index.</summary>
    public ImportedModel ReadShards(int files, Action<JsonObject>? change = null)
    {
        _folder.Write("config.json", Config.ToJsonString());
        var map = new JsonObject();
        foreach (var (shard, index) in Tensors.Chunk((Tensors.Count + files - 1) / files).Select((shard, index) => (shard, index)))
        {
            var name = $"model-{index + 1:D5}-of-{files:D5}.safetensors";
            SafetensorsWriter.Write(_folder.File(name), shard.ToDictionary());
            Array.ForEach(shard, tensor => map[tensor.Key] = name);
        }

        change?.Invoke(map);
        _folder.Write("model.safetensors.index.json", new JsonObject { ["metadata"] = new JsonObject { ["total_size"] = 1 }, ["weight_map"] = map }.ToJsonString());
        return HuggingFaceFolder.Read(Path);
    }
}
