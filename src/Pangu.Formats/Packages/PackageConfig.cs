using System.Text.Json;
using System.Text.Json.Serialization;
using Pangu.Core;

namespace Pangu.Formats;

/// <summary>What stands in a package's <c>config.json</c>.</summary>
internal sealed record PackageConfig
{
    public const string CurrentFormat = "pangu/1";

    public required string Format { get; init; }

    public required Family Family { get; init; }

    public required Capability Capability { get; init; }

    public required JsonElement Model { get; init; }

    /// <summary>Reads the file; the model stays JSON until a family's types are known.</summary>
    public static PackageConfig Read(string path)
    {
        using var document = Parse(path);
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw PanguException.Usage("package-config", $"{path} is {root.ValueKind}; expected an object.");
        }

        CheckFormat(root, path);
        try
        {
            return root.Deserialize(PackageJson.Default.PackageConfig)!;
        }
        catch (JsonException exception)
        {
            throw new PanguException(ErrorKind.Usage, "package-config", $"{path} could not be read: {exception.Message}", exception);
        }
    }

    public string ToJson() => JsonSerializer.Serialize(this, PackageJson.Default.PackageConfig) + "\n";

    private static JsonDocument Parse(string path)
    {
        try
        {
            return JsonDocument.Parse(File.ReadAllText(path), new JsonDocumentOptions { AllowDuplicateProperties = false });
        }
        catch (JsonException exception)
        {
            throw new PanguException(ErrorKind.Usage, "package-config", $"{path} is not JSON: {exception.Message}", exception);
        }
    }

    private static void CheckFormat(JsonElement root, string path)
    {
        if (!root.TryGetProperty("format", out var format) || format.ValueKind != JsonValueKind.String)
        {
            throw root.TryGetProperty("model_type", out var type) || root.TryGetProperty("architectures", out type)
                ? PanguException.Usage("package-foreign", $"{Path.GetDirectoryName(path)} is a Hugging Face folder ({type}), not a Pangu package; import it first: pangu models import {Path.GetDirectoryName(path)}")
                : PanguException.Usage("package-config", $"{path} has no \"format\"; a package's config.json says \"format\": \"{CurrentFormat}\".");
        }

        if (format.GetString() != CurrentFormat)
        {
            throw PanguException.Usage("package-format", $"{path} has format {format.GetString()}; this version reads {CurrentFormat}. Use the version of Pangu that wrote it, or a newer one.");
        }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    WriteIndented = true,
    NewLine = "\n")]
[JsonSerializable(typeof(PackageConfig))]
internal sealed partial class PackageJson : JsonSerializerContext;
