using System.Text.Json;
using System.Text.Json.Nodes;
using Pangu.Core;

namespace Pangu.Formats;

/// <summary>Reads model folders as transformers' <c>save_pretrained</c> writes them: <c>config.json</c> and <c>model.safetensors</c>, or several weight files with an index.</summary>
public static class HuggingFaceFolder
{
    private const string ConfigName = "config.json";
    private static readonly Architecture[] Architectures =
    [
        new PatchTst(), new Llama(), new Mistral(), new Mixtral(), new Qwen3(), new Gpt2(), new PanguEmbedded(), new PanguProMoe(), new PanguPi(), new PanguAlpha(),
    ];

    /// <summary>Whether a folder looks like one: its <c>config.json</c> has a <c>model_type</c> and no Pangu format.</summary>
    /// <param name="folder">The folder.</param>
    /// <returns>True when <see cref="Read"/> is worth trying.</returns>
    public static bool Looks(string folder)
    {
        var path = Path.Combine(folder, ConfigName);
        if (!File.Exists(path))
        {
            return false;
        }

        try
        {
            var config = ForeignConfig.Read(path);
            return config.ModelType() is not null && !config.Has("format");
        }
        catch (PanguException)
        {
            return false;
        }
    }

    /// <summary>Reads a folder. Every field of its config is honoured or refused by name, every tensor has its slot.</summary>
    /// <param name="folder">The folder.</param>
    /// <returns>The model; the caller disposes it.</returns>
    /// <exception cref="PanguException">The architecture is unknown, a field cannot be honoured, or a tensor is missing, unexpected or misshapen; all problems are listed.</exception>
    public static ImportedModel Read(string folder)
    {
        var absolute = Path.GetFullPath(folder);
        var configPath = Path.Combine(absolute, ConfigName);
        if (!File.Exists(configPath))
        {
            throw PanguException.Missing("hugging-face-missing", Directory.Exists(absolute)
                ? $"{absolute} has no {ConfigName}; a Hugging Face folder has {ConfigName} and {ForeignWeights.FileName}."
                : $"There is no folder {absolute}.");
        }

        var config = ForeignConfig.Read(configPath);
        var model = Find(config).Read(config);
        CheckSettings(model, configPath);
        var files = ForeignWeights.Open(absolute);
        try
        {
            return new ImportedModel(absolute, model with { EndIds = EndIds.Read(absolute, config) }, files, config.Notes);
        }
        catch
        {
            files.Dispose();
            throw;
        }
    }

    /// <summary>Writes a folder that transformers' <c>from_pretrained</c> reads, where one of its architectures can say the model. The folder appears only when it is whole and on disk.</summary>
    /// <param name="folder">The folder; it must not exist.</param>
    /// <param name="config">The model.</param>
    /// <param name="weights">Its weights by slot.</param>
    /// <param name="channels">Number of channels of a series model's data, at least 1; without meaning for other models.</param>
    /// <exception cref="PanguException">The folder exists, or the format cannot say this model; what it cannot say is listed.</exception>
    public static void Write(string folder, ModelConfig config, IReadOnlyDictionary<string, TensorData> weights, int channels)
    {
        if (Directory.Exists(folder) || File.Exists(folder))
        {
            throw PanguException.Usage("export-exists", $"{folder} exists already; choose another name or remove it first.");
        }

        var (text, model) = Say(WithoutIdleChannels(config), channels, Path.Combine(folder, ConfigName));
        WeightCheck.Require(config, weights, folder);
        DurableFile.CreateFolder(folder, temporary =>
        {
            DurableFile.WriteText(Path.Combine(temporary, ConfigName), text);
            SafetensorsWriter.Write(Path.Combine(temporary, ForeignWeights.FileName), model.Names.ToForeign(weights), new Dictionary<string, string> { ["format"] = "pt" });
        });
    }

    /// <summary>The first architecture whose fields, read back, are the whole model.</summary>
    private static (string Text, ForeignModel Model) Say(ModelConfig config, int channels, string path)
    {
        (string ClassName, IReadOnlyList<string> Differences)? closest = null;
        foreach (var architecture in Architectures)
        {
            if ((architecture is PatchTst ? PatchTstExport.Fields(config, channels) : architecture.Fields(config)) is not { } fields)
            {
                continue;
            }

            var sorted = new JsonObject(fields.OrderBy(field => field.Key, StringComparer.Ordinal).Select(field => KeyValuePair.Create(field.Key, field.Value?.DeepClone())));
            var text = sorted.ToJsonString(new JsonSerializerOptions { WriteIndented = true, NewLine = "\n" }) + "\n";
            var model = architecture.Read(ForeignConfig.Parse(text, path));
            var differences = ConfigDifference.Between(config, model.Config);
            if (differences.Count == 0)
            {
                return (text, model);
            }

            closest = closest is null || differences.Count < closest.Value.Differences.Count ? (model.ClassName, differences) : closest;
        }

        throw closest is { } best
            ? new PanguException(ErrorKind.Usage, "export-hugging-face", $"transformers' {best.ClassName} cannot say this model; export it as a package instead.", [.. best.Differences.Select(difference => new Problem(null, null, difference))])
            : PanguException.Usage("export-hugging-face", $"A model of {config.Embedder.GetType().Name}, {config.Body.GetType().Name} and {config.Head.GetType().Name} in this arrangement has no class in transformers; export it as a package instead.");
    }

    /// <summary>The same model without numbers of channels that no weight depends on.</summary>
    private static ModelConfig WithoutIdleChannels(ModelConfig config) => config with
    {
        Embedder = config.Embedder is SeriesEmbedder { SharedProjection: true } embedder ? embedder with { Channels = 0 } : config.Embedder,
        Head = config.Head switch
        {
            ForecastHead { Members: 1, Output: FlattenOutput { SharedProjection: true }, Intervals: IntervalSource.Network } head => head with { Channels = 0 },
            ReconstructionHead { SharedProjection: true } head => head with { Channels = 0 },
            var head => head,
        },
    };

    private static Architecture Find(ForeignConfig config)
    {
        var type = config.ModelType();
        return Array.Find(Architectures, architecture => architecture.ModelType == type)
            ?? throw PanguException.Usage("hugging-face-model-type", $"{config.Path} has model_type {type ?? "absent"}; {string.Join(", ", Architectures.Select(architecture => architecture.ModelType))} can be imported.");
    }

    private static void CheckSettings(ForeignModel model, string configPath)
    {
        var problems = model.Config.Validate();
        if (problems.Count > 0)
        {
            throw new PanguException(ErrorKind.Usage, "hugging-face-config", $"{configPath} says a {model.ClassName} that does not fit together.", [.. problems.Select(problem => new Problem(configPath, null, problem))]);
        }
    }
}
