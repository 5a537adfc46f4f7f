using System.Buffers;
using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;
using Pangu.Core;

namespace Pangu.Formats;

/// <summary>Writes safetensors files: the same tensors give the same bytes.</summary>
public static class SafetensorsWriter
{
    /// <summary>Writes or replaces a file atomically (<see cref="DurableFile"/>). The header lists names in ordinal order; data lies in order of element size, then name, so that every element is aligned.</summary>
    /// <param name="path">The file; its folder exists.</param>
    /// <param name="tensors">Tensors by name.</param>
    /// <param name="metadata">The file's own notes; null for none.</param>
    /// <exception cref="PanguException">A name is reserved, or a tensor's bytes do not fit its shape.</exception>
    /// <exception cref="IOException">The disk is full, or the folder cannot be written.</exception>
    public static void Write(string path, IReadOnlyDictionary<string, TensorData> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        foreach (var (name, tensor) in tensors)
        {
            if (name == "__metadata__" || tensor.Bytes.Length != tensor.Count * TensorData.ElementBytes(tensor.Type))
            {
                throw PanguException.Usage("safetensors-write", $"Tensor {name} with {tensor.Bytes.Length} bytes, type {tensor.Type} and shape [{string.Join(", ", tensor.Shape)}] cannot be written to {path}; the bytes must fit the shape and the name must not be __metadata__.");
            }
        }

        var layout = tensors
            .OrderByDescending(tensor => TensorData.ElementBytes(tensor.Value.Type))
            .ThenBy(tensor => tensor.Key, StringComparer.Ordinal)
            .ToList();
        var header = Header(layout, metadata);
        DurableFile.Write(path, stream =>
        {
            Span<byte> length = stackalloc byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
            stream.Write(length);
            stream.Write(header);
            foreach (var (_, tensor) in layout)
            {
                stream.Write(tensor.Bytes.Span);
            }
        });
    }

    private static byte[] Header(List<KeyValuePair<string, TensorData>> layout, IReadOnlyDictionary<string, string>? metadata)
    {
        var offsets = new SortedDictionary<string, (TensorData Tensor, long Begin)>(StringComparer.Ordinal);
        var position = 0L;
        foreach (var (name, tensor) in layout)
        {
            offsets[name] = (tensor, position);
            position += tensor.Bytes.Length;
        }

        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                writer.WriteStartObject("__metadata__");
                foreach (var (key, value) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
                {
                    writer.WriteString(key, value);
                }

                writer.WriteEndObject();
            }

            foreach (var (name, (tensor, begin)) in offsets)
            {
                WriteEntry(writer, name, tensor, begin);
            }

            writer.WriteEndObject();
        }

        var padded = new byte[(buffer.WrittenCount + 7) / 8 * 8];
        buffer.WrittenSpan.CopyTo(padded);
        padded.AsSpan(buffer.WrittenCount).Fill((byte)' ');
        return padded;
    }

    private static void WriteEntry(Utf8JsonWriter writer, string name, TensorData tensor, long begin)
    {
        writer.WriteStartObject(name);
        writer.WriteString("dtype", tensor.Type.ToString().ToUpperInvariant());
        writer.WriteStartArray("shape");
        foreach (var size in tensor.Shape)
        {
            writer.WriteNumberValue(size);
        }

        writer.WriteEndArray();
        writer.WriteStartArray("data_offsets");
        writer.WriteNumberValue(begin);
        writer.WriteNumberValue(begin + tensor.Bytes.Length);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
