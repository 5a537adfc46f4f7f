namespace Pangu.Training;

/// <summary>Warm-up, a plateau at the peak, then a decay (Hu et al. 2024, MiniCPM, section 4).</summary>
/// <param name="StableSteps">Steps at the peak after the warm-up.</param>
/// <param name="DecaySteps">Steps of the decay; the rate stays at the floor beyond them.</param>
/// <param name="Shape">Form of the decay. Default <see cref="DecayShape.OneMinusSquareRoot"/>.</param>
/// <param name="Floor">Share of the peak at the end. Default 0.</param>
/// <param name="Convention">Which step reaches the floor. Default <see cref="DecayConvention.AfterLastStep"/>.</param>
public sealed record WarmUpStableDecaySchedule(
    long StableSteps,
    long DecaySteps,
    DecayShape Shape = DecayShape.OneMinusSquareRoot,
    double Floor = 0,
    DecayConvention Convention = DecayConvention.AfterLastStep) : Schedule
{
    private protected override double After(long step)
    {
        if (step < StableSteps)
        {
            return 1;
        }

        var counted = step - StableSteps + (Convention == DecayConvention.AtLastStep ? 1 : 0);
        if (counted >= DecaySteps)
        {
            return Floor;
        }

        var progress = (double)counted / DecaySteps;
        var share = Shape switch
        {
            DecayShape.Linear => 1 - progress,
            DecayShape.Cosine => Cosine(progress),
            _ => 1 - Math.Sqrt(progress),
        };
        return Floor + ((1 - Floor) * share);
    }

    private protected override IEnumerable<string> Problems(string path)
    {
        if (StableSteps < 0 || DecaySteps < 0)
        {
            yield return $"{path} has stableSteps {StableSteps} and decaySteps {DecaySteps}; both must be 0 or more";
        }

        foreach (var problem in ShareProblems(path, "floor", Floor))
        {
            yield return problem;
        }
    }
}

/// <summary>Form of a decay over u from 0 to 1.</summary>
public enum DecayShape
{
    /// <summary>1 - sqrt(u) (Hägele et al. 2024).</summary>
    OneMinusSquareRoot,

    /// <summary>1 - u.</summary>
    Linear,

    /// <summary>(1 + cos(pi u)) / 2.</summary>
    Cosine,
}

/// <summary>Which step of a decay reaches its end; the two conventions in use differ by one step.</summary>
public enum DecayConvention
{
    /// <summary>The first decaying step has the peak rate, the step after the last one the floor (Hugging Face transformers).</summary>
    AfterLastStep,

    /// <summary>The last decaying step has the floor.</summary>
    AtLastStep,
}
