using System.Text.Json;
using Pangu.Core;
using Pangu.Formats;

namespace Pangu.Workshop.Registry;

/// <summary>What kind of folder a model reference led to.</summary>
public enum ModelSource
{
    /// <summary>A package of the registry.</summary>
    Registry,

    /// <summary>A package elsewhere.</summary>
    PackageFolder,

    /// <summary>A Hugging Face folder.</summary>
    HuggingFaceFolder,
}

/// <summary>A model that was found.</summary>
/// <param name="Folder">Absolute path of its folder.</param>
/// <param name="Source">What kind of folder that is.</param>
/// <param name="Registered">Its registry entry; null when it lies outside the registry.</param>
public sealed record LocatedModel(string Folder, ModelSource Source, RegisteredModel? Registered)
{
    /// <summary>What to call it in messages: its registry name, else its folder.</summary>
    public string DisplayName => Registered?.Name ?? Folder;
}

/// <summary>Finds what <c>&lt;model&gt;</c> means: a registry name, a folder or a file in it, or the beginning of a hash, in this order.</summary>
/// <param name="registry">The registry.</param>
public sealed class ModelLocator(IModelRegistry registry)
{
    private const int MostSuggestions = 3;

    /// <summary>Finds a model.</summary>
    /// <param name="reference">What the user wrote.</param>
    /// <returns>The model.</returns>
    /// <exception cref="PanguException">There is no such model, or the folder or file is none.</exception>
    public LocatedModel Locate(string reference)
    {
        var isPath = Path.IsPathRooted(reference) || reference.StartsWith('.') || reference.EndsWith(Path.DirectorySeparatorChar);
        if (!isPath)
        {
            var models = registry.List();
            if (models.Any(model => model.Name == reference))
            {
                return InRegistry(registry.Find(reference)!);
            }

            if (!Directory.Exists(reference) && !File.Exists(reference))
            {
                return registry.Find(reference) is { } found ? InRegistry(found) : throw NotFound(reference, models);
            }
        }

        return AtPath(Path.GetFullPath(reference), reference);
    }

    private static LocatedModel InRegistry(RegisteredModel model) => new(model.Folder, ModelSource.Registry, model);

    private static LocatedModel AtPath(string path, string reference)
    {
        if (path.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase) && File.Exists(path))
        {
            throw PanguException.Usage("model-gguf", $"{reference} is a GGUF file; this version reads packages and Hugging Face folders.");
        }

        var folder = File.Exists(path) && Path.GetFileName(path) is "config.json" or "model.safetensors" ? Path.GetDirectoryName(path)! : path;
        if (!Directory.Exists(folder))
        {
            throw File.Exists(folder)
                ? PanguException.Usage("model-file", $"{reference} is no model; expected a package folder, a Hugging Face folder, or its config.json or model.safetensors.")
                : PanguException.Missing("model-not-found", $"There is no folder or file {reference}.");
        }

        if (ModelPackage.Looks(folder))
        {
            return new LocatedModel(folder, ModelSource.PackageFolder, null);
        }

        return LooksLikeHuggingFace(Path.Combine(folder, "config.json"))
            ? new LocatedModel(folder, ModelSource.HuggingFaceFolder, null)
            : throw PanguException.Usage("model-folder", $"{reference} is no model: expected a config.json that says \"format\": \"pangu/1\" (a package) or names a \"model_type\" (a Hugging Face folder).");
    }

    private static bool LooksLikeHuggingFace(string configPath)
    {
        if (!File.Exists(configPath))
        {
            return false;
        }

        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(configPath));
            return document.RootElement.ValueKind == JsonValueKind.Object && (document.RootElement.TryGetProperty("model_type", out _) || document.RootElement.TryGetProperty("architectures", out _));
        }
        catch (JsonException exception)
        {
            throw new PanguException(ErrorKind.Usage, "model-config", $"{configPath} is not JSON: {exception.Message}", exception);
        }
    }

    private static PanguException NotFound(string reference, IReadOnlyList<RegisteredModel> models)
    {
        var near = models.Select(model => model.Name).Distinct().Where(name => name.Contains(reference, StringComparison.OrdinalIgnoreCase) || name.Split('/')[^1] == reference.Split('/')[^1]).Take(MostSuggestions).ToList();
        var next = models.Count == 0 ? "The registry is empty: ./pangu run power-transformer makes models."
            : near.Count > 0 ? $"Did you mean {string.Join(" or ", near)}?"
            : "./pangu models list shows what there is.";
        return PanguException.Missing("model-not-found", $"There is no model '{reference}': no registry name, no folder, no hash begins so. {next}");
    }
}
