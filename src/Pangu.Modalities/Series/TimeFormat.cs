using System.Globalization;

namespace Pangu.Modalities.Series;

/// <summary>Which number of a time is what.</summary>
public enum TimeOrder
{
    /// <summary><c>2016-07-01 13:00</c> and ISO 8601.</summary>
    YearMonthDay,

    /// <summary><c>01.07.2016 13:00</c>.</summary>
    DayMonthYear,

    /// <summary><c>7/1/2016 13:00</c>.</summary>
    MonthDayYear,

    /// <summary>Seconds since 1970, or any plain number of seconds.</summary>
    Seconds,

    /// <summary>Milliseconds since 1970.</summary>
    Milliseconds,

    /// <summary>A .NET format given by the user.</summary>
    Exact,
}

/// <summary>How the times of a file are written; reads and writes them.</summary>
/// <remarks>Times are Unix milliseconds. A time without a zone counts as if it were UTC ("as it stands") unless <see cref="TimeZone"/> is given.</remarks>
public sealed record TimeFormat
{
    /// <summary>Which number is what.</summary>
    public required TimeOrder Order { get; init; }

    /// <summary>.NET format to write with (and, for <see cref="TimeOrder.Exact"/>, to read with), without the zone; unused for plain numbers.</summary>
    public string Pattern { get; init; } = "yyyy-MM-dd HH:mm:ss";

    /// <summary>How the zone is written.</summary>
    public ZoneStyle Zone { get; init; }

    /// <summary>Minutes east of UTC that times are written with; 0 without a zone.</summary>
    public int OffsetMinutes { get; init; }

    /// <summary>The zone that times without one are in; null: as they stand.</summary>
    public TimeZoneInfo? TimeZone { get; init; }

    /// <summary>Reads a time.</summary>
    /// <param name="text">The cell.</param>
    /// <param name="time">The time; its <see cref="ParsedTime.Local"/> is to be resolved where <see cref="TimeZone"/> is given.</param>
    /// <returns>False when the text is not a time of this format.</returns>
    public bool TryRead(ReadOnlySpan<char> text, out ParsedTime time)
    {
        time = default;
        switch (Order)
        {
            case TimeOrder.Seconds or TimeOrder.Milliseconds:
                if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || !double.IsFinite(number) || Math.Abs(number) > 1e15)
                {
                    return false;
                }

                time = new ParsedTime((long)Math.Round(Order == TimeOrder.Seconds ? number * 1000 : number), HasZone: true);
                return true;

            case TimeOrder.Exact:
                var hasZone = Pattern.Contains('z', StringComparison.Ordinal) || Pattern.Contains('K', StringComparison.Ordinal);
                if (!DateTimeOffset.TryParseExact(text.Trim(), Pattern, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var exact))
                {
                    return false;
                }

                time = new ParsedTime(exact.ToUnixTimeMilliseconds(), hasZone);
                return true;

            default:
                return TimeText.TryRead(text, out var parts) && TryResolve(parts, Order, out time);
        }
    }

    /// <summary>Writes a time as the input does.</summary>
    /// <param name="time">Unix milliseconds.</param>
    /// <returns>The text.</returns>
    public string Text(long time)
    {
        switch (Order)
        {
            case TimeOrder.Milliseconds:
                return time.ToString(CultureInfo.InvariantCulture);
            case TimeOrder.Seconds:
                return (time / 1000m).ToString("0.###", CultureInfo.InvariantCulture);
            default:
                var utc = DateTime.UnixEpoch.AddMilliseconds(time);
                if (TimeZone is not null && Zone == ZoneStyle.None)
                {
                    return TimeZoneInfo.ConvertTimeFromUtc(utc, TimeZone).ToString(Pattern, CultureInfo.InvariantCulture);
                }

                var offset = TimeSpan.FromMinutes(OffsetMinutes);
                return new DateTimeOffset(utc).ToOffset(offset).ToString(Pattern, CultureInfo.InvariantCulture) + ZoneText(Zone, OffsetMinutes);
        }
    }

    /// <summary>Puts the parts of a time together in an order.</summary>
    /// <param name="parts">The parts.</param>
    /// <param name="order">Which number is the day.</param>
    /// <param name="time">The time.</param>
    /// <returns>False when there is no such day.</returns>
    internal static bool TryResolve(in TimeText parts, TimeOrder order, out ParsedTime time)
    {
        time = default;
        if (parts.YearFirst != (order == TimeOrder.YearMonthDay))
        {
            return false;
        }

        var (month, day) = order == TimeOrder.DayMonthYear ? (parts.Second, parts.First) : (parts.First, parts.Second);
        if (parts.Year is < 1 or > 9998 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(parts.Year, month))
        {
            return false;
        }

        var ticks = new DateTime(parts.Year, month, day).Ticks + parts.TimeOfDayTicks - DateTime.UnixEpoch.Ticks - (parts.OffsetMinutes * TimeSpan.TicksPerMinute);
        time = new ParsedTime(Math.DivRem(ticks, TimeSpan.TicksPerMillisecond).Quotient, parts.Zone != ZoneStyle.None);
        return true;
    }

    private static string ZoneText(ZoneStyle style, int offsetMinutes)
    {
        var sign = offsetMinutes < 0 ? '-' : '+';
        var (hours, minutes) = (Math.Abs(offsetMinutes) / 60, Math.Abs(offsetMinutes) % 60);
        return style switch
        {
            ZoneStyle.None => string.Empty,
            ZoneStyle.Z => "Z",
            ZoneStyle.Utc => " UTC",
            ZoneStyle.Hours when minutes == 0 => string.Create(CultureInfo.InvariantCulture, $"{sign}{hours:00}"),
            ZoneStyle.Colon => string.Create(CultureInfo.InvariantCulture, $"{sign}{hours:00}:{minutes:00}"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{sign}{hours:00}{minutes:00}"),
        };
    }
}

/// <summary>A time as read.</summary>
/// <param name="Local">Unix milliseconds: of the instant when the text has a zone, otherwise of the local time as if it were UTC.</param>
/// <param name="HasZone">Whether it is an instant.</param>
public readonly record struct ParsedTime(long Local, bool HasZone);
