namespace Pangu.Core;

/// <summary>How the verification cases of a family are laid out: which tensors of a file go into the model and which should come out of it. Immutable.</summary>
public abstract class CaseLayout
{
    /// <summary>What the model calls an input.</summary>
    /// <param name="tensor">Name in the file.</param>
    /// <returns>The input's name; null when the tensor is no input.</returns>
    public abstract string? InputName(string tensor);

    /// <summary>Whether the model should give a tensor.</summary>
    /// <param name="tensor">Name in the file.</param>
    /// <returns>True when it is compared; inputs and notes are not.</returns>
    public abstract bool IsExpected(string tensor);

    /// <summary>Outputs that stand as numbers in the <c>expected.json</c> beside the file.</summary>
    public virtual IReadOnlyList<string> NumbersBeside => [];

    /// <summary>Name of the file beside a case that holds expected gradients; null where the family has none.</summary>
    public virtual string? GradientsFile => null;

    /// <summary>Whether a tensor is a gradient, compared relative to the largest entry of what is expected.</summary>
    /// <param name="tensor">Name in the file.</param>
    /// <returns>True for gradients.</returns>
    public virtual bool IsGradient(string tensor) => false;
}
