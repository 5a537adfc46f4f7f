namespace Pangu.Core;

/// <summary>Receives intermediate values by canonical name while a model runs; how <c>verify</c> compares hidden states.</summary>
/// <remarks>Names: <c>embedder.*</c>, <c>stages.S.blocks.B.input</c>, <c>stages.S.blocks.B.output</c>, <c>body.output</c>, <c>head.*</c>.</remarks>
public interface IActivationTap
{
    /// <summary>Whether this value is wanted; engines ask before they copy.</summary>
    /// <param name="name">Canonical name.</param>
    /// <returns>True when <see cref="Record"/> should be called.</returns>
    bool Wants(string name);

    /// <summary>Receives one value; the span is only valid during the call.</summary>
    /// <param name="name">Canonical name.</param>
    /// <param name="values">Row-major.</param>
    /// <param name="shape">Sizes, outermost first.</param>
    void Record(string name, ReadOnlySpan<float> values, ReadOnlySpan<long> shape);
}
