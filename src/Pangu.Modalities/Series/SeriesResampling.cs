using Pangu.Core;

namespace Pangu.Modalities.Series;

/// <summary>Brings a table onto an even grid.</summary>
public static class SeriesResampling
{
    /// <summary>Most steps that <see cref="Regularise"/> inserts, as a multiple of those there are: beyond it the table is rather two tables, or its interval is not the median.</summary>
    private const int MaximumGrowth = 20;

    /// <summary>Inserts the steps that are missing between two rows, with NaN in every channel; rows that are there keep their times.</summary>
    /// <param name="table">A table with a known interval, or without a time column (returned as it is).</param>
    /// <returns>The table without gaps.</returns>
    /// <exception cref="PanguException">The gaps are more than twenty times longer than the data.</exception>
    public static SeriesTable Regularise(SeriesTable table)
    {
        if (table.Clock.Interval is not { } interval || table.StepCount < 2)
        {
            return table;
        }

        var times = new List<long>(table.StepCount) { table.Times[0] };
        var sources = new List<int>(table.StepCount) { 0 };
        for (var step = 1; step < table.StepCount; step++)
        {
            var steps = (long)Math.Round(interval.StepsBetween(table.Times[step - 1], table.Times[step]));
            RefuseHugeGap(table, step, steps - 1 + times.Count);
            for (var k = 1; k < steps; k++)
            {
                times.Add(interval.Add(table.Times[step - 1], k));
                sources.Add(-1);
            }

            times.Add(table.Times[step]);
            sources.Add(step);
        }

        var values = table.Values.Select(channel => sources.Select(source => source < 0 ? float.NaN : channel[source]).ToArray()).ToArray();
        return new SeriesTable([.. times], table.Names, values, table.Clock with { IsRegular = true });
    }

    /// <summary>Means over equal spans of time: the answer to irregular rows and to a model made for a longer interval.</summary>
    /// <param name="table">A table with a time column.</param>
    /// <param name="intervalSeconds">Length of a span in seconds, above 0; spans start at multiples of it since 1970.</param>
    /// <returns>One step a span, from the first row's to the last row's; NaN where a span has no value.</returns>
    /// <exception cref="PanguException">The table has no time column, or would be more than twenty times as long.</exception>
    public static SeriesTable Resample(SeriesTable table, double intervalSeconds)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(intervalSeconds);
        if (table.Clock.Format is null)
        {
            throw PanguException.Usage("series-no-time", "Rows without a time column cannot be brought to another interval; name the time column: --time <column>.");
        }

        var milliseconds = (long)Math.Round(intervalSeconds * 1000);
        var clock = table.Clock with { Interval = new SeriesInterval(intervalSeconds), IsRegular = true };
        if (table.StepCount == 0)
        {
            return new SeriesTable([], table.Names, table.Values, clock);
        }

        var first = FloorDivide(table.Times[0], milliseconds);
        var count = FloorDivide(table.Times[^1], milliseconds) - first + 1;
        RefuseHugeGap(table, table.StepCount - 1, count);
        var values = table.Values.Select(channel => Means(channel, table.Times, first, (int)count, milliseconds)).ToArray();
        return new SeriesTable([.. Enumerable.Range(0, (int)count).Select(step => (first + step) * milliseconds)], table.Names, values, clock);
    }

    private static float[] Means(float[] channel, long[] times, long first, int count, long milliseconds)
    {
        var sums = new double[count];
        var counts = new int[count];
        for (var step = 0; step < channel.Length; step++)
        {
            if (!float.IsNaN(channel[step]))
            {
                var span = (int)(FloorDivide(times[step], milliseconds) - first);
                sums[span] += channel[step];
                counts[span]++;
            }
        }

        return [.. sums.Select((sum, span) => counts[span] == 0 ? float.NaN : (float)(sum / counts[span]))];
    }

    private static void RefuseHugeGap(SeriesTable table, int step, long count)
    {
        if (count > (long)MaximumGrowth * (table.StepCount + 1000))
        {
            throw PanguException.Usage(
                "series-gap",
                $"Up to {table.Clock.Text(table.Times[step])} an even grid of {table.Clock.Interval} would have {count} steps where the data has {table.StepCount}; cut the file at its long gap, or bring it to a longer interval.");
        }
    }

    private static long FloorDivide(long value, long divisor) => (value / divisor) - (value % divisor < 0 ? 1 : 0);
}
