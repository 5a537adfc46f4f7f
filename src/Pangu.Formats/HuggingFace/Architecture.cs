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

    /// <summary>The class among the supported ones that the checkpoint was saved from.</summary>
    protected string Choose(ForeignConfig config, params IReadOnlyList<string> supported)
    {
        var names = config.Architectures();
        return names is [var name] && supported.Contains(name)
            ? name
            : throw PanguException.Usage("hugging-face-architecture", $"{config.Path} says architectures [{string.Join(", ", names)}]; of model_type {ModelType} one of {string.Join(", ", supported)} can be imported.");
    }
}

/// <summary>A foreign config, understood.</summary>
internal sealed record ForeignModel(string ClassName, Family Family, Capability Capability, ModelConfig Config, NameTable Names);
