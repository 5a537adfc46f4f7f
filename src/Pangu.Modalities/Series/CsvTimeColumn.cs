using Pangu.Core;

namespace Pangu.Modalities.Series;

/// <summary>Which column holds the times, and how they are written.</summary>
/// <param name="Positions">One column, or two when date and time of day stand apart; empty when there is no time column.</param>
/// <param name="Format">How they are written; null without a time column.</param>
/// <param name="Note">What was assumed; null for nothing worth saying.</param>
internal sealed record CsvTimeColumn(int[] Positions, TimeFormat? Format, string? Note = null)
{
    private static readonly string[] TimeNames = ["time", "timestamp", "date", "datetime", "ts", "unix", "epoch", "zeit", "datum", "zeitstempel"];

    /// <summary>Finds the time column.</summary>
    /// <param name="names">Names of all columns.</param>
    /// <param name="rows">The sample's rows without the header.</param>
    /// <param name="number">Reads numbers and missing cells.</param>
    /// <param name="options">What the user says.</param>
    /// <param name="path">For messages.</param>
    /// <returns>The column or columns.</returns>
    /// <exception cref="PanguException">There are two candidates, or the format fits two orders of day and month.</exception>
    public static CsvTimeColumn Find(IReadOnlyList<string> names, List<string[]> rows, CsvNumber number, CsvReadOptions options, string path)
    {
        if (options.Time is { } asked)
        {
            return Named(asked, names, rows, options, path);
        }

        var texts = Enumerable.Range(0, names.Count).Where(column => IsTimeText(column, rows, number, options)).ToList();
        if (texts.Count > 1)
        {
            throw PanguException.Usage(
                "csv-ambiguous-time",
                $"{path} has {texts.Count} columns of times: {string.Join(", ", texts.Select(column => names[column]))}; say which one counts: --time \"{names[texts[0]]}\".");
        }

        var found = texts.Count == 1 ? texts : [.. Enumerable.Range(0, names.Count).Where(column => IsUnixTime(column, names[column], rows))];
        return found.Count switch
        {
            0 => None(names, rows, number, options, path),
            1 => new CsvTimeColumn([found[0]], CsvTimeFormat.Detect([.. rows.Select(row => row[found[0]])], options, $"column \"{names[found[0]]}\" of {path}")),
            _ => throw PanguException.Usage(
                "csv-ambiguous-time", $"{path} has {found.Count} columns that may be Unix times: {string.Join(", ", found.Select(column => names[column]))}; say which one counts: --time \"{names[found[0]]}\" or --time none."),
        };
    }

    /// <summary>No column reads as times; one whose name says time is then an error, not a channel and not text.</summary>
    private static CsvTimeColumn None(IReadOnlyList<string> names, List<string[]> rows, CsvNumber number, CsvReadOptions options, string path)
    {
        if (options.TimeFormat is not null)
        {
            throw PanguException.Usage("csv-no-time", $"--time-format is {options.TimeFormat}, but no column of {path} reads as such times; it has {string.Join(", ", names)}. Name the column: --time <column>.");
        }

        var named = Enumerable.Range(0, names.Count).FirstOrDefault(column => IsTimeName(names[column]), -1);
        var example = named < 0 ? null : rows.Select(row => row[named].Trim()).FirstOrDefault(cell => !number.IsMissing(cell));
        if (example is null)
        {
            return new CsvTimeColumn([], null, "No time column was found; rows are taken as even steps.");
        }

        var asNumber = number.IsNumber(example) ? $"--time \"{names[named]}\" takes its numbers as seconds, " : string.Empty;
        throw PanguException.Usage(
            "csv-time-format",
            $"\"{example}\" in column \"{names[named]}\" of {path} is no time that is known. Say how it is written, for example --time-format yyyyMMdd or \"dd-MMM-yyyy HH:mm\"; {asNumber}--time none takes the rows as even steps.");
    }

    private static CsvTimeColumn Named(string asked, IReadOnlyList<string> names, List<string[]> rows, CsvReadOptions options, string path)
    {
        var position = IndexOf(names, asked);
        if (position < 0 && asked == "none")
        {
            return new CsvTimeColumn([], null);
        }

        int[] positions = position >= 0 ? [position] : [.. asked.Split('+', StringSplitOptions.TrimEntries).Select(name => IndexOf(names, name))];
        if (positions.Length > 2 || positions.Contains(-1))
        {
            throw PanguException.Usage("csv-unknown-time", $"--time is {asked}, but {path} has no such column; it has {string.Join(", ", names)}. Name one of them, two joined by + (date+time), or none.");
        }

        var texts = rows.Select(row => string.Join(' ', positions.Select(column => row[column].Trim()))).ToList();
        return new CsvTimeColumn(positions, CsvTimeFormat.Detect(texts, options, $"column \"{asked}\" of {path}"));
    }

    private static bool IsTimeText(int column, List<string[]> rows, CsvNumber number, CsvReadOptions options)
    {
        var exact = CsvTimeFormat.Given(options);
        var (times, texts) = (0, 0);
        foreach (var row in rows)
        {
            if (!number.IsMissing(row[column]))
            {
                texts++;
                times += (exact is { Order: TimeOrder.Exact } ? exact.TryRead(row[column], out _) : TimeText.TryRead(row[column], out _)) ? 1 : 0;
            }
        }

        return times > 0 && times >= 0.9 * texts;
    }

    /// <summary>Whole numbers that run one way inside 1973 to 2099, in the first column or under a name that says time.</summary>
    private static bool IsUnixTime(int column, string name, List<string[]> rows)
    {
        if (column != 0 && !IsTimeName(name))
        {
            return false;
        }

        var numbers = new List<double>();
        foreach (var row in rows)
        {
            if (!double.TryParse(row[column], System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out var value) || !double.IsFinite(value))
            {
                return false;
            }

            numbers.Add(value);
        }

        var inRange = numbers.TrueForAll(CsvTimeFormat.IsUnixSeconds) || numbers.TrueForAll(CsvTimeFormat.IsUnixMilliseconds);
        var steps = numbers.Zip(numbers.Skip(1), (from, to) => Math.Sign(to - from)).Distinct().ToList();
        return inRange && (steps.Count == 0 || (steps.Count == 1 && steps[0] != 0) || IsTimeName(name));
    }

    private static bool IsTimeName(string name) => TimeNames.Contains(name.Trim().ToLowerInvariant());

    private static int IndexOf(IReadOnlyList<string> names, string name)
    {
        for (var position = 0; position < names.Count; position++)
        {
            if (string.Equals(names[position], name, StringComparison.Ordinal))
            {
                return position;
            }
        }

        return -1;
    }
}
