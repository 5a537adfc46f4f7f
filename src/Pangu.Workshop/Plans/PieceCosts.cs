using System.Diagnostics;
using Pangu.Workshop.Stages;

namespace Pangu.Workshop.Plans;

/// <summary>What pieces of a recipe's work cost on this machine, each measured once, when a stage first asks. For one thread.</summary>
internal class PieceCosts
{
    // Long enough that the clock and a first slow batch do not count, short enough that a plan stays within seconds.
    private static readonly TimeSpan PieceOfTime = TimeSpan.FromSeconds(0.3);

    private readonly Dictionary<object, double> _known = [];

    /// <summary>An estimate whose memory is the highest that measuring its pieces took.</summary>
    /// <param name="seconds">Median.</param>
    /// <param name="spread">Share around it.</param>
    public static StageEstimate Estimate(double seconds, double spread) => StageEstimate.Around(seconds, spread, Process.GetCurrentProcess().PeakWorkingSet64);

    /// <summary>Measures a piece of work once.</summary>
    /// <param name="key">What the cost depends on.</param>
    /// <param name="measure">Measures it.</param>
    /// <returns>The cost.</returns>
    public double Once(object key, Func<double> measure)
    {
        if (!_known.TryGetValue(key, out var cost))
        {
            cost = measure();
            _known.Add(key, cost);
        }

        return cost;
    }

    /// <summary>Seconds of some work: once to warm up, then as often as a piece of time allows, and the lower quartile, since code that is not compiled to its end yet only adds.</summary>
    /// <param name="work">The work.</param>
    public static double Seconds(Action work)
    {
        var seconds = new List<double>();
        var begun = Stopwatch.GetTimestamp();
        do
        {
            var clock = Stopwatch.GetTimestamp();
            work();
            seconds.Add(Stopwatch.GetElapsedTime(clock).TotalSeconds);
        }
        while (Stopwatch.GetElapsedTime(begun) < PieceOfTime || seconds.Count < 2);

        seconds.RemoveAt(0);
        return seconds.Order().ElementAt(seconds.Count / 4);
    }
}
