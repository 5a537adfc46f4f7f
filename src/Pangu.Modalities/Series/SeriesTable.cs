using Pangu.Core;

namespace Pangu.Modalities.Series;

/// <summary>Series of one clock: channels by steps, NaN where a value is missing. Immutable by agreement: nobody writes into the arrays after construction.</summary>
/// <remarks>Legend: <c>C</c> channels, <c>T</c> steps.</remarks>
public sealed class SeriesTable
{
    /// <summary>Creates a table over arrays that it keeps.</summary>
    /// <param name="times">[T] Unix milliseconds, strictly ascending; times without a zone as they stand, as if they were UTC; 0, 1, 2 ... without a time column.</param>
    /// <param name="names">[C] channel names, distinct.</param>
    /// <param name="values">[C][T] values, NaN = missing.</param>
    /// <param name="clock">What the times mean.</param>
    /// <exception cref="ArgumentException">The lengths do not agree.</exception>
    public SeriesTable(long[] times, IReadOnlyList<string> names, float[][] values, SeriesClock clock)
    {
        if (values.Length != names.Count || values.Any(channel => channel.Length != times.Length))
        {
            throw new ArgumentException($"{values.Length} channels of {(values.Length == 0 ? 0 : values[0].Length)} steps do not fit {names.Count} names and {times.Length} times.", nameof(values));
        }

        Times = times;
        Names = names;
        Values = values;
        Clock = clock;
    }

    /// <summary>[T] Unix milliseconds ("as they stand" where the input had no zone), or the steps' numbers.</summary>
    public long[] Times { get; }

    /// <summary>[C] names of the channels.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>[C][T] values, NaN = missing.</summary>
    public float[][] Values { get; }

    /// <summary>What the times mean.</summary>
    public SeriesClock Clock { get; }

    /// <summary>T.</summary>
    public int StepCount => Times.Length;

    /// <summary>C.</summary>
    public int ChannelCount => Names.Count;

    /// <summary>Seconds from one step to the next (nominal for calendar months); null when unknown.</summary>
    public double? IntervalSeconds => Clock.Interval?.Seconds;

    /// <summary>A table without a time column.</summary>
    /// <param name="names">[C] channel names.</param>
    /// <param name="values">[C][T] values.</param>
    /// <returns>The table; its times are 0, 1, 2 ...</returns>
    public static SeriesTable WithoutTime(IReadOnlyList<string> names, float[][] values)
    {
        var times = new long[values.Length == 0 ? 0 : values[0].Length];
        for (var step = 0; step < times.Length; step++)
        {
            times[step] = step;
        }

        return new SeriesTable(times, names, values, SeriesClock.Ordinal);
    }

    /// <summary>A range of steps, copied.</summary>
    /// <param name="start">First step.</param>
    /// <param name="count">Steps.</param>
    /// <returns>The rows.</returns>
    public SeriesTable Slice(int start, int count) =>
        new(Times.AsSpan(start, count).ToArray(), Names, [.. Values.Select(channel => channel.AsSpan(start, count).ToArray())], Clock);

    /// <summary>Some of the channels, in the order asked for; the arrays are shared.</summary>
    /// <param name="names">Names of channels.</param>
    /// <param name="source">What the table was read from, for the error message.</param>
    /// <returns>The channels.</returns>
    /// <exception cref="PanguException">A name is not among the channels; the message lists those there are.</exception>
    public SeriesTable Select(IReadOnlyList<string> names, string source)
    {
        var positions = names.Select(name => PositionOf(name, source)).ToArray();
        return new SeriesTable(Times, [.. positions.Select(position => Names[position])], [.. positions.Select(position => Values[position])], Clock);
    }

    /// <summary>The values of a range of steps, row-major, as the capabilities take them.</summary>
    /// <param name="start">First step.</param>
    /// <param name="count">Steps.</param>
    /// <returns>[C, count].</returns>
    public float[] Flatten(int start, int count)
    {
        var flat = new float[ChannelCount * count];
        for (var channel = 0; channel < ChannelCount; channel++)
        {
            Values[channel].AsSpan(start, count).CopyTo(flat.AsSpan(channel * count));
        }

        return flat;
    }

    /// <summary>The times of the steps that would follow the last.</summary>
    /// <param name="count">Steps.</param>
    /// <returns>[count], in the unit of <see cref="Times"/>.</returns>
    /// <exception cref="PanguException">There is a time column and no interval is known.</exception>
    public long[] FutureTimes(int count)
    {
        var last = StepCount == 0 ? -1 : Times[^1];
        if (Clock.Format is not null && Clock.Interval is null)
        {
            throw PanguException.Usage(
                "series-no-interval",
                $"The time from one step to the next cannot be told from {StepCount} row; the rows after it need times. Give more rows, or say the interval: --interval 3600 (seconds).");
        }

        return [.. Enumerable.Range(1, count).Select(step => Clock.Interval?.Add(last, step) ?? last + step)];
    }

    private int PositionOf(string name, string source)
    {
        for (var position = 0; position < Names.Count; position++)
        {
            if (string.Equals(Names[position], name, StringComparison.Ordinal))
            {
                return position;
            }
        }

        throw PanguException.Usage("series-unknown-column", $"Column \"{name}\" is not in {source}; it has {string.Join(", ", Names)}.");
    }
}
