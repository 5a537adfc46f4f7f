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

/// <summary>Rotary positions (Su et al. 2021): pair i of a head turns by position / base^(2 i / width).</summary>
public sealed record Rotary : Positions
{
    /// <summary>Base of the frequencies. Default 10,000.</summary>
    public double Base { get; init; } = 10_000;

    /// <summary>How many of a head's numbers turn; the rest pass as they are.</summary>
    public required int Width { get; init; }

    /// <summary>Which two numbers form a pair. Default halves.</summary>
    public RotaryPairing Pairing { get; init; } = RotaryPairing.Halves;

    /// <inheritdoc/>
    public override T Accept<T>(IPositionsVisitor<T> visitor) => visitor.Visit(this);
}

/// <summary>Which two numbers of a head form a rotary pair.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RotaryPairing>))]
public enum RotaryPairing
{
    /// <summary>i and i + width / 2 (Hugging Face).</summary>
    [JsonStringEnumMemberName("halves")] Halves,

    /// <summary>2 i and 2 i + 1 (the paper).</summary>
    [JsonStringEnumMemberName("interleaved")] Interleaved,
}
