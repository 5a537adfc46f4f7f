namespace Pangu.Modalities.Series;

/// <summary>What the user says of a CSV file; everything left out is detected, and what cannot be detected without guessing is an error that names the option.</summary>
public sealed record CsvReadOptions
{
    /// <summary>Everything detected.</summary>
    public static CsvReadOptions Detect { get; } = new();

    /// <summary>Between the fields of a line (<c>--delimiter</c>); null: one of <c>,</c> <c>;</c> tab <c>|</c> is detected.</summary>
    public char? Delimiter { get; init; }

    /// <summary>The decimal mark, <c>.</c> or <c>,</c> (<c>--decimal</c>); null: detected.</summary>
    public char? Decimal { get; init; }

    /// <summary>Whether the first line names the columns (<c>--header yes|no</c>); null: detected.</summary>
    public bool? Header { get; init; }

    /// <summary>The time column's name, two names joined by <c>+</c> when date and time of day stand apart, or <c>none</c> (<c>--time</c>); null: detected.</summary>
    public string? Time { get; init; }

    /// <summary><c>iso</c>, <c>day-first</c>, <c>month-first</c>, <c>unix</c>, <c>unix-ms</c> or a .NET format such as <c>dd/MM/yyyy HH:mm</c> (<c>--time-format</c>); null: detected.</summary>
    public string? TimeFormat { get; init; }

    /// <summary>The zone of times written without one, such as <c>Europe/Berlin</c> (<c>--time-zone</c>); null: they are taken as they stand.</summary>
    public string? TimeZone { get; init; }

    /// <summary>Columns to read, in this order; null: every column of numbers.</summary>
    public IReadOnlyList<string>? Columns { get; init; }

    /// <summary>Further texts that mark a missing value, such as <c>-999</c> (<c>--missing</c>), beside the empty cell, NaN, NA, N/A, null, none, <c>-</c> and the like.</summary>
    public IReadOnlyList<string> Missing { get; init; } = [];

    /// <summary>What to do with two rows of the same time and different values (<c>--duplicates</c>). Default: an error.</summary>
    public DuplicateRule Duplicates { get; init; }

    /// <summary>Lines before the header (or the first row) to leave out (<c>--skip-lines</c>). Default 0.</summary>
    public int SkipLines { get; init; }

    /// <summary>Seconds from one step to the next (<c>--interval</c>); null: the median of the differences.</summary>
    public double? IntervalSeconds { get; init; }

    /// <summary>Whether steps missing from regular times are inserted with NaN. Default true.</summary>
    public bool InsertMissingSteps { get; init; } = true;
}

/// <summary>What to do with rows of the same time and different values. Rows that are equal altogether are merged under every rule.</summary>
public enum DuplicateRule
{
    /// <summary>Refuse the file and name the lines.</summary>
    Error,

    /// <summary>Keep the first row.</summary>
    First,

    /// <summary>Keep the last row.</summary>
    Last,

    /// <summary>Take the mean of the values that are there.</summary>
    Mean,
}
