namespace Pangu.Evaluation.Metrics;

/// <summary>What scores are worth at every threshold (score at or above it = flagged), equal scores falling together. Safe for many callers at once.</summary>
public sealed class RankedScores
{
    private readonly List<Cut> _cuts = [];
    private readonly long _positives;
    private readonly long _negatives;

    private RankedScores(ReadOnlySpan<bool> truth, ReadOnlySpan<double> scores)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(scores.Length, truth.Length);
        var keys = new List<double>(scores.Length);
        var marks = new List<bool>(scores.Length);
        for (var i = 0; i < scores.Length; i++)
        {
            if (!double.IsNaN(scores[i]))
            {
                keys.Add(-scores[i]);
                marks.Add(truth[i]);
            }
        }

        var sortedKeys = keys.ToArray();
        var sortedMarks = marks.ToArray();
        Array.Sort(sortedKeys, sortedMarks);
        for (var i = 0; i < sortedKeys.Length; i++)
        {
            _positives += sortedMarks[i] ? 1 : 0;
            _negatives += sortedMarks[i] ? 0 : 1;
            if (i == sortedKeys.Length - 1 || sortedKeys[i + 1] > sortedKeys[i])
            {
                _cuts.Add(new Cut(-sortedKeys[i], _positives, _negatives));
            }
        }
    }

    /// <summary>Area under the step curve of precision over recall, sum (R_n - R_(n-1)) P_n, without interpolation; null when nothing is true.</summary>
    public double? AveragePrecision
    {
        get
        {
            if (_positives == 0)
            {
                return null;
            }

            double sum = 0;
            long before = 0;
            foreach (var cut in _cuts)
            {
                sum += (double)(cut.TruePositives - before) / _positives * cut.TruePositives / (cut.TruePositives + cut.FalsePositives);
                before = cut.TruePositives;
            }

            return sum;
        }
    }

    /// <summary>Probability that a true point scores above a false one, a tie counting half; null when either kind is absent.</summary>
    public double? AreaUnderCurve
    {
        get
        {
            if (_positives == 0 || _negatives == 0)
            {
                return null;
            }

            double area = 0;
            var before = new Cut(double.PositiveInfinity, 0, 0);
            foreach (var cut in _cuts)
            {
                area += (cut.FalsePositives - before.FalsePositives) * (cut.TruePositives + before.TruePositives) / 2.0;
                before = cut;
            }

            return area / _positives / _negatives;
        }
    }

    /// <summary>Ranks points by their scores; points whose score is NaN are left out.</summary>
    /// <param name="truth">Whether each point is anomalous.</param>
    /// <param name="scores">Score of each point, higher is more suspicious.</param>
    /// <returns>The ranking.</returns>
    public static RankedScores Of(ReadOnlySpan<bool> truth, ReadOnlySpan<double> scores) => new(truth, scores);

    /// <summary>Ranks points after point adjustment: every point of an anomalous run takes the run's largest score.</summary>
    /// <param name="truth">Whether each point is anomalous.</param>
    /// <param name="scores">Score of each point.</param>
    /// <returns>The ranking.</returns>
    public static RankedScores OfAdjusted(ReadOnlySpan<bool> truth, ReadOnlySpan<double> scores)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(scores.Length, truth.Length);
        var adjusted = scores.ToArray();
        foreach (var (start, end) in Detection.Runs(truth))
        {
            var largest = double.NaN;
            for (var i = start; i < end; i++)
            {
                largest = double.IsNaN(largest) || scores[i] > largest ? scores[i] : largest;
            }

            adjusted.AsSpan(start..end).Fill(largest);
        }

        return new RankedScores(truth, adjusted);
    }

    /// <summary>The largest F1 over all distinct scores as thresholds, and the highest threshold that reaches it.</summary>
    /// <returns>Both; F1 0 at the largest score when nothing is true, NaN as threshold when there is no score.</returns>
    public (double F1, double Threshold) BestF1()
    {
        var best = (F1: 0.0, Threshold: _cuts.Count > 0 ? _cuts[0].Threshold : double.NaN);
        foreach (var cut in _cuts)
        {
            var f1 = Detection.FromCounts(cut.TruePositives, cut.FalsePositives, _positives - cut.TruePositives).F1;
            if (f1 > best.F1)
            {
                best = (f1, cut.Threshold);
            }
        }

        return best;
    }

    private readonly record struct Cut(double Threshold, long TruePositives, long FalsePositives);
}
