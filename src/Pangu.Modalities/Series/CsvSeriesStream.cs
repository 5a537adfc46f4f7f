using Pangu.Core;

namespace Pangu.Modalities.Series;

/// <summary>A CSV file read block by block: memory grows with the block, not with the file. For one caller at a time.</summary>
public sealed class CsvSeriesStream : IDisposable
{
    private readonly CsvLayout _layout;
    private readonly CsvRowSource _source;
    private readonly List<string> _notes;

    internal CsvSeriesStream(CsvLayout layout)
    {
        if (layout.IsDescending)
        {
            throw PanguException.Usage("csv-descending", $"Times run backwards in {layout.Path}, and it is too large to be turned around in memory; sort it by time, oldest row first.");
        }

        _layout = layout;
        _notes = [.. layout.Notes];
        _source = new CsvRowSource(layout);
    }

    /// <summary>Names of the channels.</summary>
    public IReadOnlyList<string> Names => _layout.Names;

    /// <summary>What the times mean.</summary>
    public SeriesClock Clock => _layout.Clock;

    /// <summary>What was assumed and dropped, in sentences; complete after the last block.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <summary>Reads the file once, from its first row to its last.</summary>
    /// <param name="steps">Steps of a block, at least 1; only the last has fewer, and one that holds a gap has more.</param>
    /// <param name="cancellationToken">Stops between rows.</param>
    /// <returns>The blocks in order of time, missing steps inserted as NaN.</returns>
    /// <exception cref="PanguException">A row does not fit, or is earlier than the one before.</exception>
    public IEnumerable<SeriesTable> Blocks(int steps, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        return Enumerate(steps, cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => _source.Dispose();

    private IEnumerable<SeriesTable> Enumerate(int steps, CancellationToken cancellationToken)
    {
        var builder = new SeriesTableBuilder(_layout);
        while (_source.MoveNext())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!builder.Add(_source.Time, _source.Line, _source.Values))
            {
                throw PanguException.Usage("csv-out-of-order", $"Line {_source.Line} of {_layout.Path}: {_layout.Clock.Text(_source.Time)} is earlier than the row before; sort the file by time, oldest row first.");
            }

            if (builder.Count >= steps)
            {
                yield return builder.Take();
            }
        }

        builder.Flush();
        CsvSeriesReader.AddCounts(builder, _notes);
        if (builder.Count > 0)
        {
            yield return builder.Take();
        }
    }
}
