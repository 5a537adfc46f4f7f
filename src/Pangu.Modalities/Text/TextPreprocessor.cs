using System.Text.Json;
using System.Text.Json.Serialization;
using Pangu.Core;

namespace Pangu.Modalities.Text;

/// <summary>What a language package needs to know of its texts beside its tokenizer; stored as <c>preprocessor.json</c>.</summary>
public sealed record TextPreprocessor
{
    /// <summary>Name of the file in a package.</summary>
    public const string FileName = "preprocessor.json";

    /// <summary>Tokens of the windows that the model was trained on; null where it is not known.</summary>
    public int? TrainedTokens { get; init; }

    /// <summary>Ids that end a text. Default none.</summary>
    public IReadOnlyList<int> EndIds { get; init; } = [];

    /// <summary>Writes the file's text.</summary>
    /// <returns>Indented JSON, LF line ends.</returns>
    public string ToJson() => JsonSerializer.Serialize(this, TextPreprocessorJson.Default.TextPreprocessor);

    /// <summary>Reads a package's file.</summary>
    /// <param name="folder">The package; one without the file knows nothing.</param>
    /// <returns>The settings.</returns>
    /// <exception cref="PanguException">The file is not a text preprocessor.</exception>
    public static TextPreprocessor Open(string folder)
    {
        var path = Path.Combine(folder, FileName);
        try
        {
            return File.Exists(path)
                ? JsonSerializer.Deserialize(File.ReadAllText(path), TextPreprocessorJson.Default.TextPreprocessor) ?? throw PanguException.Usage("preprocessor", $"{path} is null; expected an object.")
                : new TextPreprocessor();
        }
        catch (JsonException exception)
        {
            throw new PanguException(ErrorKind.Usage, "preprocessor", $"{path} could not be read as a text preprocessor: {exception.Message}", exception);
        }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    WriteIndented = true,
    NewLine = "\n")]
[JsonSerializable(typeof(TextPreprocessor))]
internal sealed partial class TextPreprocessorJson : JsonSerializerContext;
