using System.Text.Json.Serialization;

namespace Pangu.Core;

/// <summary>What a token may look at.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(FullScope), "full")]
[JsonDerivedType(typeof(CausalScope), "causal")]
[JsonDerivedType(typeof(AcrossChannels), "across-channels")]
public abstract record Scope
{
    private protected Scope()
    {
    }

    /// <summary>Visits the case.</summary>
    /// <typeparam name="T">What the visitor makes.</typeparam>
    /// <param name="visitor">The visitor.</param>
    /// <returns>What the visitor made.</returns>
    public abstract T Accept<T>(IScopeVisitor<T> visitor);
}

/// <summary>One method a kind of scope.</summary>
/// <typeparam name="T">What is made.</typeparam>
public interface IScopeVisitor<out T>
{
    /// <summary>All tokens of the sequence.</summary>
    /// <param name="scope">Its settings.</param>
    /// <returns>What is made.</returns>
    T Visit(FullScope scope);

    /// <summary>Tokens up to itself.</summary>
    /// <param name="scope">Its settings.</param>
    /// <returns>What is made.</returns>
    T Visit(CausalScope scope);

    /// <summary>The same position of all channels.</summary>
    /// <param name="scope">Its settings.</param>
    /// <returns>What is made.</returns>
    T Visit(AcrossChannels scope);
}

/// <summary>Every token sees every token.</summary>
public sealed record FullScope : Scope
{
    /// <inheritdoc/>
    public override T Accept<T>(IScopeVisitor<T> visitor) => visitor.Visit(this);
}

/// <summary>A token sees itself and those before it.</summary>
public sealed record CausalScope : Scope
{
    /// <summary>How many tokens back, itself included; null for all (Mistral's sliding window).</summary>
    public int? Window { get; init; }

    /// <inheritdoc/>
    public override T Accept<T>(IScopeVisitor<T> visitor) => visitor.Visit(this);
}

/// <summary>A patch sees the same patch of all channels of its series (PatchTST's channel attention).</summary>
public sealed record AcrossChannels : Scope
{
    /// <inheritdoc/>
    public override T Accept<T>(IScopeVisitor<T> visitor) => visitor.Visit(this);
}
