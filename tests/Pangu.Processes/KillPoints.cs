using Pangu.Core;

namespace Pangu.Processes;

/// <summary>A moment at which to kill a run.</summary>
/// <param name="Work">The span in which.</param>
/// <param name="Seconds">How long after it began.</param>
public sealed record KillPoint(string Work, double Seconds);

/// <summary>Spreads kills over all spans of a run, at seeded random moments within each.</summary>
public static class KillPoints
{
    // The end of a span belongs to the next one, and runs differ by some per cent.
    private const double LatestShare = 0.9;

    /// <summary>Every span once, in random order, then every span again, until there are enough.</summary>
    /// <param name="timeline">An uninterrupted run.</param>
    /// <param name="count">Number of kills.</param>
    /// <param name="seed">Where the random numbers begin.</param>
    /// <param name="only">Spans to kill in; empty for all.</param>
    /// <returns>The moments.</returns>
    public static IReadOnlyList<KillPoint> Spread(RunTimeline timeline, int count, ulong seed, params IReadOnlyList<string> only)
    {
        var random = new Seeds(seed).For("kills");
        var spans = timeline.Spans.Where(span => only.Count == 0 || only.Contains(span.Work)).ToList();
        var points = new List<KillPoint>();
        while (points.Count < count)
        {
            points.AddRange(random.Permutation(spans.Count).Select(index => new KillPoint(spans[index].Work, random.NextUniform(0, LatestShare) * spans[index].Seconds)).Take(count - points.Count));
        }

        return points;
    }
}
