namespace Pangu.Modalities.Series;

/// <summary>What the times of a table mean.</summary>
public sealed record SeriesClock
{
    /// <summary>The clock of a table without a time column: steps are counted from 0.</summary>
    public static SeriesClock Ordinal { get; } = new() { IsRegular = true };

    /// <summary>Name of the time column; null when there is none.</summary>
    public string? Column { get; init; }

    /// <summary>How times are written; null when there is no time column.</summary>
    public TimeFormat? Format { get; init; }

    /// <summary>Time from one step to the next; null when there is no time column or a single row.</summary>
    public SeriesInterval? Interval { get; init; }

    /// <summary>Whether every step is one interval after the one before, clock jitter allowed.</summary>
    public bool IsRegular { get; init; }

    /// <summary>Writes a time as the input does.</summary>
    /// <param name="time">Unix milliseconds, or the step's number without a time column.</param>
    /// <returns>The text.</returns>
    public string Text(long time) => Format?.Text(time) ?? time.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
