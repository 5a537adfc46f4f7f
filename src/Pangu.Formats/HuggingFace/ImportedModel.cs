using Pangu.Core;

namespace Pangu.Formats;

/// <summary>A foreign model folder, understood: what it computes and its weights by slot. Weights are views of the mapped files where they need no rearranging, valid until it is disposed. Safe for many readers.</summary>
public sealed class ImportedModel : IDisposable
{
    private readonly ForeignWeights _files;
    private readonly NameTable _names;

    internal ImportedModel(string folder, ForeignModel model, ForeignWeights files, IReadOnlyList<string> notes)
    {
        Folder = folder;
        Architecture = model.ClassName;
        Family = model.Family;
        Capability = model.Capability;
        Config = model.Config;
        TrainedTokens = model.TrainedTokens;
        EndIds = model.EndIds;
        Notes = notes;
        _files = files;
        _names = model.Names.For(files.Tensors.Keys);
        Weights = _names.ToSlots(model.Config, files.Tensors, files.Path);
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

    /// <summary>Tokens of the windows that a language model was trained on (<c>max_position_embeddings</c>); null where the config does not say.</summary>
    public int? TrainedTokens { get; }

    /// <summary>Ids that end a text (<c>eos_token_id</c> of <c>generation_config.json</c>, else of <c>config.json</c>); empty where neither says.</summary>
    public IReadOnlyList<int> EndIds { get; }

    /// <summary>Every weight by slot name, as stored; exactly the slots of <see cref="Config"/>.</summary>
    public IReadOnlyDictionary<string, TensorData> Weights { get; }

    /// <summary>What was read but is not part of the model (rates that hold in training only), one sentence each; to be shown to the user.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>Values by slot as tensors of the names and shapes that the folder uses: slots that it joins are joined, axes that it swaps are swapped. Works after disposal too.</summary>
    /// <param name="values">Weights or gradients by slot name; tensors of one join have one type.</param>
    /// <returns>By foreign name, those tensors whose slots are all there.</returns>
    public IReadOnlyDictionary<string, TensorData> ToForeign(IReadOnlyDictionary<string, TensorData> values) => _names.ToForeign(values);

    /// <inheritdoc/>
    public void Dispose() => _files.Dispose();
}
