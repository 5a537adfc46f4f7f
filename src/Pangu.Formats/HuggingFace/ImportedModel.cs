using Pangu.Core;

namespace Pangu.Formats;

/// <summary>A foreign model folder, understood: what it computes and its weights by slot. Weights are views of the mapped file, valid until it is disposed. Safe for many readers.</summary>
public sealed class ImportedModel : IDisposable
{
    private readonly SafetensorsFile _file;

    internal ImportedModel(string folder, ForeignModel model, IReadOnlyDictionary<string, TensorData> weights, IReadOnlyList<string> notes, SafetensorsFile file)
    {
        Folder = folder;
        Architecture = model.ClassName;
        Family = model.Family;
        Capability = model.Capability;
        Config = model.Config;
        Weights = weights;
        Notes = notes;
        _file = file;
    }

    /// <summary>Absolute path of the folder.</summary>
    public string Folder { get; }

    /// <summary>The class it was saved from, for example <c>PatchTSTForPrediction</c>.</summary>
    public string Architecture { get; }

    /// <summary>The model's family.</summary>
    public Family Family { get; }

    /// <summary>What the model can be asked.</summary>
    public Capability Capability { get; }

    /// <summary>What it computes.</summary>
    public ModelConfig Config { get; }

    /// <summary>Every weight by slot name, as stored; exactly the slots of <see cref="Config"/>.</summary>
    public IReadOnlyDictionary<string, TensorData> Weights { get; }

    /// <summary>What was read but is not part of the model (rates that hold in training only), one sentence each; to be shown to the user.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
