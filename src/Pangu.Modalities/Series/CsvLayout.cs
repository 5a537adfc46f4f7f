using System.Globalization;
using Pangu.Core;

namespace Pangu.Modalities.Series;

/// <summary>What a CSV file holds and how it is written: everything that reading needs to know beforehand, told from its first lines and the user's options.</summary>
internal sealed record CsvLayout
{
    /// <summary>Path of the file.</summary>
    public required string Path { get; init; }

    /// <summary>What the user says.</summary>
    public required CsvReadOptions Options { get; init; }

    /// <summary>Delimiter, decimal mark, header.</summary>
    public required CsvDialect Dialect { get; init; }

    /// <summary>Lines before the header, or before the first row where there is none.</summary>
    public required int SkippedLines { get; init; }

    /// <summary>Fields of every line.</summary>
    public required int FieldCount { get; init; }

    /// <summary>Where the times stand.</summary>
    public required CsvTimeColumn Time { get; init; }

    /// <summary>Names of the columns read, in order.</summary>
    public required string[] Names { get; init; }

    /// <summary>Where the columns read stand in a line.</summary>
    public required int[] Positions { get; init; }

    /// <summary>What the times mean.</summary>
    public required SeriesClock Clock { get; init; }

    /// <summary>Whether the sample's times run backwards.</summary>
    public required bool IsDescending { get; init; }

    /// <summary>What was assumed and dropped, in sentences.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>Looks at the first lines of a file.</summary>
    /// <param name="path">Path of the file.</param>
    /// <param name="options">What the user says.</param>
    /// <returns>The layout.</returns>
    /// <exception cref="PanguException">The file is no CSV of series, or its form is ambiguous.</exception>
    public static CsvLayout Detect(string path, CsvReadOptions options)
    {
        var notes = new List<string>();
        var sample = ReadSample(path, options, notes);
        var (dialect, rows) = CsvDialect.Detect(sample, options, path);
        var number = new CsvNumber(dialect.Decimal, options.Missing);
        if (dialect.Decimal == ',')
        {
            notes.Add("The decimal mark is a comma.");
        }

        var fieldCount = rows[0].Length;
        var skippedLines = options.SkipLines + (sample.NamedDelimiter is null ? 0 : 1);
        var names = NamesOf(rows, dialect.HasHeader, notes);
        rows = [.. rows.Skip(dialect.HasHeader ? 1 : 0).Where(row => row.Length == fieldCount)];
        if (rows.Count == 0)
        {
            RefuseFirstRow(path, options, dialect, fieldCount, skippedLines);
            throw PanguException.Usage("csv-no-rows", $"{path} has a line of column names ({string.Join(", ", names)}) and no rows; at least one was expected.");
        }

        var time = CsvTimeColumn.Find(names, rows, number, options, path);
        if (time.Note is not null)
        {
            notes.Add(time.Note);
        }

        var positions = new CsvColumnChoice(names, rows, number, time, path).Choose(options, notes);
        var (clock, isDescending) = ClockOf(names, rows, time, options, notes);
        return new CsvLayout
        {
            Path = path,
            Options = options,
            Dialect = dialect,
            SkippedLines = skippedLines,
            FieldCount = fieldCount,
            Time = time,
            Names = [.. positions.Select(position => names[position])],
            Positions = positions,
            Clock = clock,
            IsDescending = isDescending,
            Notes = notes,
        };
    }

    /// <summary>No row fits the first line: reading the first one says what is wrong with it.</summary>
    private static void RefuseFirstRow(string path, CsvReadOptions options, CsvDialect dialect, int fieldCount, int skippedLines)
    {
        var layout = new CsvLayout
        {
            Path = path,
            Options = options,
            Dialect = dialect,
            SkippedLines = skippedLines,
            FieldCount = fieldCount,
            Time = new CsvTimeColumn([], null),
            Names = [],
            Positions = [],
            Clock = SeriesClock.Ordinal,
            IsDescending = false,
            Notes = [],
        };
        using var source = new CsvRowSource(layout);
        source.MoveNext();
    }

    private static CsvSample ReadSample(string path, CsvReadOptions options, List<string> notes)
    {
        using var reader = CsvText.Open(path, out var note);
        if (note is not null)
        {
            notes.Add(note);
        }

        for (var line = 0; line < options.SkipLines; line++)
        {
            reader.ReadLine();
        }

        return CsvSample.Read(reader);
    }

    private static string[] NamesOf(List<string[]> rows, bool hasHeader, List<string> notes)
    {
        var names = hasHeader
            ? rows[0].Select((name, position) => name.Trim() is { Length: > 0 } text ? text : $"column{position + 1}").ToArray()
            : [.. Enumerable.Range(1, rows[0].Length).Select(position => $"column{position}")];
        if (!hasHeader)
        {
            notes.Add($"No line of column names was found; the columns are called {names[0]} to {names[^1]}.");
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var position = 0; position < names.Length; position++)
        {
            var name = names[position];
            for (var count = 2; !seen.Add(names[position]); count++)
            {
                names[position] = $"{name}_{count}";
            }

            if (names[position] != name)
            {
                notes.Add($"Two columns are called {name}; the second is read as {names[position]}.");
            }
        }

        return names;
    }

    private static (SeriesClock Clock, bool IsDescending) ClockOf(string[] names, List<string[]> rows, CsvTimeColumn time, CsvReadOptions options, List<string> notes)
    {
        if (options.IntervalSeconds <= 0)
        {
            throw PanguException.Usage("csv-interval", string.Create(CultureInfo.InvariantCulture, $"--interval is {options.IntervalSeconds}; expected seconds above 0."));
        }

        if (time.Format is null)
        {
            return options.IntervalSeconds is null ? (SeriesClock.Ordinal, false) : throw PanguException.Usage("csv-interval", "--interval is given, but there is no time column for it; name one (--time), or leave --interval out.");
        }

        var reader = new CsvTimeReader(time, options.TimeZone is not null);
        var times = new List<long>(rows.Count);
        foreach (var row in rows)
        {
            if (reader.TryRead(time.Positions.Length == 1 ? row[time.Positions[0]] : $"{row[time.Positions[0]].Trim()} {row[time.Positions[1]].Trim()}", out var value, out _))
            {
                times.Add(value);
            }
        }

        var backwards = times.Zip(times.Skip(1), (from, to) => to < from).Count(isBack => isBack);
        var forwards = times.Zip(times.Skip(1), (from, to) => to > from).Count(isForth => isForth);
        var ordered = times.Distinct().Order().ToArray();
        var interval = options.IntervalSeconds is { } given ? new SeriesInterval(given) : SeriesInterval.Detect(ordered)?.Interval;
        var onGridShare = interval?.OnGridShare(ordered) ?? 1;
        var isRegular = SeriesInterval.IsRegular(onGridShare);
        if (!isRegular)
        {
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"Times are irregular: only {onGridShare * 100:0} % of the steps are whole multiples of {interval}; rows are taken as even steps."));
        }

        var clock = new SeriesClock { Column = string.Join('+', time.Positions.Select(position => names[position])), Format = time.Format, Interval = interval, IsRegular = isRegular };
        return (clock, backwards > 0 && forwards == 0);
    }
}
