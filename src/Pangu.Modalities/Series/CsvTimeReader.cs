namespace Pangu.Modalities.Series;

/// <summary>Reads one time after the other and resolves local times, the hour that comes twice in autumn by the order of the rows.</summary>
/// <param name="column">The time column.</param>
/// <param name="isZoneGiven">Whether times without a zone are in <see cref="TimeFormat.TimeZone"/>.</param>
internal sealed class CsvTimeReader(CsvTimeColumn column, bool isZoneGiven)
{
    private readonly TimeFormat _format = column.Format!;
    private long _previous = long.MinValue;
    private bool _isDescending;

    /// <summary>Reads a time.</summary>
    /// <param name="text">The cell.</param>
    /// <param name="time">Unix milliseconds.</param>
    /// <param name="isSkipped">True when the local time does not exist in the zone (clocks were set forward).</param>
    /// <returns>False when the text is not a time of the format, or does not exist in the zone.</returns>
    public bool TryRead(ReadOnlySpan<char> text, out long time, out bool isSkipped)
    {
        isSkipped = false;
        if (!_format.TryRead(text, out var parsed))
        {
            time = 0;
            return false;
        }

        time = parsed.Local;
        if (isZoneGiven && !parsed.HasZone && _format.TimeZone is { } zone)
        {
            isSkipped = !TryResolve(parsed.Local, zone, out time);
        }

        if (!isSkipped)
        {
            _isDescending = _previous != long.MinValue && (time == _previous ? _isDescending : time < _previous);
            _previous = time;
        }

        return !isSkipped;
    }

    private bool TryResolve(long local, TimeZoneInfo zone, out long time)
    {
        var clock = DateTime.UnixEpoch.AddMilliseconds(local);
        var unspecified = DateTime.SpecifyKind(clock, DateTimeKind.Unspecified);
        time = local;
        if (zone.IsInvalidTime(unspecified))
        {
            return false;
        }

        if (!zone.IsAmbiguousTime(unspecified))
        {
            time = local - (long)zone.GetUtcOffset(unspecified).TotalMilliseconds;
            return true;
        }

        var offsets = zone.GetAmbiguousTimeOffsets(unspecified);
        var early = local - (long)offsets.Max().TotalMilliseconds;
        var late = local - (long)offsets.Min().TotalMilliseconds;

        // Ascending rows pass the hour twice: the second time, the early reading would not be later than the row before. Descending rows meet the late one first.
        time = _isDescending
            ? late < _previous ? late : early
            : _previous < early ? early : late;
        return true;
    }
}
