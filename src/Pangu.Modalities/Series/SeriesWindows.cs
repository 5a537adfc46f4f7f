namespace Pangu.Modalities.Series;

/// <summary>The windows of a range of rows: each forecasts <c>horizon</c> rows inside the range from the <c>context</c> rows before them.</summary>
/// <remarks>Contexts may reach back before the range, down to row 0 of the table; targets never leave the range. Windows whose context would start before row 0 are left out.</remarks>
public sealed record SeriesWindows
{
    /// <summary>Creates the enumeration.</summary>
    /// <param name="rows">Rows that the targets may lie in.</param>
    /// <param name="context">History steps of a window, 0 or more.</param>
    /// <param name="horizon">Steps forecast, at least 1.</param>
    /// <param name="stride">Rows from one window to the next, at least 1.</param>
    public SeriesWindows(RowRange rows, int context, int horizon, int stride = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(context);
        ArgumentOutOfRangeException.ThrowIfLessThan(horizon, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, 1);
        (Rows, Context, Horizon, Stride) = (rows, context, horizon, stride);
        FirstTarget = Math.Max(rows.Start, context);
        Count = Math.Max(0, (rows.End - horizon - FirstTarget + stride) / stride);
    }

    /// <summary>Rows that the targets may lie in.</summary>
    public RowRange Rows { get; }

    /// <summary>History steps of a window.</summary>
    public int Context { get; }

    /// <summary>Steps forecast.</summary>
    public int Horizon { get; }

    /// <summary>Rows from one window to the next.</summary>
    public int Stride { get; }

    /// <summary>First target row of the first window.</summary>
    public int FirstTarget { get; }

    /// <summary>Windows.</summary>
    public int Count { get; }

    /// <summary>First target row of a window; its context is the <see cref="Context"/> rows before.</summary>
    /// <param name="window">Window, from 0.</param>
    /// <returns>Row of the table.</returns>
    public int TargetOf(int window) => FirstTarget + (window * Stride);

    /// <summary>First target row of every window, in order.</summary>
    /// <returns>Rows of the table.</returns>
    public IEnumerable<int> Targets() => Enumerable.Range(0, Count).Select(TargetOf);
}

/// <summary>Rows of a table from a start up to, and without, an end.</summary>
/// <param name="Start">First row.</param>
/// <param name="End">Row after the last.</param>
public readonly record struct RowRange(int Start, int End)
{
    /// <summary>Rows in the range.</summary>
    public int Count => End - Start;
}
