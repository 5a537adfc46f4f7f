using System.Buffers.Binary;
using Pangu.Core;

namespace Pangu.Formats;

/// <summary>
/// A safetensors file, mapped into memory: tensors are views of the file and are read from disk when they are looked at.
/// Safe for many readers; tensors are valid until the file is disposed.
/// </summary>
public sealed class SafetensorsFile : IDisposable
{
    /// <summary>The reference implementation's limit.</summary>
    private const int MaxHeaderBytes = 100_000_000;

    private readonly MappedFile? _mapped;
    private readonly Dictionary<string, TensorData> _tensors;

    private SafetensorsFile(string path, MappedFile mapped, SafetensorsHeader header, Dictionary<string, TensorData> tensors)
    {
        Path = path;
        _mapped = mapped;
        _tensors = tensors;
        Metadata = header.Metadata;
        Names = [.. tensors.Keys.Order(StringComparer.Ordinal)];
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Names of its tensors, in ordinal order.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The file's own notes (<c>__metadata__</c>).</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>All tensors by name.</summary>
    public IReadOnlyDictionary<string, TensorData> Tensors => _tensors;

    /// <summary>One tensor; no copy.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="PanguException">The file has no tensor of that name.</exception>
    public TensorData this[string name] => _tensors.TryGetValue(name, out var tensor)
        ? tensor
        : throw PanguException.Usage("safetensors-name", $"{Path} has no tensor {name}; it has {_tensors.Count} others.");

    /// <summary>Maps a file and checks its header and every range.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The file; the caller disposes it.</returns>
    /// <exception cref="PanguException">There is no such file, or it is not a sound safetensors file.</exception>
    public static SafetensorsFile Open(string path)
    {
        var info = new FileInfo(path);
        if (!info.Exists)
        {
            throw PanguException.Missing("safetensors-missing", $"There is no file {path}.");
        }

        if (info.Length < 8)
        {
            throw PanguException.Usage("safetensors", $"{path} is not a sound safetensors file: it has {info.Length} bytes, fewer than the 8 of the header's length.");
        }

        MappedFile? mapped = null;
        try
        {
            mapped = MappedFile.Open(path);
            return Read(path, mapped);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            mapped?.Dispose();
            throw new PanguException(ErrorKind.Missing, "safetensors-read", $"{path} could not be read: {exception.Message}", exception);
        }
        catch
        {
            mapped?.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _mapped?.Dispose();

    private static SafetensorsFile Read(string path, MappedFile mapped)
    {
        var headerBytes = BinaryPrimitives.ReadUInt64LittleEndian(mapped.Span(0, 8));
        if (headerBytes > MaxHeaderBytes || (long)headerBytes > mapped.Length - 8)
        {
            throw PanguException.Usage("safetensors", $"{path} is not a sound safetensors file: its header claims {headerBytes} bytes, but the file holds {mapped.Length - 8} and the format allows {MaxHeaderBytes}.");
        }

        var dataStart = 8 + (long)headerBytes;
        var header = SafetensorsHeader.Read(mapped.Span(8, (int)headerBytes), mapped.Length - dataStart, path);
        var tensors = new Dictionary<string, TensorData>(header.Entries.Count, StringComparer.Ordinal);
        foreach (var entry in header.Entries.Values)
        {
            var bytes = entry.End - entry.Begin;
            tensors[entry.Name] = bytes <= int.MaxValue
                ? new TensorData(entry.Type, entry.Shape, mapped.Slice(dataStart + entry.Begin, (int)bytes))
                : throw PanguException.Usage("safetensors-size", $"Tensor {entry.Name} of {path} has {bytes} bytes; one tensor may have at most {int.MaxValue}.");
        }

        return new SafetensorsFile(path, mapped, header, tensors);
    }
}
