using System.Text.Json.Serialization;

namespace Pangu.Core;

/// <summary>How tokens are sent to experts.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(TopRouter), "top")]
[JsonDerivedType(typeof(GroupRouter), "per-group")]
public abstract record Router
{
    private protected Router()
    {
    }

    /// <summary>Experts that one token passes.</summary>
    [JsonIgnore]
    public abstract int ActiveCount { get; }

    /// <summary>The weights.</summary>
    /// <param name="prefix">Name of the router.</param>
    /// <param name="experts">Number of experts.</param>
    /// <param name="width">D.</param>
    /// <returns>The slots.</returns>
    public abstract IEnumerable<Slot> Slots(string prefix, int experts, int width);
}

/// <summary>The experts with the highest softmax scores (Mixtral).</summary>
/// <param name="Active">Experts a token passes.</param>
/// <param name="Renormalize">Whether the chosen scores are made to sum to 1.</param>
public sealed record TopRouter(int Active, bool Renormalize) : Router
{
    /// <inheritdoc/>
    public override int ActiveCount => Active;

    /// <inheritdoc/>
    public override IEnumerable<Slot> Slots(string prefix, int experts, int width) => Slot.Linear(prefix, experts, width, false);
}

/// <summary>The best experts of each of several equal groups (Pangu Pro MoE's grouped experts).</summary>
/// <param name="Groups">Number of groups.</param>
/// <param name="ActivePerGroup">Experts a token passes in each group.</param>
/// <param name="LearnedScale">Whether the softmax score of an expert is multiplied by a learned number of its own (slot <c>scale</c>). Default false.</param>
public sealed record GroupRouter(int Groups, int ActivePerGroup, bool LearnedScale = false) : Router
{
    /// <inheritdoc/>
    public override int ActiveCount => Groups * ActivePerGroup;

    /// <inheritdoc/>
    public override IEnumerable<Slot> Slots(string prefix, int experts, int width) =>
    [
        .. Slot.Linear(prefix, experts, width, false),
        .. LearnedScale ? [new Slot($"{prefix}.scale", [experts], new Initial.Constant(1))] : Array.Empty<Slot>(),
    ];
}
