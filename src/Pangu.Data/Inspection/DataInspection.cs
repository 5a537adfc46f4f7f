using Pangu.Data.Sources;
using Pangu.Data.Splits;
using Pangu.Modalities.Series;

namespace Pangu.Data.Inspection;

/// <summary>What a table of series really holds.</summary>
/// <param name="Records">Steps, inserted ones included.</param>
/// <param name="From">Time of the first step, as written; its number without a time column.</param>
/// <param name="To">Time of the last step.</param>
/// <param name="TimeColumn">Name of the time column; null without one.</param>
/// <param name="Interval">Time from step to step in words; null when unknown.</param>
/// <param name="IntervalSeconds">The same in seconds.</param>
/// <param name="IsRegular">Whether every step is one interval after the one before.</param>
/// <param name="Fields">The channels.</param>
/// <param name="Gaps">Runs of steps in which every channel is missing.</param>
/// <param name="Seasons">What repeats.</param>
/// <param name="Splits">The parts.</param>
/// <param name="Notes">What reading assumed and dropped.</param>
public sealed record DataInspection(
    int Records,
    string From,
    string To,
    string? TimeColumn,
    string? Interval,
    double? IntervalSeconds,
    bool IsRegular,
    IReadOnlyList<FieldSummary> Fields,
    GapSummary Gaps,
    Seasons Seasons,
    IReadOnlyList<SplitSummary> Splits,
    IReadOnlyList<string> Notes)
{
    /// <summary>Looks at a table.</summary>
    /// <param name="series">The table and the notes of reading it.</param>
    /// <param name="dataset">Its catalogue entry, for units and splits; null for a file of one's own, divided 70 : 10 : 20.</param>
    /// <returns>The findings.</returns>
    public static DataInspection Of(CsvSeries series, Dataset? dataset = null)
    {
        var table = series.Table;
        var divided = dataset?.Splits ?? new DatasetSplits(0.7, 0.1, 0.2);
        var splits = table.StepCount < 10 ? null : DataSplits.Of(table.StepCount, divided.Train, divided.Validation, divided.Test, dataset?.Id ?? "the file");
        return new DataInspection(
            table.StepCount,
            table.StepCount == 0 ? string.Empty : table.Clock.Text(table.Times[0]),
            table.StepCount == 0 ? string.Empty : table.Clock.Text(table.Times[^1]),
            table.Clock.Column,
            table.Clock.Interval?.ToString(),
            table.IntervalSeconds,
            table.Clock.IsRegular,
            [.. table.Names.Select((name, channel) => FieldSummary.Of(name, table.Values[channel], dataset?.Columns.FirstOrDefault(column => column.Name == name)))],
            GapSummary.Of(table),
            SeasonDetector.Detect(table, splits?.Train),
            splits is null ? [] : SplitSummary.Of(table, splits),
            series.Notes);
    }
}

/// <summary>One channel in figures.</summary>
/// <param name="Name">Name.</param>
/// <param name="Type">Always <c>number</c> so far.</param>
/// <param name="Unit">Unit; null when unknown.</param>
/// <param name="Meaning">What it measures; null when unknown.</param>
/// <param name="Count">Values that are there.</param>
/// <param name="Missing">Values that are missing.</param>
/// <param name="Minimum">Smallest value; null when there is none.</param>
/// <param name="Maximum">Largest value.</param>
/// <param name="Mean">Mean.</param>
/// <param name="Deviation">Population standard deviation.</param>
/// <param name="Distinct">Different values, counted up to 1,000.</param>
public sealed record FieldSummary(string Name, string Type, string? Unit, string? Meaning, int Count, int Missing, double? Minimum, double? Maximum, double? Mean, double? Deviation, int Distinct)
{
    private const int MostDistinct = 1000;

    internal static FieldSummary Of(string name, float[] values, DatasetColumn? column)
    {
        var (count, mean, squares, low, high) = (0, 0.0, 0.0, double.PositiveInfinity, double.NegativeInfinity);
        var distinct = new HashSet<float>();
        foreach (var value in values)
        {
            if (float.IsNaN(value))
            {
                continue;
            }

            // Welford's running mean and sum of squared deviations.
            var difference = value - mean;
            mean += difference / ++count;
            squares += difference * (value - mean);
            (low, high) = (Math.Min(low, value), Math.Max(high, value));
            if (distinct.Count < MostDistinct)
            {
                distinct.Add(value);
            }
        }

        return count == 0
            ? new FieldSummary(name, "number", column?.Unit, column?.Meaning, 0, values.Length, null, null, null, null, 0)
            : new FieldSummary(name, "number", column?.Unit, column?.Meaning, count, values.Length - count, low, high, mean, Math.Sqrt(squares / count), distinct.Count);
    }
}

/// <summary>Runs of steps in which every channel is missing.</summary>
/// <param name="Count">Runs.</param>
/// <param name="Steps">Steps in all of them.</param>
/// <param name="LongestSteps">Steps of the longest; 0 when there is none.</param>
/// <param name="LongestFrom">Time of its first step; null when there is none.</param>
public sealed record GapSummary(int Count, int Steps, int LongestSteps, string? LongestFrom)
{
    internal static GapSummary Of(SeriesTable table)
    {
        var (count, steps, run, longest, longestFrom) = (0, 0, 0, 0, -1);
        for (var step = 0; step < table.StepCount; step++)
        {
            var isGap = Array.TrueForAll(table.Values, channel => float.IsNaN(channel[step]));
            run = isGap ? run + 1 : 0;
            count += run == 1 ? 1 : 0;
            steps += isGap ? 1 : 0;
            if (run > longest)
            {
                (longest, longestFrom) = (run, step - run + 1);
            }
        }

        return new GapSummary(count, steps, longest, longestFrom < 0 ? null : table.Clock.Text(table.Times[longestFrom]));
    }
}

/// <summary>A part of a table.</summary>
/// <param name="Name"><c>train</c>, <c>choice</c>, <c>gate</c> (the halves of validation) or <c>test</c>.</param>
/// <param name="Rows">Steps.</param>
/// <param name="From">Time of the first.</param>
/// <param name="To">Time of the last.</param>
public sealed record SplitSummary(string Name, int Rows, string From, string To)
{
    internal static IReadOnlyList<SplitSummary> Of(SeriesTable table, DataSplits splits)
    {
        (string Name, RowRange Rows)[] parts = [("train", splits.Train), ("choice", splits.Choice), ("gate", splits.Gate), ("test", splits.Test)];
        return [.. parts.Where(part => part.Rows.Count > 0).Select(part => new SplitSummary(part.Name, part.Rows.Count, table.Clock.Text(table.Times[part.Rows.Start]), table.Clock.Text(table.Times[part.Rows.End - 1])))];
    }
}
