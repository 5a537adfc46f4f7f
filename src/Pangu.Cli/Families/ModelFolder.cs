using Pangu.Core;
using Pangu.Formats;
using Pangu.Workshop.Registry;

namespace Pangu.Cli.Families;

/// <summary>A model's config and weights, whether a package or a Hugging Face folder holds them. Weights are valid until it is disposed.</summary>
internal sealed class ModelFolder : IDisposable
{
    private readonly IDisposable _file;

    private ModelFolder(ModelPackage package)
    {
        (Path, Family, Capability, Config, Weights) = (package.Folder, package.Family, package.Capability, package.Config, package.Weights);
        _file = package;
    }

    private ModelFolder(ImportedModel imported)
    {
        (Path, Family, Capability, Config, Weights) = (imported.Folder, imported.Family, imported.Capability, imported.Config, imported.Weights);
        ToForeign = imported.ToForeign;
        _file = imported;
    }

    /// <summary>Absolute path.</summary>
    public string Path { get; }

    /// <summary>The model's family.</summary>
    public Family Family { get; }

    /// <summary>What the model can be asked.</summary>
    public Capability Capability { get; }

    /// <summary>What it computes.</summary>
    public ModelConfig Config { get; }

    /// <summary>Every weight by slot name.</summary>
    public IReadOnlyDictionary<string, TensorData> Weights { get; }

    /// <summary>Values by slot as tensors of the names and shapes of a Hugging Face folder, usable after disposal; null for a package.</summary>
    public Func<IReadOnlyDictionary<string, TensorData>, IReadOnlyDictionary<string, TensorData>>? ToForeign { get; }

    /// <summary>Opens a model.</summary>
    /// <param name="model">Where it lies.</param>
    /// <returns>The folder; the caller disposes it.</returns>
    /// <exception cref="PanguException">The folder is damaged, or holds something that is not known.</exception>
    public static ModelFolder Open(LocatedModel model) => model.Source == ModelSource.HuggingFaceFolder
        ? new ModelFolder(HuggingFaceFolder.Read(model.Folder))
        : new ModelFolder(ModelPackage.Open(model.Folder, ModelFamilies.Configs));

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
