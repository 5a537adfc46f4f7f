using Pangu.Core;

namespace Pangu.Modalities.Series;

/// <summary>The time from one step to the next: a fixed number of seconds, or whole calendar months.</summary>
/// <param name="Seconds">Seconds of a step, above 0; for calendar months their nominal length (a month is 30.436875 days).</param>
/// <param name="Months">Calendar months of a step; 0 for a fixed length.</param>
public sealed record SeriesInterval(double Seconds, int Months = 0)
{
    /// <summary>Mean length of a Gregorian month: 365.2425 days / 12, in seconds.</summary>
    private const double SecondsOfMonth = 365.2425 * 86400 / 12;

    /// <summary>A step may be this share of the interval early or late and still stand on the grid (clocks of loggers jitter).</summary>
    private const double GridTolerance = 0.1;

    /// <summary>A table is regular, gaps aside, when at least this share of its steps stands on the grid.</summary>
    private const double RegularShare = 0.9;

    /// <summary>Finds the interval of ascending times: calendar months when all times agree in day and time of day, otherwise the median difference.</summary>
    /// <param name="times">Unix milliseconds, strictly ascending.</param>
    /// <returns>The interval, and the share of the steps that stand on its grid (from 0 to 1); null for fewer than two times.</returns>
    public static (SeriesInterval Interval, double OnGridShare)? Detect(ReadOnlySpan<long> times)
    {
        if (times.Length < 2)
        {
            return null;
        }

        var differences = new long[times.Length - 1];
        for (var i = 0; i < differences.Length; i++)
        {
            differences[i] = times[i + 1] - times[i];
        }

        Array.Sort(differences);
        var median = differences[differences.Length / 2];
        var interval = DetectMonths(times, median) ?? new SeriesInterval(median / 1000.0);
        return (interval, interval.OnGridShare(times));
    }

    /// <summary>Share of the steps that stand a whole number of intervals after the one before.</summary>
    /// <param name="times">Unix milliseconds, strictly ascending.</param>
    /// <returns>From 0 to 1; 1 for fewer than two times.</returns>
    public double OnGridShare(ReadOnlySpan<long> times)
    {
        var onGrid = 0;
        for (var i = 1; i < times.Length; i++)
        {
            onGrid += IsOnGrid(times[i - 1], times[i]) ? 1 : 0;
        }

        return times.Length < 2 ? 1 : onGrid / (double)(times.Length - 1);
    }

    /// <summary>Whether a share of steps on the grid makes a table regular, gaps aside.</summary>
    /// <param name="onGridShare">From <see cref="Detect"/>.</param>
    /// <returns>True from nine tenths on.</returns>
    public static bool IsRegular(double onGridShare) => onGridShare >= RegularShare;

    /// <summary>The time a number of steps later.</summary>
    /// <param name="time">Unix milliseconds.</param>
    /// <param name="steps">Steps, may be negative.</param>
    /// <returns>Unix milliseconds.</returns>
    public long Add(long time, long steps) => Months == 0
        ? time + (long)Math.Round(steps * Seconds * 1000)
        : ToMilliseconds(ToDateTime(time).AddMonths(checked((int)(steps * Months))));

    /// <summary>Steps from one time to a later one, fractional between grid points.</summary>
    /// <param name="from">Unix milliseconds.</param>
    /// <param name="to">Unix milliseconds.</param>
    /// <returns>Steps.</returns>
    public double StepsBetween(long from, long to)
    {
        if (Months == 0)
        {
            return (to - from) / (Seconds * 1000);
        }

        var (first, last) = (ToDateTime(from), ToDateTime(to));
        var months = ((last.Year - first.Year) * 12) + last.Month - first.Month;
        return (months + ((to - ToMilliseconds(first.AddMonths(months))) / (SecondsOfMonth * 1000))) / Months;
    }

    /// <summary>Whether a step stands a whole number of intervals after the one before, clock jitter of a tenth allowed.</summary>
    /// <param name="from">Unix milliseconds.</param>
    /// <param name="to">Unix milliseconds.</param>
    /// <returns>True on the grid.</returns>
    public bool IsOnGrid(long from, long to)
    {
        var steps = StepsBetween(from, to);
        var whole = Math.Round(steps);
        return whole >= 1 && Math.Abs(steps - whole) <= GridTolerance;
    }

    /// <summary>The interval in words: <c>1 h</c>, <c>15 min</c>, <c>1 month</c>.</summary>
    /// <returns>Number and unit.</returns>
    public override string ToString()
    {
        if (Months > 0)
        {
            return Months % 12 == 0 ? Words(Months / 12, "year") : Words(Months, "month");
        }

        (double Length, string Unit)[] units = [(604800, "week"), (86400, "day"), (3600, "h"), (60, "min"), (1, "s")];
        foreach (var (length, unit) in units)
        {
            if (Seconds >= length && Seconds % length == 0)
            {
                return Words(Seconds / length, unit);
            }
        }

        return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Seconds:0.######} s");
    }

    private static string Words(double count, string unit) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{count} {unit}{(count != 1 && (unit is "day" or "week" or "month" or "year") ? "s" : string.Empty)}");

    private static SeriesInterval? DetectMonths(ReadOnlySpan<long> times, long medianMilliseconds)
    {
        if (medianMilliseconds < 28L * 86_400_000 || times.Length < 3)
        {
            return null;
        }

        var first = ToDateTime(times[0]);
        var months = (int)Math.Round(medianMilliseconds / (SecondsOfMonth * 1000));
        foreach (var time in times)
        {
            var value = ToDateTime(time);
            var isLastDays = value.AddDays(1).Day == 1 && first.AddDays(1).Day == 1;
            if ((value.Day != first.Day && !isLastDays) || value.TimeOfDay != first.TimeOfDay)
            {
                return null;
            }
        }

        return new SeriesInterval(months * SecondsOfMonth, months);
    }

    private static DateTime ToDateTime(long milliseconds) => DateTime.UnixEpoch.AddMilliseconds(milliseconds);

    private static long ToMilliseconds(DateTime time) => (time.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMillisecond;
}
