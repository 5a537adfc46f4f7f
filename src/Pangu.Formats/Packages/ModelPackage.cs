using Pangu.Core;

namespace Pangu.Formats;

/// <summary>A model on disk: a folder with <c>config.json</c>, <c>model.safetensors</c>, what its family adds (such as <c>preprocessor.json</c>), and its <c>card.json</c>. Safe for many readers; weights are valid until it is disposed.</summary>
public sealed class ModelPackage : IDisposable
{
    private const string ConfigName = "config.json";
    private const string WeightsName = "model.safetensors";

    private readonly SafetensorsFile _file;

    private ModelPackage(string folder, PackageConfig header, ModelConfig config, SafetensorsFile file)
    {
        Folder = folder;
        Family = header.Family;
        Capability = header.Capability;
        Config = config;
        _file = file;
    }

    /// <summary>Absolute path of the folder.</summary>
    public string Folder { get; }

    /// <summary>The model's family.</summary>
    public Family Family { get; }

    /// <summary>What the model can be asked.</summary>
    public Capability Capability { get; }

    /// <summary>What it computes.</summary>
    public ModelConfig Config { get; }

    /// <summary>Every weight by slot name, as stored (float32, float16, bfloat16 or float64); exactly the slots of <see cref="Config"/>.</summary>
    public IReadOnlyDictionary<string, TensorData> Weights => _file.Tensors;

    /// <summary>Opens a package and checks its weights against its config.</summary>
    /// <param name="folder">The package.</param>
    /// <param name="families">Reads the config of the families that the caller knows.</param>
    /// <param name="expected">The family that the caller wants; null for any.</param>
    /// <returns>The package; the caller disposes it.</returns>
    /// <exception cref="PanguException">The folder is no package, has a newer format, is of another family, or its weights do not fit (every missing, unexpected and misshapen weight is listed).</exception>
    public static ModelPackage Open(string folder, ModelConfigJson families, Family? expected = null)
    {
        var absolute = Path.GetFullPath(folder);
        var configPath = RequireFile(absolute, ConfigName);
        var header = PackageConfig.Read(configPath);
        if (expected is { } family && header.Family != family)
        {
            throw PanguException.Usage("model-family", $"{absolute} is a model of the family {Words.Of(header.Family)}; expected {Words.Of(family)}.");
        }

        var config = families.Read(header.Model, configPath);
        var file = SafetensorsFile.Open(RequireFile(absolute, WeightsName));
        try
        {
            WeightCheck.Require(config, file.Tensors, file.Path);
        }
        catch
        {
            file.Dispose();
            throw;
        }

        return new ModelPackage(absolute, header, config, file);
    }

    /// <summary>Whether a folder says that it is a package (its <c>config.json</c> has a Pangu format, of any version).</summary>
    /// <param name="folder">The folder.</param>
    /// <returns>True when <see cref="Open"/> is worth trying.</returns>
    public static bool Looks(string folder)
    {
        var path = Path.Combine(folder, ConfigName);
        if (!File.Exists(path))
        {
            return false;
        }

        try
        {
            _ = PackageConfig.Read(path);
            return true;
        }
        catch (PanguException exception)
        {
            return exception.Code == "package-format";
        }
    }

    /// <summary>Writes a package: the folder appears only when it is whole and on disk.</summary>
    /// <param name="folder">The folder; it must not exist (packages are immutable).</param>
    /// <param name="contents">What the package holds.</param>
    /// <param name="families">Writes the config of the families that the caller knows.</param>
    /// <exception cref="PanguException">The folder exists, the config has problems, or the weights do not fit it.</exception>
    /// <exception cref="IOException">The disk is full, or the parent folder cannot be written.</exception>
    public static void Write(string folder, PackageContents contents, ModelConfigJson families)
    {
        if (Directory.Exists(folder) || File.Exists(folder))
        {
            throw PanguException.Usage("package-exists", $"{folder} exists already; packages are immutable. Choose another name or remove it first.");
        }

        var problems = contents.Config.Validate();
        if (problems.Count > 0)
        {
            throw new PanguException(ErrorKind.Usage, "model-config", $"The model config for {folder} has {problems.Count} problem(s).", [.. problems.Select(problem => new Problem(folder, null, problem))]);
        }

        foreach (var name in contents.ExtraFiles.Keys)
        {
            if (name is "" or ConfigName or WeightsName || name.StartsWith('.') || name != Path.GetFileName(name))
            {
                throw PanguException.Usage("package-file", $"{folder} cannot hold a further file named \"{name}\"; names are plain, do not begin with a dot and are neither {ConfigName} nor {WeightsName}.");
            }
        }

        WeightCheck.Require(contents.Config, contents.Weights, Path.Combine(folder, WeightsName));
        var header = new PackageConfig { Format = PackageConfig.CurrentFormat, Family = contents.Family, Capability = contents.Capability, Model = families.Write(contents.Config) };
        DurableFile.CreateFolder(folder, temporary =>
        {
            DurableFile.WriteText(Path.Combine(temporary, ConfigName), header.ToJson());
            SafetensorsWriter.Write(Path.Combine(temporary, WeightsName), contents.Weights);
            foreach (var (name, text) in contents.ExtraFiles)
            {
                DurableFile.WriteText(Path.Combine(temporary, name), text);
            }
        });
    }

    /// <summary>Writes a package; see <see cref="Write(string, PackageContents, ModelConfigJson)"/>.</summary>
    /// <param name="folder">The folder; it must not exist.</param>
    /// <param name="family">The model's family.</param>
    /// <param name="capability">What the model can be asked.</param>
    /// <param name="config">What it computes.</param>
    /// <param name="weights">Every weight by slot name.</param>
    /// <param name="extraFiles">Further text files by name, such as <c>preprocessor.json</c>.</param>
    /// <param name="families">Writes the config of the families that the caller knows.</param>
    /// <exception cref="PanguException">The folder exists, the config has problems, or the weights do not fit it.</exception>
    public static void Write(string folder, Family family, Capability capability, ModelConfig config, IReadOnlyDictionary<string, TensorData> weights, IReadOnlyDictionary<string, string> extraFiles, ModelConfigJson families) =>
        Write(folder, new PackageContents { Family = family, Capability = capability, Config = config, Weights = weights, ExtraFiles = extraFiles }, families);

    /// <summary>Whether the package has a file.</summary>
    /// <param name="name">Its name, for example <c>preprocessor.json</c>.</param>
    /// <returns>True when it is there.</returns>
    public bool Has(string name) => File.Exists(Path.Combine(Folder, name));

    /// <summary>Reads a text file of the package.</summary>
    /// <param name="name">Its name, for example <c>preprocessor.json</c>.</param>
    /// <returns>The text.</returns>
    /// <exception cref="PanguException">The package has no such file.</exception>
    public string ReadText(string name) => File.ReadAllText(RequireFile(Folder, name));

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static string RequireFile(string folder, string name)
    {
        var path = Path.Combine(folder, name);
        return File.Exists(path)
            ? path
            : throw PanguException.Missing("package-missing", Directory.Exists(folder)
                ? $"{folder} has no {name}, so it is no Pangu package; a package has {ConfigName} and {WeightsName}."
                : $"There is no folder {folder}.");
    }
}

/// <summary>What a package is written from.</summary>
public sealed record PackageContents
{
    /// <summary>The model's family.</summary>
    public required Family Family { get; init; }

    /// <summary>What the model can be asked.</summary>
    public required Capability Capability { get; init; }

    /// <summary>What it computes.</summary>
    public required ModelConfig Config { get; init; }

    /// <summary>Every weight by slot name; exactly the slots of <see cref="Config"/>.</summary>
    public required IReadOnlyDictionary<string, TensorData> Weights { get; init; }

    /// <summary>Further text files by name, such as <c>preprocessor.json</c>. Default none.</summary>
    public IReadOnlyDictionary<string, string> ExtraFiles { get; init; } = new Dictionary<string, string>();
}
