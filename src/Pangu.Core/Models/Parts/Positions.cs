using System.Text.Json.Serialization;

namespace Pangu.Core;

/// <summary>How positions enter attention.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(NoPositions), "none")]
[JsonDerivedType(typeof(Rotary), "rotary")]
public abstract record Positions
{
    private protected Positions()
    {
    }

    /// <summary>Visits the case.</summary>
    /// <typeparam name="T">What the visitor makes.</typeparam>
    /// <param name="visitor">The visitor.</param>
    /// <returns>What the visitor made.</returns>
    public abstract T Accept<T>(IPositionsVisitor<T> visitor);
}

/// <summary>One method a kind of positions.</summary>
/// <typeparam name="T">What is made.</typeparam>
public interface IPositionsVisitor<out T>
{
    /// <summary>None.</summary>
    /// <param name="none">The empty case.</param>
    /// <returns>What is made.</returns>
    T Visit(NoPositions none);

    /// <summary>Rotary.</summary>
    /// <param name="rotary">Its settings.</param>
    /// <returns>What is made.</returns>
    T Visit(Rotary rotary);
}

/// <summary>Attention does not know positions; absolute tables belong to the embedder.</summary>
public sealed record NoPositions : Positions
{
    /// <inheritdoc/>
    public override T Accept<T>(IPositionsVisitor<T> visitor) => visitor.Visit(this);
}
