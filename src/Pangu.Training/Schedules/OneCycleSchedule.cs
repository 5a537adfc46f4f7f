namespace Pangu.Training;

/// <summary>Up to the peak and down below the start, both along half cosines (Smith and Topin 2018; PyTorch's <c>OneCycleLR</c>). It is its own warm-up.</summary>
/// <param name="TotalSteps">Steps in all; the rate stays at its last value beyond them.</param>
/// <param name="RiseShare">Share of the steps that rise. Default 0.3.</param>
/// <param name="StartDivisor">The first rate is the peak divided by this. Default 25.</param>
/// <param name="EndDivisor">The last rate is the first one divided by this. Default 10,000.</param>
public sealed record OneCycleSchedule(long TotalSteps, double RiseShare = 0.3, double StartDivisor = 25, double EndDivisor = 10_000) : Schedule
{
    /// <inheritdoc/>
    public override long? CoveredSteps => TotalSteps;

    private protected override double After(long step)
    {
        var riseEnd = (RiseShare * TotalSteps) - 1;
        var last = TotalSteps - 1.0;
        var start = 1 / StartDivisor;
        var end = start / EndDivisor;
        return step <= riseEnd
            ? Between(start, 1, step / riseEnd)
            : Between(1, end, Math.Min(1, (step - riseEnd) / (last - riseEnd)));
    }

    private protected override IEnumerable<string> Problems(string path)
    {
        if (WarmUp.Steps > 0)
        {
            yield return $"{path}.warmUp.steps is {WarmUp.Steps}; one cycle rises by itself, leave the warm-up out";
        }

        if (!(RiseShare is > 0 and < 1) || RiseShare * TotalSteps <= 1)
        {
            yield return $"{path}.riseShare is {RiseShare} of {TotalSteps} steps; it must lie between 0 and 1 and cover more than one step";
        }

        if (!(StartDivisor >= 1 && EndDivisor >= 1))
        {
            yield return $"{path} has startDivisor {StartDivisor} and endDivisor {EndDivisor}; both must be at least 1";
        }
    }

    private static double Between(double from, double to, double progress) => to + ((from - to) * Cosine(progress));
}
