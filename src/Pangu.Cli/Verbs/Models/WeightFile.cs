using System.Security.Cryptography;
using Pangu.Cli.Terminal;
using Pangu.Core;
using Pangu.Formats;

namespace Pangu.Cli.Verbs.Models;

/// <summary>A file of weights on its own, without the folder of a model: what it holds, read with all the checks that a model's file gets.</summary>
internal static class WeightFile
{
    private const string Extension = ".safetensors";

    /// <summary>Whether a reference is such a file; one that stands beside a <c>config.json</c> is a model.</summary>
    public static bool Looks(string reference) => reference.EndsWith(Extension, StringComparison.OrdinalIgnoreCase) && File.Exists(reference)
        && !(Path.GetFileName(reference) == "model.safetensors" && File.Exists(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(reference))!, "config.json")));

    /// <summary>Shows the tensors.</summary>
    /// <exception cref="PanguException">The file is no sound safetensors file.</exception>
    public static void Show(VerbCall call, string reference)
    {
        var path = Path.GetFullPath(reference);
        using var file = SafetensorsFile.Open(path);
        using var bytes = File.OpenRead(path);
        var result = new WeightFileResult(
            1,
            path,
            bytes.Length,
            Convert.ToHexStringLower(SHA256.HashData(bytes)),
            new SortedDictionary<string, string>(file.Metadata.ToDictionary(), StringComparer.Ordinal),
            [.. file.Names.Select(name => new WeightFileTensor(name, file[name].Type.ToString().ToUpperInvariant(), file[name].Shape, file[name].Bytes.Length))]);
        call.Result(result, ModelsJson.Default.WeightFileResult, text =>
        {
            text.WriteLine($"{path}\n  sha256      {result.Sha256}\n  size        {Tables.Size(result.Bytes)}, {result.Tensors.Count} tensors");
            foreach (var (name, value) in result.Metadata)
            {
                text.WriteLine($"  metadata    {name}: {value}");
            }

            foreach (var tensor in result.Tensors)
            {
                text.WriteLine($"  tensor      {tensor.Name}  {tensor.Type} [{string.Join(", ", tensor.Shape)}]  {Tables.Size(tensor.Bytes)}");
            }
        });
    }
}

/// <summary>What <c>models show &lt;file&gt; --json</c> prints for a file of weights.</summary>
internal sealed record WeightFileResult(int Schema, string File, long Bytes, string Sha256, IReadOnlyDictionary<string, string> Metadata, IReadOnlyList<WeightFileTensor> Tensors);

/// <summary>A tensor of such a file; type as the file names it (<c>F32</c>).</summary>
internal sealed record WeightFileTensor(string Name, string Type, IReadOnlyList<long> Shape, long Bytes);
