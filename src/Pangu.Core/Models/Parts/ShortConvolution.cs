namespace Pangu.Core;

/// <summary>
/// A causal depthwise convolution over the tokens of a row: z'[t] = z[t] + sum over j below Length of w[j] * z[t - j], every number of the width for itself; before the row (or the document, where rows are packed) stand
/// zeros. It shows a part the few tokens before, which attention would spend a head on (short convolutions of So et al. 2021, Primer).
/// </summary>
/// <param name="Length">Tokens that it sees, its own among them.</param>
public sealed record ShortConvolution(int Length)
{
    /// <summary>The weights: [Length, D], row j for the token j places before. They start at 0: the convolution passes its input.</summary>
    /// <param name="name">Name of the slot.</param>
    /// <param name="width">D.</param>
    /// <returns>The slot.</returns>
    public IEnumerable<Slot> Slots(string name, int width) => [new Slot(name, [Length, width], new Initial.Constant(0))];

    /// <summary>FLOPs of a forward pass over one sequence.</summary>
    /// <param name="width">D.</param>
    /// <param name="tokens">T.</param>
    /// <returns>FLOPs.</returns>
    public double ForwardFlops(int width, int tokens) => 2.0 * tokens * width * Length;

    /// <summary>Problems of these settings.</summary>
    /// <param name="path">Where the convolution stands in the config.</param>
    /// <returns>Messages that name the property.</returns>
    public IEnumerable<string> Validate(string path)
    {
        if (Length < 1)
        {
            yield return $"{path}.length is {Length}; it must be at least 1";
        }
    }
}
