namespace Pangu.Modalities.Series;

/// <summary>Finds the seasons of a table: how many steps after which a channel tends to repeat.</summary>
/// <remarks>
/// The strength of a season of p steps is the correlation of a channel with itself p steps before, after its centred mean over p steps is taken off (so that slow change does not count as repetition),
/// averaged over the channels. Candidates come from the calendar (hour, day, week, year) where the interval is known; where none of them is strong, every length is tried.
/// The main season is the shortest of the strong ones; a second one must repeat better than its neighbours, one main season shorter and longer.
/// </remarks>
public static class SeasonDetector
{
    /// <summary>Weaker repetition is no season.</summary>
    private const double LeastStrength = 0.2;

    /// <summary>The shortest candidate within this share of the strongest is the main season: longer ones repeat it.</summary>
    private const double NearStrongest = 0.75;

    /// <summary>By how much the second season must beat its neighbours.</summary>
    private const double SecondMargin = 0.03;

    /// <summary>Steps looked at, the last ones: enough for two years of hours.</summary>
    private const int MostSteps = 20_000;

    /// <summary>Longest season tried without a calendar.</summary>
    private const int LongestScanned = 1_000;

    private static readonly double[] CalendarSeconds = [60, 3600, 86400, 604800, 365.2425 * 86400];

    /// <summary>Finds the seasons.</summary>
    /// <param name="table">The table.</param>
    /// <param name="rows">Rows to look at, such as the training part; null for all.</param>
    /// <returns>Main and second season in steps, null where there is none, and what was measured.</returns>
    public static Seasons Detect(SeriesTable table, RowRange? rows = null)
    {
        var range = rows ?? new RowRange(0, table.StepCount);
        var start = Math.Max(range.Start, range.End - MostSteps);
        var channels = table.Values.Select(channel => new MeasuredChannel(channel.AsSpan(start, range.End - start))).Where(channel => channel.Varies).ToList();
        if (channels.Count == 0)
        {
            return new Seasons(null, null, []);
        }

        var count = range.End - start;
        var candidates = Measure(channels, CalendarCandidates(table.Clock.Interval, count));
        var main = ShortestStrong(candidates);
        if (main is null && !HasLongCalendar(table.Clock.Interval, count))
        {
            candidates = Measure(channels, Enumerable.Range(2, Math.Max(0, Math.Min(LongestScanned, count / 3) - 1)));
            main = ShortestStrong(LocalPeaks(candidates));
            candidates = [.. candidates.OrderByDescending(candidate => candidate.Strength).Take(5)];
        }

        var second = main is { } steps ? Second(channels, candidates, steps, count) : null;
        return new Seasons(main, second, candidates);
    }

    private static List<int> CalendarCandidates(SeriesInterval? interval, int count)
    {
        if (interval is null)
        {
            return [];
        }

        var lengths = interval.Months > 0
            ? [12.0 / interval.Months]
            : CalendarSeconds.Select(seconds => seconds / interval.Seconds);

        // A season must be a whole number of steps to within a hundredth, and be there at least twice.
        return [.. lengths.Where(length => length >= 2 && length <= count / 2.0 && Math.Abs(length - Math.Round(length)) <= 0.01 * length).Select(length => (int)Math.Round(length)).Distinct().Order()];
    }

    /// <summary>Whether the calendar had a day or more to offer: then no strong candidate means no season rather than an unknown one.</summary>
    private static bool HasLongCalendar(SeriesInterval? interval, int count) => interval is not null && CalendarCandidates(interval, count).Exists(steps => steps * interval.Seconds >= 86400);

    private static List<SeasonStrength> Measure(List<MeasuredChannel> channels, IEnumerable<int> candidates) =>
        [.. candidates.Select(steps => new SeasonStrength(steps, channels.Average(channel => channel.Strength(steps))))];

    private static int? ShortestStrong(List<SeasonStrength> candidates)
    {
        var strongest = candidates.Count == 0 ? 0 : candidates.Max(candidate => candidate.Strength);
        return strongest < LeastStrength ? null : candidates.First(candidate => candidate.Strength >= NearStrongest * strongest).Steps;
    }

    private static List<SeasonStrength> LocalPeaks(List<SeasonStrength> scanned) =>
        [.. scanned.Where((candidate, i) => (i == 0 || candidate.Strength > scanned[i - 1].Strength) && (i == scanned.Count - 1 || candidate.Strength >= scanned[i + 1].Strength))];

    private static int? Second(List<MeasuredChannel> channels, List<SeasonStrength> candidates, int main, int count)
    {
        foreach (var candidate in candidates.Where(candidate => candidate.Steps > main && candidate.Steps % main == 0 && candidate.Steps + main <= count / 2).OrderBy(candidate => candidate.Steps))
        {
            var here = channels.Average(channel => channel.Strength(candidate.Steps, candidate.Steps));
            var neighbours = channels.Average(channel => (channel.Strength(candidate.Steps - main, candidate.Steps) + channel.Strength(candidate.Steps + main, candidate.Steps)) / 2);
            if (here >= LeastStrength && here > neighbours + SecondMargin)
            {
                return candidate.Steps;
            }
        }

        return null;
    }

    /// <summary>A channel with its sums so far, so that a mean over any span is two look-ups.</summary>
    private sealed class MeasuredChannel
    {
        private readonly float[] _values;
        private readonly double[] _sums;
        private readonly int[] _counts;

        public MeasuredChannel(ReadOnlySpan<float> values)
        {
            _values = values.ToArray();
            _sums = new double[_values.Length + 1];
            _counts = new int[_values.Length + 1];
            var (low, high) = (float.PositiveInfinity, float.NegativeInfinity);
            for (var i = 0; i < _values.Length; i++)
            {
                var isThere = !float.IsNaN(_values[i]);
                _sums[i + 1] = _sums[i] + (isThere ? _values[i] : 0);
                _counts[i + 1] = _counts[i] + (isThere ? 1 : 0);
                (low, high) = isThere ? (Math.Min(low, _values[i]), Math.Max(high, _values[i])) : (low, high);
            }

            Varies = high > low;
        }

        public bool Varies { get; }

        public double Strength(int lag) => Strength(lag, lag);

        public double Strength(int lag, int span)
        {
            var (product, square, lagged) = (0.0, 0.0, 0.0);
            for (var i = lag; i < _values.Length; i++)
            {
                if (!float.IsNaN(_values[i]) && !float.IsNaN(_values[i - lag]))
                {
                    var (now, before) = (Residual(i, span), Residual(i - lag, span));
                    product += now * before;
                    square += now * now;
                    lagged += before * before;
                }
            }

            return square > 0 && lagged > 0 ? product / Math.Sqrt(square * lagged) : 0;
        }

        private double Residual(int i, int span)
        {
            var from = Math.Clamp(i - (span / 2), 0, Math.Max(0, _values.Length - span));
            var to = Math.Min(from + span, _values.Length);
            return _values[i] - ((_sums[to] - _sums[from]) / Math.Max(1, _counts[to] - _counts[from]));
        }
    }
}

/// <summary>The seasons of a table.</summary>
/// <param name="Main">Steps of the main season; null when there is none.</param>
/// <param name="Second">Steps of a longer one, a multiple of the main; null when there is none.</param>
/// <param name="Candidates">What was measured.</param>
public sealed record Seasons(int? Main, int? Second, IReadOnlyList<SeasonStrength> Candidates);

/// <summary>How strongly a table repeats.</summary>
/// <param name="Steps">After how many steps.</param>
/// <param name="Strength">Mean correlation over the channels, up to 1.</param>
public sealed record SeasonStrength(int Steps, double Strength);
