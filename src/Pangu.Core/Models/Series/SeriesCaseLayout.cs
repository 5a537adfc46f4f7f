namespace Pangu.Core;

/// <summary>Cases of series models: inputs are named <c>inputs.*</c>, what should come out <c>outputs.*</c> and <c>stages.*</c>; other tensors are notes.</summary>
public sealed class SeriesCaseLayout : CaseLayout
{
    private const string Prefix = "inputs.";

    /// <inheritdoc/>
    public override string? InputName(string tensor) => tensor.StartsWith(Prefix, StringComparison.Ordinal) ? tensor[Prefix.Length..] : null;

    /// <inheritdoc/>
    public override bool IsExpected(string tensor) => tensor.StartsWith("outputs.", StringComparison.Ordinal) || tensor.StartsWith("stages.", StringComparison.Ordinal);
}
