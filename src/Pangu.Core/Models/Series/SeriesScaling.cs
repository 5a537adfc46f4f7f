using System.Text.Json.Serialization;

namespace Pangu.Core;

/// <summary>How one window of one channel is brought to a common scale before it is embedded; undone by the head.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(NoScaling), "none")]
[JsonDerivedType(typeof(StandardScaling), "standard")]
[JsonDerivedType(typeof(MeanScaling), "mean")]
public abstract record SeriesScaling
{
    private protected SeriesScaling()
    {
    }

    /// <summary>Visits the case.</summary>
    /// <typeparam name="T">What the visitor makes.</typeparam>
    /// <param name="visitor">The visitor.</param>
    /// <returns>What the visitor made.</returns>
    public abstract T Accept<T>(ISeriesScalingVisitor<T> visitor);
}

/// <summary>One method a kind of scaling.</summary>
/// <typeparam name="T">What is made.</typeparam>
public interface ISeriesScalingVisitor<out T>
{
    /// <summary>Values pass as they are: loc 0, scale 1.</summary>
    /// <param name="scaling">The empty case.</param>
    /// <returns>What is made.</returns>
    T Visit(NoScaling scaling);

    /// <summary>Mean and deviation.</summary>
    /// <param name="scaling">Its settings.</param>
    /// <returns>What is made.</returns>
    T Visit(StandardScaling scaling);

    /// <summary>Mean of magnitudes.</summary>
    /// <param name="scaling">Its settings.</param>
    /// <returns>What is made.</returns>
    T Visit(MeanScaling scaling);
}

/// <summary>loc = 0, scale = 1.</summary>
public sealed record NoScaling : SeriesScaling
{
    /// <inheritdoc/>
    public override T Accept<T>(ISeriesScalingVisitor<T> visitor) => visitor.Visit(this);
}

/// <summary>loc = mean of the observed values, scale = sqrt(population variance + epsilon); denominators of at least 1 (PatchTST's <c>std</c>).</summary>
/// <param name="Epsilon">Added to the variance.</param>
public sealed record StandardScaling(double Epsilon) : SeriesScaling
{
    /// <inheritdoc/>
    public override T Accept<T>(ISeriesScalingVisitor<T> visitor) => visitor.Visit(this);
}

/// <summary>loc = 0, scale = mean magnitude of the observed values of the window, at least <paramref name="Minimum"/>; a window with nothing observed takes the mean over the batch (PatchTST's <c>mean</c>).</summary>
/// <param name="Minimum">Smallest scale.</param>
public sealed record MeanScaling(double Minimum) : SeriesScaling
{
    /// <inheritdoc/>
    public override T Accept<T>(ISeriesScalingVisitor<T> visitor) => visitor.Visit(this);
}
