using Pangu.Data.Sources;
using Pangu.Data.Splits;
using Pangu.Modalities.Series;

namespace Pangu.Cli.Verbs.Data;

/// <summary>Summarises a table of any size in one pass; means and deviations by Welford's running update (Technometrics 4, 1962).</summary>
internal static class TableSummary
{
    private const int BlockSteps = 65_536;

    /// <summary>Reads and summarises a file.</summary>
    public static TableResult Of(string path, CsvReadOptions options, Dataset? dataset, CancellationToken cancellationToken)
    {
        var (tables, names, clock, notes) = Open(path, options, cancellationToken);
        var columns = names.Select(_ => new Column()).ToArray();
        long records = 0;
        (long? first, long? last, double? interval) = (null, null, null);
        foreach (var table in tables)
        {
            for (var channel = 0; channel < columns.Length; channel++)
            {
                columns[channel].Add(table.Values[channel]);
            }

            records += table.StepCount;
            first ??= table.Times[0];
            last = table.Times[^1];
            interval ??= table.IntervalSeconds;
        }

        var fields = names.Select((name, channel) => columns[channel].Describe(dataset?.Columns.FirstOrDefault(column => column.Name == name) ?? new DatasetColumn(name, null, null))).ToList();
        return new TableResult(
            path, records, clock.Column, first is { } from ? clock.Text(from) : null, last is { } to ? clock.Text(to) : null, interval, fields, Splits(dataset?.Splits, records, path), notes());
    }

    private static (IEnumerable<SeriesTable> Tables, IReadOnlyList<string> Names, SeriesClock Clock, Func<IReadOnlyList<string>> Notes) Open(string path, CsvReadOptions options, CancellationToken cancellationToken)
    {
        // A file whose rows are in order is streamed; one that is not must be turned in memory.
        try
        {
            var stream = CsvSeriesReader.Stream(path, options);
            return (Read(stream, cancellationToken), stream.Names, stream.Clock, () => stream.Notes);
        }
        catch (Core.PanguException exception) when (exception.Code == "csv-descending")
        {
            var whole = CsvSeriesReader.Read(path, options, cancellationToken);
            return ([whole.Table], whole.Table.Names, whole.Table.Clock, () => whole.Notes);
        }
    }

    private static IEnumerable<SeriesTable> Read(CsvSeriesStream stream, CancellationToken cancellationToken)
    {
        using (stream)
        {
            foreach (var block in stream.Blocks(BlockSteps, cancellationToken))
            {
                yield return block;
            }
        }
    }

    private static List<SplitResult> Splits(DatasetSplits? splits, long records, string path)
    {
        if (splits is null)
        {
            return [];
        }

        var parts = DataSplits.Of((int)Math.Min(records, int.MaxValue), splits.Train, splits.Validation, splits.Test, path);
        return [Part("train", parts.Train), Part("validation", parts.Validation), Part("test", parts.Test)];
    }

    private static SplitResult Part(string name, RowRange range) => new(name, range.Start, range.Count);

    private sealed class Column
    {
        private long _count;
        private long _missing;
        private double _mean;
        private double _squares;
        private double _minimum = double.PositiveInfinity;
        private double _maximum = double.NegativeInfinity;

        public void Add(float[] values)
        {
            foreach (var value in values)
            {
                if (float.IsNaN(value))
                {
                    _missing++;
                    continue;
                }

                _count++;
                var difference = value - _mean;
                _mean += difference / _count;
                _squares += difference * (value - _mean);
                _minimum = Math.Min(_minimum, value);
                _maximum = Math.Max(_maximum, value);
            }
        }

        public FieldResult Describe(DatasetColumn column) => _count == 0
            ? new FieldResult(column.Name, column.Unit, column.Meaning, _missing, null, null, null, null)
            : new FieldResult(column.Name, column.Unit, column.Meaning, _missing, _minimum, _maximum, _mean, Math.Sqrt(_squares / _count));
    }
}
