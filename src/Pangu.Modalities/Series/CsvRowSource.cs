using nietras.SeparatedValues;
using Pangu.Core;

namespace Pangu.Modalities.Series;

/// <summary>Reads the rows of a CSV file one after the other under a known layout; memory does not grow with the file.</summary>
internal sealed class CsvRowSource : IDisposable
{
    private readonly CsvLayout _layout;
    private readonly StreamReader _text;
    private readonly SepReader _reader;
    private readonly CsvNumber _number;
    private readonly CsvTimeReader? _times;
    private bool _isHeaderAhead;

    /// <summary>Opens the file of a layout.</summary>
    /// <param name="layout">The layout.</param>
    public CsvRowSource(CsvLayout layout)
    {
        _layout = layout;
        _text = CsvText.Open(layout.Path, out _);
        for (var line = 0; line < layout.SkippedLines; line++)
        {
            _text.ReadLine();
        }

        _reader = CsvRows.Reader(layout.Dialect.Delimiter, _text);
        _number = new CsvNumber(layout.Dialect.Decimal, layout.Options.Missing);
        _times = layout.Time.Format is null ? null : new CsvTimeReader(layout.Time, layout.Options.TimeZone is not null);
        _isHeaderAhead = layout.Dialect.HasHeader;
        Values = new float[layout.Positions.Length];
    }

    /// <summary>Time of the current row: Unix milliseconds, or its number from 0.</summary>
    public long Time { get; private set; }

    /// <summary>Line of the current row in the file, from 1.</summary>
    public int Line { get; private set; }

    /// <summary>[C] values of the current row; overwritten by the next.</summary>
    public float[] Values { get; }

    /// <summary>Rows read.</summary>
    public long RowCount { get; private set; }

    /// <summary>Goes to the next row.</summary>
    /// <returns>False at the end.</returns>
    /// <exception cref="PanguException">The row does not fit the layout; the message names its line.</exception>
    public bool MoveNext()
    {
        while (MoveReader())
        {
            var row = _reader.Current;
            Line = row.LineNumberFrom + _layout.SkippedLines;
            if (CsvRows.IsBlank(row))
            {
                continue;
            }

            if (row.ColCount != _layout.FieldCount)
            {
                throw Ragged(row);
            }

            if (_isHeaderAhead)
            {
                _isHeaderAhead = false;
                continue;
            }

            ReadTime(row);
            ReadValues(row);
            RowCount++;
            return true;
        }

        return false;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _reader.Dispose();
        _text.Dispose();
    }

    private bool MoveReader()
    {
        try
        {
            return _reader.MoveNext();
        }
        catch (Exception exception) when (exception is NotSupportedException or InvalidDataException or OverflowException)
        {
            throw new PanguException(ErrorKind.Usage, "csv-broken", $"{_layout.Path} could not be read after line {Line}: a line is far too long; perhaps a quotation mark is not closed.", exception);
        }
    }

    private void ReadTime(SepReader.Row row)
    {
        if (_times is null)
        {
            Time = RowCount;
            return;
        }

        var positions = _layout.Time.Positions;
        var text = positions.Length == 1 ? row[positions[0]].Span : $"{row[positions[0]].Span.Trim()} {row[positions[1]].Span.Trim()}";
        if (_times.TryRead(text, out var time, out var isSkipped))
        {
            Time = time;
            return;
        }

        throw isSkipped
            ? PanguException.Usage("csv-time-skipped", $"Line {Line} of {_layout.Path}: \"{text}\" does not exist in {_layout.Options.TimeZone}, where clocks were set forward then; leave out --time-zone to take times as they stand.")
            : PanguException.Usage("csv-time", $"Line {Line} of {_layout.Path}: \"{text}\" in column {_layout.Clock.Column} is no time like {_layout.Clock.Text(0)}; mend the line, or say how times are written: --time-format.");
    }

    private void ReadValues(SepReader.Row row)
    {
        for (var channel = 0; channel < Values.Length; channel++)
        {
            var cell = row[_layout.Positions[channel]].Span;
            if (!_number.TryRead(cell, out Values[channel]))
            {
                throw PanguException.Usage(
                    "csv-number",
                    $"Line {Line} of {_layout.Path}: \"{Shorten(cell)}\" in column {_layout.Names[channel]} is not a number with the decimal mark {_layout.Dialect.Decimal}; mend it, or say that it marks a missing value: --missing \"{Shorten(cell)}\".");
            }
        }
    }

    private PanguException Ragged(SepReader.Row row)
    {
        var last = row.LineNumberToExcl - 1 + _layout.SkippedLines;
        var isSpanning = last > Line;
        var hint = isSpanning
            ? $" The row runs from line {Line} to line {last}: a quotation mark is not closed."
            : _layout.Dialect.Delimiter == ',' && row.ColCount > _layout.FieldCount
                ? " If the decimal mark is a comma, the fields must be separated by something else (--delimiter) or quoted."
                : string.Empty;
        return PanguException.Usage(
            "csv-ragged",
            $"Line {Line} of {_layout.Path} has {row.ColCount} fields where the first line has {_layout.FieldCount} (delimiter '{(_layout.Dialect.Delimiter == '\t' ? "tab" : _layout.Dialect.Delimiter)}').{hint} Mend the line, leave out lines before the header (--skip-lines), or name the delimiter (--delimiter).");
    }

    private static string Shorten(ReadOnlySpan<char> cell) => cell.Length <= 40 ? cell.ToString() : $"{cell[..40]}...";
}
