using System.Text.Json.Serialization;

namespace Pangu.Core;

/// <summary>What the queries of attention are made of; keys and values are always made of the branch's input.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(OwnTokens), "own-tokens")]
[JsonDerivedType(typeof(PositionQueries), "positions")]
public abstract record QuerySource
{
    private protected QuerySource()
    {
    }

    /// <summary>The weights.</summary>
    /// <param name="prefix">Name of the branch.</param>
    /// <param name="width">D.</param>
    /// <returns>The slots.</returns>
    public abstract IEnumerable<Slot> Slots(string prefix, int width);

    /// <summary>Problems of these settings.</summary>
    /// <param name="path">Where the source stands in the config.</param>
    /// <returns>Messages that name the property.</returns>
    public abstract IEnumerable<string> Validate(string path);

    /// <summary>Visits the case.</summary>
    /// <typeparam name="T">What the visitor makes.</typeparam>
    /// <param name="visitor">The visitor.</param>
    /// <returns>What the visitor made.</returns>
    public abstract T Accept<T>(IQuerySourceVisitor<T> visitor);
}

/// <summary>One method a source of queries.</summary>
/// <typeparam name="T">What is made.</typeparam>
public interface IQuerySourceVisitor<out T>
{
    /// <summary>The tokens themselves.</summary>
    /// <param name="tokens">The empty case.</param>
    /// <returns>What is made.</returns>
    T Visit(OwnTokens tokens);

    /// <summary>A learned table of positions.</summary>
    /// <param name="positions">Its settings.</param>
    /// <returns>What is made.</returns>
    T Visit(PositionQueries positions);
}

/// <summary>Queries are projections of the branch's input, as keys and values are.</summary>
public sealed record OwnTokens : QuerySource
{
    /// <inheritdoc/>
    public override IEnumerable<Slot> Slots(string prefix, int width) => [];

    /// <inheritdoc/>
    public override IEnumerable<string> Validate(string path) => [];

    /// <inheritdoc/>
    public override T Accept<T>(IQuerySourceVisitor<T> visitor) => visitor.Visit(this);
}

/// <summary>Queries are projections of a learned row a position, not normed (the query layer of Pangu-alpha, arXiv 2104.12369): slot <c>queryPositions</c> [Count, D].</summary>
/// <param name="Count">Rows of the table: the longest sequence.</param>
public sealed record PositionQueries(int Count) : QuerySource
{
    /// <inheritdoc/>
    public override IEnumerable<Slot> Slots(string prefix, int width) => [new Slot($"{prefix}.queryPositions", [Count, width], new Initial.Normal(0.02))];

    /// <inheritdoc/>
    public override IEnumerable<string> Validate(string path)
    {
        if (Count < 1)
        {
            yield return $"{path}.count is {Count}; it must be at least 1";
        }
    }

    /// <inheritdoc/>
    public override T Accept<T>(IQuerySourceVisitor<T> visitor) => visitor.Visit(this);
}
