namespace Pangu.Evaluation.Metrics;

/// <summary>Precision, recall and F1 of flags; 0 where a denominator is 0.</summary>
/// <param name="Precision">Share of the flagged that is true.</param>
/// <param name="Recall">Share of the true that is flagged.</param>
/// <param name="F1">Harmonic mean of both.</param>
public sealed record Detection(double Precision, double Recall, double F1)
{
    /// <summary>From counts.</summary>
    /// <param name="truePositives">Flagged and true.</param>
    /// <param name="falsePositives">Flagged and not true.</param>
    /// <param name="falseNegatives">True and not flagged.</param>
    /// <returns>The three figures.</returns>
    public static Detection FromCounts(long truePositives, long falsePositives, long falseNegatives)
    {
        var precision = Share(truePositives, truePositives + falsePositives);
        var recall = Share(truePositives, truePositives + falseNegatives);
        return new Detection(precision, recall, Share(2 * truePositives, (2 * truePositives) + falsePositives + falseNegatives));
    }

    /// <summary>Every point by itself.</summary>
    /// <param name="truth">Whether each point is anomalous.</param>
    /// <param name="flags">Whether each point is flagged.</param>
    /// <returns>Precision, recall and F1 over points.</returns>
    public static Detection PointWise(ReadOnlySpan<bool> truth, ReadOnlySpan<bool> flags)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(flags.Length, truth.Length);
        long truePositives = 0;
        long falsePositives = 0;
        long falseNegatives = 0;
        for (var i = 0; i < truth.Length; i++)
        {
            truePositives += truth[i] && flags[i] ? 1 : 0;
            falsePositives += !truth[i] && flags[i] ? 1 : 0;
            falseNegatives += truth[i] && !flags[i] ? 1 : 0;
        }

        return FromCounts(truePositives, falsePositives, falseNegatives);
    }

    /// <summary>Runs of anomalous points as events: one is found when any of its points is flagged; a run of flags that touches no anomalous point is a false event.</summary>
    /// <param name="truth">Whether each point is anomalous.</param>
    /// <param name="flags">Whether each point is flagged.</param>
    /// <returns>Precision, recall and F1 over events.</returns>
    public static Detection Events(ReadOnlySpan<bool> truth, ReadOnlySpan<bool> flags)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(flags.Length, truth.Length);
        var (found, missed) = Touched(truth, flags);
        var (_, falseEvents) = Touched(flags, truth);
        return FromCounts(found, falseEvents, missed);
    }

    /// <summary>Point adjustment: when any point of an anomalous run is flagged, the whole run counts as flagged (flatters detectors: read it beside the point-wise figures).</summary>
    /// <param name="truth">Whether each point is anomalous.</param>
    /// <param name="flags">Whether each point is flagged.</param>
    /// <returns>The adjusted flags.</returns>
    public static bool[] Adjust(ReadOnlySpan<bool> truth, ReadOnlySpan<bool> flags)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(flags.Length, truth.Length);
        var adjusted = flags.ToArray();
        foreach (var (start, end) in Runs(truth))
        {
            if (flags[start..end].Contains(true))
            {
                adjusted.AsSpan(start..end).Fill(true);
            }
        }

        return adjusted;
    }

    internal static List<(int Start, int End)> Runs(ReadOnlySpan<bool> values)
    {
        var runs = new List<(int Start, int End)>();
        for (var start = 0; start < values.Length; start++)
        {
            if (values[start])
            {
                var end = start;
                while (end < values.Length && values[end])
                {
                    end++;
                }

                runs.Add((start, end));
                start = end;
            }
        }

        return runs;
    }

    private static (int Touched, int Untouched) Touched(ReadOnlySpan<bool> runs, ReadOnlySpan<bool> others)
    {
        var touched = 0;
        var all = Runs(runs);
        foreach (var (start, end) in all)
        {
            touched += others[start..end].Contains(true) ? 1 : 0;
        }

        return (touched, all.Count - touched);
    }

    private static double Share(long part, long whole) => whole > 0 ? (double)part / whole : 0;
}
