using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace Pangu.Core;

/// <summary>What a branch computes. Closed: a new case must be handled, or refused by name, in both engines.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(Attention), "attention")]
[JsonDerivedType(typeof(Dense), "dense")]
[JsonDerivedType(typeof(Experts), "experts")]
public abstract record Part
{
    private protected Part()
    {
    }

    /// <summary>The weights.</summary>
    /// <param name="prefix">Name of the branch.</param>
    /// <param name="width">D.</param>
    /// <returns>The slots.</returns>
    public abstract IEnumerable<Slot> Slots(string prefix, int width);

    /// <summary>FLOPs of a forward pass over one sequence.</summary>
    /// <param name="width">D.</param>
    /// <param name="tokens">T.</param>
    /// <returns>FLOPs.</returns>
    public abstract double ForwardFlops(int width, int tokens);

    /// <summary>Problems of these settings.</summary>
    /// <param name="path">Where the part stands in the config.</param>
    /// <returns>Messages that name the property.</returns>
    public abstract IEnumerable<string> Validate(string path);

    /// <summary>Visits the case.</summary>
    /// <typeparam name="T">What the visitor makes.</typeparam>
    /// <param name="visitor">The visitor.</param>
    /// <returns>What the visitor made.</returns>
    public abstract T Accept<T>(IPartVisitor<T> visitor);
}

/// <summary>One method a kind of part; a missing one is a compile error in both engines.</summary>
/// <typeparam name="T">What is made.</typeparam>
public interface IPartVisitor<out T>
{
    /// <summary>Softmax attention.</summary>
    /// <param name="attention">Its settings.</param>
    /// <returns>What is made.</returns>
    T Visit(Attention attention);

    /// <summary>A feed-forward network.</summary>
    /// <param name="dense">Its settings.</param>
    /// <returns>What is made.</returns>
    T Visit(Dense dense);

    /// <summary>A mixture of experts.</summary>
    /// <param name="experts">Its settings.</param>
    /// <returns>What is made.</returns>
    T Visit(Experts experts);
}

/// <summary>Softmax attention: softmax(q k^T * scale + mask) v per head, then an output projection (Vaswani et al. 2017).</summary>
public sealed record Attention : Part
{
    /// <summary>Query heads H.</summary>
    public required int QueryHeads { get; init; }

    /// <summary>Key and value heads K; divides H. Default: as many as query heads.</summary>
    public int KeyValueHeads { get => field == 0 ? QueryHeads : field; init; }

    /// <summary>Width E of a head.</summary>
    public required int HeadWidth { get; init; }

    /// <summary>RMS norm of each query and key head before positions; null for none.</summary>
    public RmsNorm? QueryKeyNorm { get; init; }

    /// <summary>How positions enter. Default: not at all (absolute tables belong to the embedder).</summary>
    public Positions Positions { get => field ?? new NoPositions(); init; }

    /// <summary>What a token may look at.</summary>
    public required Scope Scope { get; init; }

    /// <summary>Bias on query, key and value projections. Default false.</summary>
    public bool QueryKeyValueBias { get; init; }

    /// <summary>Bias on the output projection. Default false.</summary>
    public bool OutputBias { get; init; }

    /// <summary>Factor of q k^T; null for 1/sqrt(E).</summary>
    public double? Scale { get; init; }

    /// <summary>What queries are made of. Default: the tokens themselves, as keys and values. Left out of JSON where it is the default.</summary>
    [AllowNull]
    public QuerySource QueryFrom { get => field ?? new OwnTokens(); init; }

    /// <inheritdoc/>
    public override IEnumerable<Slot> Slots(string prefix, int width) =>
    [
        .. Slot.Linear($"{prefix}.query", QueryHeads * HeadWidth, width, QueryKeyValueBias),
        .. Slot.Linear($"{prefix}.key", KeyValueHeads * HeadWidth, width, QueryKeyValueBias),
        .. Slot.Linear($"{prefix}.value", KeyValueHeads * HeadWidth, width, QueryKeyValueBias),
        .. QueryKeyNorm?.Slots($"{prefix}.queryNorm", HeadWidth) ?? [],
        .. QueryKeyNorm?.Slots($"{prefix}.keyNorm", HeadWidth) ?? [],
        .. Slot.Linear($"{prefix}.output", width, QueryHeads * HeadWidth, OutputBias),
        .. QueryFrom.Slots(prefix, width),
    ];

    /// <inheritdoc/>
    public override double ForwardFlops(int width, int tokens) =>
        (2.0 * tokens * width * HeadWidth * (2 * (QueryHeads + KeyValueHeads))) + (4.0 * tokens * tokens * QueryHeads * HeadWidth);

    /// <inheritdoc/>
    public override IEnumerable<string> Validate(string path)
    {
        if (QueryHeads < 1 || HeadWidth < 1)
        {
            yield return $"{path} has queryHeads {QueryHeads} and headWidth {HeadWidth}; both must be at least 1";
        }
        else if (KeyValueHeads < 1 || QueryHeads % KeyValueHeads != 0)
        {
            yield return $"{path}.queryHeads is {QueryHeads} but keyValueHeads is {KeyValueHeads}; the first must be a multiple of the second";
        }

        if (Scope is CausalScope { Window: < 1 } causal)
        {
            yield return $"{path}.scope.window is {causal.Window}; it must be at least 1 (the token itself)";
        }

        foreach (var problem in QueryFrom.Validate($"{path}.queryFrom").Concat(Positions is Rotary rotary ? rotary.Validate($"{path}.positions", HeadWidth) : []))
        {
            yield return problem;
        }
    }

    /// <inheritdoc/>
    public override T Accept<T>(IPartVisitor<T> visitor) => visitor.Visit(this);
}

/// <summary>down(activation(up(x))), or down(activation(gate(x)) * up(x)) when gated (Shazeer 2020).</summary>
public sealed record Dense : Part
{
    /// <summary>Inner width F.</summary>
    public required int Inner { get; init; }

    /// <summary>Non-linearity.</summary>
    public required ActivationKind Activation { get; init; }

    /// <summary>Whether a gate multiplies. Default false.</summary>
    public bool Gated { get; init; }

    /// <summary>Whether every linear layer has a bias. Default false.</summary>
    public bool Bias { get; init; }

    /// <summary>Several shifted and scaled copies of the non-linearity in place of one; null for the plain one.</summary>
    public ActivationSeries? Series { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<Slot> Slots(string prefix, int width) =>
    [
        .. Gated ? Slot.Linear($"{prefix}.gate", Inner, width, Bias) : [],
        .. Slot.Linear($"{prefix}.up", Inner, width, Bias),
        .. Slot.Linear($"{prefix}.down", width, Inner, Bias),
        .. Series?.Slots($"{prefix}.series", Inner) ?? [],
    ];

    /// <inheritdoc/>
    public override double ForwardFlops(int width, int tokens) => 2.0 * tokens * width * Inner * (Gated ? 3 : 2);

    /// <inheritdoc/>
    public override IEnumerable<string> Validate(string path)
    {
        if (Inner < 1)
        {
            yield return $"{path}.inner is {Inner}; it must be at least 1";
        }

        if (Series is { Terms: < 1 })
        {
            yield return $"{path}.series.terms is {Series.Terms}; it must be at least 1";
        }
    }

    /// <inheritdoc/>
    public override T Accept<T>(IPartVisitor<T> visitor) => visitor.Visit(this);
}

/// <summary>A mixture of experts: a router sends each token to a few of many dense networks.</summary>
public sealed record Experts : Part
{
    /// <summary>How tokens are sent.</summary>
    public required Router Router { get; init; }

    /// <summary>Number of experts.</summary>
    public required int Count { get; init; }

    /// <summary>One expert.</summary>
    public required Dense Expert { get; init; }

    /// <summary>An expert that every token passes; null for none.</summary>
    public Dense? Shared { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<Slot> Slots(string prefix, int width) =>
    [
        .. Router.Slots($"{prefix}.router", Count, width),
        .. Enumerable.Range(0, Count).SelectMany(expert => Expert.Slots($"{prefix}.experts.{expert}", width)),
        .. Shared?.Slots($"{prefix}.shared", width) ?? [],
    ];

    /// <inheritdoc/>
    public override double ForwardFlops(int width, int tokens) =>
        (2.0 * tokens * width * Count) + (Router.ActiveCount * Expert.ForwardFlops(width, tokens)) + (Shared?.ForwardFlops(width, tokens) ?? 0);

    /// <inheritdoc/>
    public override IEnumerable<string> Validate(string path) =>
    [
        .. Expert.Validate($"{path}.expert"),
        .. Shared?.Validate($"{path}.shared") ?? [],
        .. Router.Validate($"{path}.router", Count),
    ];

    /// <inheritdoc/>
    public override T Accept<T>(IPartVisitor<T> visitor) => visitor.Visit(this);
}
