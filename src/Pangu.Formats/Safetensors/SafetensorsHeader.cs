using System.Text.Json;
using System.Text.Unicode;
using Pangu.Core;

namespace Pangu.Formats;

/// <summary>One tensor of a safetensors header; offsets count from the end of the header.</summary>
internal sealed record SafetensorsEntry(string Name, ElementType Type, IReadOnlyList<long> Shape, long Begin, long End);

/// <summary>The JSON header of a safetensors file. Every count is checked against what the file holds before anything is allocated for it.</summary>
/// <remarks>https://huggingface.co/docs/safetensors: 8 bytes length (little endian), JSON, data without holes.</remarks>
internal sealed class SafetensorsHeader
{
    private static readonly Dictionary<string, ElementType> TypesByName = Enum.GetValues<ElementType>().ToDictionary(type => type.ToString().ToUpperInvariant(), StringComparer.Ordinal);
    private static readonly string[] TypesWithoutMeaningHere = ["F4", "F6_E2M3", "F6_E3M2", "F8_E5M2", "F8_E4M3", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ", "C64", "C128"];

    private readonly string _source;
    private readonly Dictionary<string, SafetensorsEntry> _entries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _metadata = new(StringComparer.Ordinal);

    private SafetensorsHeader(string source) => _source = source;

    public IReadOnlyDictionary<string, SafetensorsEntry> Entries => _entries;

    public IReadOnlyDictionary<string, string> Metadata => _metadata;

    /// <summary>Reads a header.</summary>
    /// <param name="json">The header's bytes.</param>
    /// <param name="dataBytes">Bytes of the file after the header.</param>
    /// <param name="source">The file, for error messages.</param>
    /// <exception cref="PanguException">The header is not what the format asks for.</exception>
    public static SafetensorsHeader Read(ReadOnlySpan<byte> json, long dataBytes, string source)
    {
        var header = new SafetensorsHeader(source);
        if (!Utf8.IsValid(json))
        {
            throw header.Bad("its header is not valid UTF-8");
        }

        if (json.IsEmpty || json[0] != '{')
        {
            throw header.Bad("its header does not begin with {");
        }

        try
        {
            header.ReadObject(json);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new PanguException(ErrorKind.Usage, "safetensors", $"{source} is not a sound safetensors file: its header is not the expected JSON ({exception.Message})", exception);
        }

        header.CheckRanges(dataBytes);
        return header;
    }

    private void ReadObject(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        var metadataSeen = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            if (name == "__metadata__")
            {
                ReadMetadata(ref reader, metadataSeen);
                metadataSeen = true;
            }
            else if (!_entries.TryAdd(name, ReadEntry(ref reader, name)))
            {
                throw Bad($"tensor {name} occurs twice in its header");
            }
        }

        if (reader.Read())
        {
            throw Bad("its header goes on after the JSON object");
        }
    }

    private void ReadMetadata(ref Utf8JsonReader reader, bool seen)
    {
        if (seen || reader.TokenType != JsonTokenType.StartObject)
        {
            throw Bad(seen ? "__metadata__ occurs twice in its header" : $"__metadata__ is {reader.TokenType}; expected an object of strings");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = reader.GetString()!;
            reader.Read();
            _metadata[key] = reader.TokenType == JsonTokenType.String ? reader.GetString()! : throw Bad($"__metadata__.{key} is {reader.TokenType}; expected a string");
        }
    }

    private SafetensorsEntry ReadEntry(ref Utf8JsonReader reader, string name)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw Bad($"tensor {name} is {reader.TokenType}; expected an object with dtype, shape and data_offsets");
        }

        ElementType? type = null;
        List<long>? shape = null;
        List<long>? offsets = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = reader.GetString();
            reader.Read();
            switch (key)
            {
                case "dtype" when type is null:
                    type = ReadType(ref reader, name);
                    break;
                case "shape" when shape is null:
                    shape = ReadNumbers(ref reader, $"shape of tensor {name}");
                    break;
                case "data_offsets" when offsets is null:
                    offsets = ReadNumbers(ref reader, $"data_offsets of tensor {name}");
                    break;
                case "dtype" or "shape" or "data_offsets":
                    throw Bad($"tensor {name} has {key} twice");
                default:
                    reader.Skip();
                    break;
            }
        }

        if (type is null || shape is null || offsets is null)
        {
            throw Bad($"tensor {name} lacks {(type is null ? "dtype" : shape is null ? "shape" : "data_offsets")}");
        }

        return offsets is [var begin, var end]
            ? new SafetensorsEntry(name, type.Value, shape, begin, end)
            : throw Bad($"data_offsets of tensor {name} has {offsets.Count} numbers; expected begin and end");
    }

    private ElementType ReadType(ref Utf8JsonReader reader, string name)
    {
        var text = reader.TokenType == JsonTokenType.String ? reader.GetString()! : throw Bad($"dtype of tensor {name} is {reader.TokenType}; expected a string");
        if (TypesByName.TryGetValue(text, out var type))
        {
            return type;
        }

        throw TypesWithoutMeaningHere.Contains(text)
            ? PanguException.Usage("safetensors-type", $"Tensor {name} of {_source} has dtype {text}, which is not supported; supported are {string.Join(", ", TypesByName.Keys)}. Store it in one of these.")
            : Bad($"tensor {name} has the unknown dtype {text} (names are case-sensitive)");
    }

    private List<long> ReadNumbers(ref Utf8JsonReader reader, string what)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw Bad($"{what} is {reader.TokenType}; expected a list of whole numbers");
        }

        var numbers = new List<long>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            numbers.Add(reader.TokenType == JsonTokenType.Number && reader.ValueSpan[0] != '-' && reader.TryGetInt64(out var number)
                ? number
                : throw Bad($"{what} holds something that is not a whole number of at least 0"));
        }

        return numbers;
    }

    private void CheckRanges(long dataBytes)
    {
        var position = 0L;
        foreach (var entry in _entries.Values.OrderBy(entry => entry.Begin).ThenBy(entry => entry.End))
        {
            if (entry.End < entry.Begin)
            {
                throw Bad($"tensor {entry.Name} ends at {entry.End} before it begins at {entry.Begin}");
            }

            if (entry.Begin != position)
            {
                throw Bad($"tensor {entry.Name} begins at {entry.Begin}, expected {position}: data must neither overlap nor leave holes");
            }

            if (ByteCount(entry) is not { } bytes || bytes != entry.End - entry.Begin)
            {
                throw Bad($"tensor {entry.Name} has {entry.End - entry.Begin} bytes, which does not fit dtype {entry.Type} and shape [{string.Join(", ", entry.Shape)}]");
            }

            position = entry.End;
        }

        if (position != dataBytes)
        {
            throw Bad($"its header describes {position} bytes of data but the file holds {dataBytes}; it was cut off or something was appended");
        }
    }

    private static long? ByteCount(SafetensorsEntry entry)
    {
        Int128 product = TensorData.ElementBytes(entry.Type);
        foreach (var size in entry.Shape)
        {
            product *= size;
            if (product > long.MaxValue)
            {
                return null;
            }
        }

        return (long)product;
    }

    private PanguException Bad(string what) => PanguException.Usage("safetensors", $"{_source} is not a sound safetensors file: {what}.");
}
