using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Pangu.Core;

namespace Pangu.Modalities.Text;

/// <summary>Reads a package's tokenizer, whatever its kind.</summary>
public static class TextTokenizers
{
    /// <summary>Name of the file in a package.</summary>
    public const string FileName = "tokenizer.json";

    // Characters stand in the file as they are, Chinese too; it is read as JSON, never put into a page.
    private static readonly TextTokenizerJson s_json = new(new JsonSerializerOptions(TextTokenizerJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>Reads the file's text.</summary>
    /// <param name="json">JSON text with a <c>kind</c>.</param>
    /// <param name="source">What is being read, for error messages.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="PanguException">The text is no tokenizer, or one of a kind that this version does not read.</exception>
    public static ITextTokenizer Read(string json, string source)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                throw PanguException.Usage("tokenizer", $"{source} is {root.ValueKind}; expected an object with kind.");
            }

            return KindOf(root) switch
            {
                CharacterTokenizerFile.Name => OfCharacters(Bind(root, s_json.CharacterTokenizerFile)),
                ByteTokenizerFile.Name => OfBytes(Bind(root, s_json.ByteTokenizerFile)),
                null when root.TryGetProperty("model", out var model) => OfSubwords(model, source),
                var kind => throw PanguException.Usage("tokenizer-kind", $"{source} has kind {(kind is null ? "missing" : $"\"{kind}\"")}; expected {CharacterTokenizerFile.Name} or {ByteTokenizerFile.Name}."),
            };
        }
        catch (JsonException exception)
        {
            throw new PanguException(ErrorKind.Usage, "tokenizer", $"{source} could not be read as a tokenizer: {exception.Message}", exception);
        }
    }

    /// <summary>Reads the tokenizer of a package folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="PanguException">There is none, or it cannot be read.</exception>
    public static ITextTokenizer Open(string folder)
    {
        var path = Path.Combine(folder, FileName);
        return File.Exists(path)
            ? Read(File.ReadAllText(path), path)
            : throw PanguException.Missing("tokenizer-missing", $"{folder} holds no {FileName}; a model that reads text needs one.");
    }

    internal static string Write(CharacterTokenizerFile file) => JsonSerializer.Serialize(file, s_json.CharacterTokenizerFile);

    internal static string Write(ByteTokenizerFile file) => JsonSerializer.Serialize(file, s_json.ByteTokenizerFile);

    /// <summary>The place of real tokenizers (byte-pair, unigram, word pieces), whose files have a <c>model</c> with a <c>type</c>.</summary>
    private static ITextTokenizer OfSubwords(JsonElement model, string source)
    {
        var type = model.ValueKind == JsonValueKind.Object && model.TryGetProperty("type", out var value) ? value.ToString() : "of an unknown type";
        throw PanguException.Usage("tokenizer-kind", $"{source} is a sub-word tokenizer ({type}), which this version does not read yet; it reads the kinds {CharacterTokenizerFile.Name} and {ByteTokenizerFile.Name}. The model itself can be used by token ids.");
    }

    private static CharacterTokenizer OfCharacters(CharacterTokenizerFile file) => new(file.Characters, file.Unknown);

    private static ByteTokenizer OfBytes(ByteTokenizerFile _) => new();

    private static string? KindOf(JsonElement root) => root.TryGetProperty("kind", out var kind) ? kind.ToString() : null;

    private static T Bind<T>(JsonElement root, JsonTypeInfo<T> type) => root.Deserialize(type) ?? throw new JsonException("null");
}

/// <summary>The file of a <see cref="CharacterTokenizer"/>.</summary>
internal sealed record CharacterTokenizerFile
{
    public const string Name = "characters";

    public string Kind { get; init; } = Name;

    public required string Characters { get; init; }

    public string? Unknown { get; init; }
}

/// <summary>The file of a <see cref="ByteTokenizer"/>.</summary>
internal sealed record ByteTokenizerFile
{
    public const string Name = "bytes";

    public string Kind { get; init; } = Name;
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    WriteIndented = true,
    NewLine = "\n")]
[JsonSerializable(typeof(CharacterTokenizerFile))]
[JsonSerializable(typeof(ByteTokenizerFile))]
internal sealed partial class TextTokenizerJson : JsonSerializerContext;
