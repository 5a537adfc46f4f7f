namespace Pangu.Training;

/// <summary>A linear rise of the learning rate over the first steps.</summary>
/// <param name="Steps">Steps that the rise takes; 0 for none.</param>
/// <param name="Convention">Which fraction of the peak a step has. Default <see cref="WarmUpConvention.ToPeak"/>.</param>
/// <param name="From">Share of the peak that the rise starts from, 0 to 1. Default 0.</param>
public sealed record WarmUp(long Steps, WarmUpConvention Convention = WarmUpConvention.ToPeak, double From = 0)
{
    /// <summary>Share of the peak rate during the rise.</summary>
    /// <param name="step">The step, from 0, below <see cref="Steps"/>.</param>
    /// <returns>From + (1 - From) * s / Steps, with s counted by the convention.</returns>
    public double Factor(long step)
    {
        var counted = Convention == WarmUpConvention.ToPeak ? step + 1 : step;
        return From + ((1 - From) * counted / Steps);
    }

    internal IEnumerable<string> Validate(string path)
    {
        if (Steps < 0)
        {
            yield return $"{path}.steps is {Steps}; it must be 0 or more";
        }

        if (!(From is >= 0 and <= 1))
        {
            yield return $"{path}.from is {From}; it must lie in 0 .. 1";
        }
    }
}

/// <summary>How steps of a warm-up are counted; the two conventions in use differ by one step.</summary>
public enum WarmUpConvention
{
    /// <summary>(step + 1) / steps: the first step already learns, the last step of the warm-up has the peak rate.</summary>
    ToPeak,

    /// <summary>step / steps: the first rate is 0, the peak comes at the first step after the warm-up (Hugging Face transformers).</summary>
    FromZero,
}
