using System.Text.Json.Nodes;
using Pangu.Core;

namespace Pangu.Formats;

/// <summary>A foreign architecture: how its config is said in parts, and how its tensors are called.</summary>
internal abstract class Architecture
{
    /// <summary>The <c>model_type</c> of its configs.</summary>
    public abstract string ModelType { get; }

    /// <summary>Reads a config; every field is honoured or refused by name.</summary>
    /// <exception cref="PanguException">Something cannot be honoured; all problems are listed.</exception>
    public abstract ForeignModel Read(ForeignConfig config);

    /// <summary>The fields that say a model, or null when it has not even the shape of one of this architecture; whether they say all of it is decided by reading them back.</summary>
    public virtual JsonObject? Fields(ModelConfig model) => null;

    /// <summary>The class among the supported ones that the checkpoint was saved from. A config that names none is taken for the only one there is.</summary>
    protected string Choose(ForeignConfig config, params IReadOnlyList<string> supported)
    {
        var names = config.Architectures();
        if (names.Count == 0 && supported is [var only])
        {
            return only;
        }

        return names is [var name] && supported.Contains(name)
            ? name
            : throw PanguException.Usage("hugging-face-architecture", $"{config.Path} says architectures [{string.Join(", ", names)}]; of model_type {ModelType} one of {string.Join(", ", supported)} can be imported.");
    }
}

/// <summary>A foreign config, understood.</summary>
internal sealed record ForeignModel(string ClassName, Family Family, Capability Capability, ModelConfig Config, NameTable Names)
{
    /// <summary>Tokens of the windows it was trained on; null where the config does not say.</summary>
    public int? TrainedTokens { get; init; }

    /// <summary>Ids that end a text; empty where the config does not say.</summary>
    public IReadOnlyList<int> EndIds { get; init; } = [];
}
