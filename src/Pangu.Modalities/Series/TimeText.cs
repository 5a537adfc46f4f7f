namespace Pangu.Modalities.Series;

/// <summary>A date and time taken apart as it is written, before it is known which of two numbers is the day.</summary>
internal readonly record struct TimeText
{
    /// <summary>Whether the year stands first (<c>2016-07-01</c>); otherwise last.</summary>
    public bool YearFirst { get; private init; }

    /// <summary>Between the numbers of the date: <c>-</c>, <c>/</c> or <c>.</c>.</summary>
    public char DateSeparator { get; private init; }

    /// <summary>Four digits of the year; two digits mean 1970 to 2069.</summary>
    public int Year { get; private init; }

    /// <summary>Digits the year was written with.</summary>
    public int YearDigits { get; private init; }

    /// <summary>The first number that is not the year.</summary>
    public int First { get; private init; }

    /// <summary>The second number that is not the year.</summary>
    public int Second { get; private init; }

    /// <summary>Fewest digits of the two numbers: 1 where they are written without leading zeros.</summary>
    public int DateDigits { get; private init; }

    /// <summary>Between date and time: <c>T</c> or a space; NUL without a time of day.</summary>
    public char TimeSeparator { get; private init; }

    /// <summary>Time of day in ticks of 100 ns; 24:00 is a whole day.</summary>
    public long TimeOfDayTicks { get; private init; }

    /// <summary>Digits of the hour.</summary>
    public int HourDigits { get; private init; }

    /// <summary>Whether seconds are written.</summary>
    public bool HasSeconds { get; private init; }

    /// <summary>Digits of the fraction of a second.</summary>
    public int FractionDigits { get; private init; }

    /// <summary>Whether the hour is of twelve, followed by AM or PM.</summary>
    public bool IsTwelveHour { get; private init; }

    /// <summary>How the zone is written.</summary>
    public ZoneStyle Zone { get; private init; }

    /// <summary>Minutes east of UTC; 0 without a zone.</summary>
    public int OffsetMinutes { get; private init; }

    /// <summary>Takes a text apart: <c>y-m-d</c> or <c>d-m-y</c> or <c>m-d-y</c> with <c>-</c>, <c>/</c> or <c>.</c>, then optionally <c>T</c> or a space and <c>h:mm[:ss[.fff]]</c>, AM or PM, and a zone.</summary>
    /// <param name="text">The cell.</param>
    /// <param name="result">Its parts.</param>
    /// <returns>False when the text is not of this form.</returns>
    public static bool TryRead(ReadOnlySpan<char> text, out TimeText result)
    {
        result = default;
        text = text.Trim();
        var at = 0;
        if (!TryNumber(text, ref at, out var a, out var aDigits) || at >= text.Length || text[at] is not ('-' or '/' or '.'))
        {
            return false;
        }

        var separator = text[at++];
        if (!TryNumber(text, ref at, out var b, out var bDigits) || at >= text.Length || text[at++] != separator
            || !TryNumber(text, ref at, out var c, out var cDigits))
        {
            return false;
        }

        var yearFirst = aDigits == 4;
        var (year, yearDigits, other, otherDigits) = yearFirst ? (a, aDigits, c, cDigits) : (c, cDigits, a, aDigits);
        if (yearDigits is not (4 or 2) || (yearFirst && cDigits > 2) || otherDigits > 2 || bDigits > 2 || (yearDigits == 2 && separator == '-'))
        {
            return false;
        }

        result = new TimeText
        {
            YearFirst = yearFirst,
            DateSeparator = separator,
            Year = yearDigits == 2 ? year + (year < 70 ? 2000 : 1900) : year,
            YearDigits = yearDigits,
            First = yearFirst ? b : a,
            Second = yearFirst ? c : b,
            DateDigits = Math.Min(bDigits, otherDigits),
        };
        return TryReadTime(text, at, ref result);
    }

    private static bool TryReadTime(ReadOnlySpan<char> text, int at, ref TimeText result)
    {
        if (at == text.Length)
        {
            return true;
        }

        var separator = text[at++];
        while (at < text.Length && text[at] == ' ')
        {
            at++;
        }

        if (separator is not ('T' or 't' or ' ') || !TryNumber(text, ref at, out var hour, out var hourDigits) || hourDigits > 2
            || !TryColonNumber(text, ref at, out var minute))
        {
            return false;
        }

        var hasSeconds = TryColonNumber(text, ref at, out var second);
        var (fractionTicks, fractionDigits) = hasSeconds ? ReadFraction(text, ref at) : (0L, 0);
        var rest = text[at..].TrimStart();
        var half = rest.Length >= 2 && (rest[1] is 'M' or 'm') ? char.ToUpperInvariant(rest[0]) : '\0';
        var isTwelveHour = half is 'A' or 'P';
        if (isTwelveHour)
        {
            if (hour is < 1 or > 12)
            {
                return false;
            }

            hour = (hour % 12) + (half == 'P' ? 12 : 0);
            rest = rest[2..].TrimStart();
        }

        var ticks = (hour * TimeSpan.TicksPerHour) + (minute * TimeSpan.TicksPerMinute) + (second * TimeSpan.TicksPerSecond) + fractionTicks;
        if (minute > 59 || second > 59 || ticks > TimeSpan.TicksPerDay || !TryReadZone(rest, out var zone, out var offset))
        {
            return false;
        }

        result = result with
        {
            TimeSeparator = separator == ' ' ? ' ' : 'T',
            TimeOfDayTicks = ticks,
            HourDigits = hourDigits,
            HasSeconds = hasSeconds,
            FractionDigits = fractionDigits,
            IsTwelveHour = isTwelveHour,
            Zone = zone,
            OffsetMinutes = offset,
        };
        return true;
    }

    private static (long Ticks, int Digits) ReadFraction(ReadOnlySpan<char> text, ref int at)
    {
        if (at + 1 >= text.Length || text[at] is not ('.' or ',') || !char.IsAsciiDigit(text[at + 1]))
        {
            return (0, 0);
        }

        at++;
        var (ticks, unit, digits) = (0L, TimeSpan.TicksPerSecond / 10, 0);
        for (; at < text.Length && char.IsAsciiDigit(text[at]); at++)
        {
            ticks += (text[at] - '0') * unit;
            unit /= 10;
            digits++;
        }

        return (ticks, digits);
    }

    private static bool TryReadZone(ReadOnlySpan<char> text, out ZoneStyle zone, out int offsetMinutes)
    {
        (zone, offsetMinutes) = (ZoneStyle.None, 0);
        if (text.IsEmpty)
        {
            return true;
        }

        if (text is "Z" or "z" or "UTC" or "GMT")
        {
            zone = text is "Z" or "z" ? ZoneStyle.Z : ZoneStyle.Utc;
            return true;
        }

        if (text[0] is not ('+' or '-'))
        {
            return false;
        }

        var digits = text[1..];
        var (minutes, style) = digits.Length switch
        {
            2 => (0, ZoneStyle.Hours),
            4 when int.TryParse(digits[2..], out var value) => (value, ZoneStyle.Digits),
            5 when digits[2] == ':' && int.TryParse(digits[3..], out var value) => (value, ZoneStyle.Colon),
            _ => (-1, ZoneStyle.None),
        };
        if (minutes is < 0 or > 59 || !char.IsAsciiDigit(digits[0]) || !char.IsAsciiDigit(digits[1]))
        {
            return false;
        }

        zone = style;
        offsetMinutes = (text[0] == '-' ? -1 : 1) * ((int.Parse(digits[..2], System.Globalization.CultureInfo.InvariantCulture) * 60) + minutes);
        return Math.Abs(offsetMinutes) <= 14 * 60;
    }

    private static bool TryColonNumber(ReadOnlySpan<char> text, ref int at, out int value)
    {
        value = 0;
        if (at >= text.Length || text[at] != ':')
        {
            return false;
        }

        at++;
        return TryNumber(text, ref at, out value, out var digits) && digits == 2;
    }

    private static bool TryNumber(ReadOnlySpan<char> text, ref int at, out int value, out int digits)
    {
        (value, digits) = (0, 0);
        while (at < text.Length && char.IsAsciiDigit(text[at]) && digits < 5)
        {
            value = (value * 10) + text[at++] - '0';
            digits++;
        }

        return digits is > 0 and < 5;
    }
}

/// <summary>How the zone of a time is written.</summary>
public enum ZoneStyle
{
    /// <summary>Not at all: the time is taken as it stands.</summary>
    None,

    /// <summary><c>Z</c>.</summary>
    Z,

    /// <summary><c>+01</c>.</summary>
    Hours,

    /// <summary><c>+0100</c>.</summary>
    Digits,

    /// <summary><c>+01:00</c>.</summary>
    Colon,

    /// <summary><c>UTC</c> after a space.</summary>
    Utc,
}
