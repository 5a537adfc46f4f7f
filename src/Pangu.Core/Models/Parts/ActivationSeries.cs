namespace Pangu.Core;

/// <summary>A sum of non-linearities in place of one: sum over j of activation(scale_j * g + shift_j), scale and shift per inner number (series activation of Pangu-pi, arXiv 2312.17276).</summary>
/// <param name="Terms">Number of terms n, at least 1.</param>
public sealed record ActivationSeries(int Terms)
{
    /// <summary>The weights: <c>scale</c> and <c>shift</c> [n, F].</summary>
    /// <param name="prefix">Name of the series.</param>
    /// <param name="inner">F.</param>
    /// <returns>The slots; shifts start apart, so that the terms do not learn the same.</returns>
    public IEnumerable<Slot> Slots(string prefix, int inner) =>
    [
        new Slot($"{prefix}.scale", [Terms, inner], new Initial.Constant(1.0 / Terms)),
        new Slot($"{prefix}.shift", [Terms, inner], new Initial.Normal(1)),
    ];
}
