namespace Pangu.Evaluation.Metrics;

/// <summary>Continuous ranked probability score of an ensemble of forecasts of one value.</summary>
public static class EnsembleScore
{
    /// <summary>mean |x - y| - mean |x - x'| / 2.</summary>
    /// <param name="truth">What happened.</param>
    /// <param name="members">The ensemble, at least one member (two when <paramref name="fair"/>).</param>
    /// <param name="fair">Whether pairs are divided by n (n - 1), which is unbiased in the size of the ensemble, instead of n squared.</param>
    /// <returns>The score, in the unit of the value.</returns>
    public static double ContinuousRankedProbabilityScore(double truth, ReadOnlySpan<double> members, bool fair = false)
    {
        double distance = 0;
        double pairs = 0;
        for (var i = 0; i < members.Length; i++)
        {
            distance += Math.Abs(members[i] - truth);
            for (var j = 0; j < i; j++)
            {
                pairs += 2 * Math.Abs(members[i] - members[j]);
            }
        }

        double count = members.Length;
        return (distance / count) - (pairs / (2 * count * (fair ? count - 1 : count)));
    }
}
