using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Pangu.Core;

namespace Pangu.Formats;

/// <summary>One model file of a package.</summary>
/// <param name="Path">Path below the package's folder, with <c>/</c>.</param>
/// <param name="Sha256">SHA-256 of its bytes, lower-case hexadecimal.</param>
/// <param name="Bytes">Its size.</param>
public sealed record PackageFile(string Path, string Sha256, long Bytes);

/// <summary>
/// The identity of a package: SHA-256 over the list of its model files. The card (<c>card.json</c>) is what the package says of itself, not the model, and stays out;
/// so do names that begin with a dot (what a crash or a file browser left behind).
/// </summary>
public static class PackageHash
{
    /// <summary>The package's hash.</summary>
    /// <param name="folder">The package.</param>
    /// <returns>64 lower-case hexadecimal digits: SHA-256 over the UTF-8 text <c>[{"path":...,"sha256":...},...]</c>, in ordinal order of the paths, no white space.</returns>
    /// <exception cref="PanguException">There is no such folder, or it holds no model file.</exception>
    public static string Of(string folder) => Of(Files(folder));

    /// <summary>The hash of a list of files.</summary>
    /// <param name="files">The files.</param>
    /// <returns>64 lower-case hexadecimal digits.</returns>
    public static string Of(IEnumerable<PackageFile> files)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartArray();
            foreach (var file in files.OrderBy(file => file.Path, StringComparer.Ordinal))
            {
                writer.WriteStartObject();
                writer.WriteString("path", file.Path);
                writer.WriteString("sha256", file.Sha256);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        return Convert.ToHexStringLower(SHA256.HashData(buffer.WrittenSpan));
    }

    /// <summary>The model files of a package with their hashes; reads every byte.</summary>
    /// <param name="folder">The package.</param>
    /// <returns>The files in ordinal order of their paths.</returns>
    /// <exception cref="PanguException">There is no such folder, or it holds no model file.</exception>
    public static IReadOnlyList<PackageFile> Files(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw PanguException.Missing("package-missing", $"There is no folder {folder}.");
        }

        var files = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(file => (File: file, Name: Path.GetRelativePath(folder, file).Replace(Path.DirectorySeparatorChar, '/')))
            .Where(file => file.Name != "card.json" && !file.Name.Split('/').Any(part => part.StartsWith('.')))
            .OrderBy(file => file.Name, StringComparer.Ordinal)
            .Select(file => Hash(file.File, file.Name.Normalize(NormalizationForm.FormC)))
            .ToList();
        return files.Count > 0
            ? files
            : throw PanguException.Usage("package-empty", $"{folder} holds no model file; a package has at least config.json and model.safetensors.");
    }

    private static PackageFile Hash(string file, string name)
    {
        using var stream = File.OpenRead(file);
        return new PackageFile(name, Convert.ToHexStringLower(SHA256.HashData(stream)), stream.Length);
    }
}
