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

    /// <summary>Problems of these settings.</summary>
    /// <param name="path">Where the router stands in the config.</param>
    /// <param name="experts">Number of experts.</param>
    /// <returns>Messages that name the property.</returns>
    public virtual IEnumerable<string> Validate(string path, int experts) => ActiveCount < 1 || ActiveCount > experts
        ? [$"{path} sends a token to {ActiveCount} experts but count is {experts}"]
        : [];

    /// <summary>Visits the case.</summary>
    /// <typeparam name="T">What the visitor makes.</typeparam>
    /// <param name="visitor">The visitor.</param>
    /// <returns>What the visitor made.</returns>
    public abstract T Accept<T>(IRouterVisitor<T> visitor);
}

/// <summary>One method a kind of router.</summary>
/// <typeparam name="T">What is made.</typeparam>
public interface IRouterVisitor<out T>
{
    /// <summary>The best of all experts.</summary>
    /// <param name="router">Its settings.</param>
    /// <returns>What is made.</returns>
    T Visit(TopRouter router);

    /// <summary>The best of each group.</summary>
    /// <param name="router">Its settings.</param>
    /// <returns>What is made.</returns>
    T Visit(GroupRouter router);
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

    /// <inheritdoc/>
    public override T Accept<T>(IRouterVisitor<T> visitor) => visitor.Visit(this);
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

    /// <inheritdoc/>
    public override IEnumerable<string> Validate(string path, int experts)
    {
        if (Groups < 1 || experts % Groups != 0 || ActivePerGroup < 1 || ActivePerGroup > experts / Groups)
        {
            yield return $"{path} has {Groups} groups with {ActivePerGroup} active each but count is {experts}; groups must divide it, and each must hold as many";
        }
    }

    /// <inheritdoc/>
    public override T Accept<T>(IRouterVisitor<T> visitor) => visitor.Visit(this);
}
