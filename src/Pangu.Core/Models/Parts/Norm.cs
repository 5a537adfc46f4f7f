using System.Text.Json.Serialization;

namespace Pangu.Core;

/// <summary>How activations are normalised; always in float32.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(RmsNorm), "rms")]
[JsonDerivedType(typeof(LayerNorm), "layer")]
[JsonDerivedType(typeof(BatchNorm), "batch")]
public abstract record Norm
{
    private protected Norm()
    {
    }

    /// <summary>Added to the variance (or mean square) before the root.</summary>
    public required double Epsilon { get; init; }

    /// <summary>The weights.</summary>
    /// <param name="prefix">Name of the norm.</param>
    /// <param name="width">D.</param>
    /// <returns>The slots.</returns>
    public abstract IEnumerable<Slot> Slots(string prefix, int width);

    /// <summary>Visits the case.</summary>
    /// <typeparam name="T">What the visitor makes.</typeparam>
    /// <param name="visitor">The visitor.</param>
    /// <returns>What the visitor made.</returns>
    public abstract T Accept<T>(INormVisitor<T> visitor);
}

/// <summary>One method a kind of norm.</summary>
/// <typeparam name="T">What is made.</typeparam>
public interface INormVisitor<out T>
{
    /// <summary>Root mean square norm.</summary>
    /// <param name="norm">Its settings.</param>
    /// <returns>What is made.</returns>
    T Visit(RmsNorm norm);

    /// <summary>Layer norm.</summary>
    /// <param name="norm">Its settings.</param>
    /// <returns>What is made.</returns>
    T Visit(LayerNorm norm);

    /// <summary>Batch norm.</summary>
    /// <param name="norm">Its settings.</param>
    /// <returns>What is made.</returns>
    T Visit(BatchNorm norm);
}

/// <summary>y = x / sqrt(mean(x^2) + epsilon) * weight (Zhang and Sennrich 2019).</summary>
public sealed record RmsNorm : Norm
{
    /// <inheritdoc/>
    public override IEnumerable<Slot> Slots(string prefix, int width) => [new($"{prefix}.weight", [width], new Initial.Constant(1))];

    /// <inheritdoc/>
    public override T Accept<T>(INormVisitor<T> visitor) => visitor.Visit(this);
}

/// <summary>y = (x - mean) / sqrt(variance + epsilon) * weight + bias over the width (Ba et al. 2016).</summary>
public sealed record LayerNorm : Norm
{
    /// <summary>Whether there is a bias. Default true.</summary>
    public bool Bias { get; init; } = true;

    /// <inheritdoc/>
    public override IEnumerable<Slot> Slots(string prefix, int width)
    {
        yield return new($"{prefix}.weight", [width], new Initial.Constant(1));
        if (Bias)
        {
            yield return new($"{prefix}.bias", [width], new Initial.Constant(0));
        }
    }

    /// <inheritdoc/>
    public override T Accept<T>(INormVisitor<T> visitor) => visitor.Visit(this);
}

/// <summary>Batch norm over features: statistics over batch and positions in training, running statistics afterwards (Ioffe and Szegedy 2015; PatchTST).</summary>
public sealed record BatchNorm : Norm
{
    /// <summary>Share of a new batch in the running statistics. Default 0.1.</summary>
    public double Momentum { get; init; } = 0.1;

    /// <inheritdoc/>
    public override IEnumerable<Slot> Slots(string prefix, int width) =>
    [
        new($"{prefix}.weight", [width], new Initial.Constant(1)),
        new($"{prefix}.bias", [width], new Initial.Constant(0)),
        new($"{prefix}.runningMean", [width], new Initial.Constant(0), SlotKind.Statistic),
        new($"{prefix}.runningVariance", [width], new Initial.Constant(1), SlotKind.Statistic),
    ];

    /// <inheritdoc/>
    public override T Accept<T>(INormVisitor<T> visitor) => visitor.Visit(this);
}
