using System.Globalization;
using Pangu.Core;

namespace Pangu.Modalities.Series;

/// <summary>Reads series from CSV files, in training and in serving alike. Safe for many callers at once.</summary>
public static class CsvSeriesReader
{
    /// <summary>Reads a whole file.</summary>
    /// <param name="path">Path of the file.</param>
    /// <param name="options">What the user says; null: everything detected.</param>
    /// <param name="cancellationToken">Stops between rows.</param>
    /// <returns>The table, times ascending, missing steps inserted as NaN, and notes of what was assumed and dropped.</returns>
    /// <exception cref="PanguException">The file is missing, broken or ambiguous; the message names the line and what to do.</exception>
    public static CsvSeries Read(string path, CsvReadOptions? options = null, CancellationToken cancellationToken = default)
    {
        var layout = CsvLayout.Detect(path, options ?? CsvReadOptions.Detect);
        var builder = new SeriesTableBuilder(layout);
        var notes = new List<string>(layout.Notes);
        if (!TryReadInOrder(layout, builder, cancellationToken))
        {
            builder = new SeriesTableBuilder(layout);
            ReadOutOfOrder(layout, builder, int.MaxValue, notes, cancellationToken);
        }

        return Finish(builder, notes, path);
    }

    /// <summary>Reads the latest rows of a file of any size; memory grows with <paramref name="steps"/> alone.</summary>
    /// <param name="path">Path of the file.</param>
    /// <param name="steps">Steps wanted, at least 1; fewer come back when the file is shorter.</param>
    /// <param name="options">What the user says; null: everything detected.</param>
    /// <param name="cancellationToken">Stops between rows.</param>
    /// <returns>The last steps and notes.</returns>
    /// <exception cref="PanguException">The file is missing, broken or ambiguous, or its rows are in no order.</exception>
    public static CsvSeries ReadLast(string path, int steps, CsvReadOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        var layout = CsvLayout.Detect(path, options ?? CsvReadOptions.Detect);
        if (layout.IsDescending)
        {
            var notes = new List<string>(layout.Notes);
            var builder = new SeriesTableBuilder(layout);
            ReadOutOfOrder(layout, builder, steps, notes, cancellationToken);
            var latest = Finish(builder, notes, path);
            return latest with { Table = Tail(latest.Table, steps) };
        }

        using var stream = new CsvSeriesStream(layout);
        SeriesTable? last = null;
        foreach (var block in stream.Blocks(Math.Max(steps, 4096), cancellationToken))
        {
            last = last is null || block.StepCount >= steps ? block : SeriesTableJoin.Join(Tail(last, steps), block);
        }

        return new CsvSeries(Tail(last!, steps), stream.Notes);
    }

    /// <summary>Opens a file of any size to be read block by block.</summary>
    /// <param name="path">Path of the file.</param>
    /// <param name="options">What the user says; null: everything detected.</param>
    /// <returns>The stream; the caller disposes it.</returns>
    /// <exception cref="PanguException">The file is missing, broken or ambiguous.</exception>
    public static CsvSeriesStream Stream(string path, CsvReadOptions? options = null) => new(CsvLayout.Detect(path, options ?? CsvReadOptions.Detect));

    /// <summary>What reading counted, in sentences.</summary>
    /// <param name="builder">The builder that read.</param>
    /// <param name="notes">Grows.</param>
    internal static void AddCounts(SeriesTableBuilder builder, List<string> notes)
    {
        (long Count, string Text)[] counts =
        [
            (builder.MergedCount, "rows of the same time were merged"),
            (builder.InsertedCount, "missing steps were inserted"),
            (builder.MissingCount, "values are missing"),
        ];
        notes.AddRange(counts.Where(count => count.Count > 0).Select(count => string.Create(CultureInfo.InvariantCulture, $"{count.Count} {count.Text}.")));
    }

    private static CsvSeries Finish(SeriesTableBuilder builder, List<string> notes, string path)
    {
        builder.Flush();
        AddCounts(builder, notes);
        var table = builder.Take();
        return table.StepCount > 0 ? new CsvSeries(table, notes) : throw PanguException.Usage("csv-no-rows", $"{path} has no rows; at least one was expected.");
    }

    private static bool TryReadInOrder(CsvLayout layout, SeriesTableBuilder builder, CancellationToken cancellationToken)
    {
        if (layout.IsDescending)
        {
            return false;
        }

        using var source = new CsvRowSource(layout);
        while (source.MoveNext())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!builder.Add(source.Time, source.Line, source.Values))
            {
                return false;
            }
        }

        return true;
    }

    private static void ReadOutOfOrder(CsvLayout layout, SeriesTableBuilder builder, int limit, List<string> notes, CancellationToken cancellationToken)
    {
        var (times, lines, values) = (new List<long>(), new List<int>(), new List<float>());
        using (var source = new CsvRowSource(layout))
        {
            while (times.Count < limit && source.MoveNext())
            {
                cancellationToken.ThrowIfCancellationRequested();
                times.Add(source.Time);
                lines.Add(source.Line);
                values.AddRange(source.Values);
            }
        }

        var order = Enumerable.Range(0, times.Count).ToArray();
        var isDescending = times.Zip(times.Skip(1), (from, to) => to <= from).All(isBack => isBack);
        var keys = times.ToArray();
        if (isDescending)
        {
            Array.Reverse(order);
        }
        else
        {
            // Equal times keep the order of their lines.
            Array.Sort(order, (one, other) => keys[one] != keys[other] ? keys[one].CompareTo(keys[other]) : one.CompareTo(other));
        }

        notes.Add(isDescending ? "Times run backwards in the file; the rows were reversed." : "The rows are in no order of time; they were sorted.");
        var width = layout.Names.Length;
        var all = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(values);
        foreach (var row in order)
        {
            builder.Add(times[row], lines[row], all.Slice(row * width, width));
        }
    }

    private static SeriesTable Tail(SeriesTable table, int steps) => table.StepCount <= steps ? table : table.Slice(table.StepCount - steps, steps);
}

/// <summary>What came of reading a file.</summary>
/// <param name="Table">The series.</param>
/// <param name="Notes">What was assumed and dropped, in sentences to be shown to the user.</param>
public sealed record CsvSeries(SeriesTable Table, IReadOnlyList<string> Notes);
