using System.Globalization;
using Pangu.Core;

namespace Pangu.Modalities.Series;

/// <summary>Tells how times are written from a sample of them.</summary>
internal static class CsvTimeFormat
{
    private static readonly (string Name, TimeOrder Order)[] Names =
    [
        ("iso", TimeOrder.YearMonthDay), ("day-first", TimeOrder.DayMonthYear), ("month-first", TimeOrder.MonthDayYear),
        ("unix", TimeOrder.Seconds), ("unix-ms", TimeOrder.Milliseconds),
    ];

    /// <summary>Seconds since 1970 of the years 1973 to 2099.</summary>
    /// <param name="value">A number.</param>
    /// <returns>True inside.</returns>
    public static bool IsUnixSeconds(double value) => value is >= 1e8 and < 4.1e9;

    /// <summary>Milliseconds since 1970 of the years 1973 to 2099.</summary>
    /// <param name="value">A number.</param>
    /// <returns>True inside.</returns>
    public static bool IsUnixMilliseconds(double value) => value is >= 1e11 and < 4.1e12;

    /// <summary>The format that the user gives.</summary>
    /// <param name="options">What the user says.</param>
    /// <returns>The format, without what only a sample can show; null when none is given.</returns>
    /// <exception cref="PanguException">The text is no format.</exception>
    public static TimeFormat? Given(CsvReadOptions options)
    {
        if (options.TimeFormat is not { } text)
        {
            return null;
        }

        foreach (var (name, order) in Names)
        {
            if (text == name)
            {
                return new TimeFormat { Order = order };
            }
        }

        return text.Contains('%', StringComparison.Ordinal) || !text.Contains('y', StringComparison.Ordinal) || !text.Contains('M', StringComparison.Ordinal)
            ? throw PanguException.Usage("csv-time-format", $"--time-format is {text}; expected {string.Join(", ", Names.Select(name => name.Name))}, or a .NET format with year and month such as \"dd/MM/yyyy HH:mm\".")
            : new TimeFormat { Order = TimeOrder.Exact, Pattern = text };
    }

    /// <summary>Tells the format.</summary>
    /// <param name="texts">Times of the sample.</param>
    /// <param name="options">What the user says.</param>
    /// <param name="where">Column and file, for messages.</param>
    /// <returns>The format.</returns>
    /// <exception cref="PanguException">Day and month cannot be told apart, or zones come and go.</exception>
    public static TimeFormat Detect(List<string> texts, CsvReadOptions options, string where)
    {
        var zone = ZoneOf(options);
        var given = Given(options);
        if (given is { Order: TimeOrder.Exact or TimeOrder.Seconds or TimeOrder.Milliseconds })
        {
            return given with { TimeZone = zone };
        }

        var parts = new List<TimeText>();
        foreach (var text in texts)
        {
            if (TimeText.TryRead(text, out var part))
            {
                parts.Add(part);
            }
        }

        if (parts.Count == 0)
        {
            return Number(texts, where);
        }

        var order = given?.Order ?? OrderOf(parts, texts, where);
        RefuseMixedZones(parts, zone, where);

        // Offsets may change within a file (summer time); the latest is the one to go on with.
        var zoned = parts.LastOrDefault(part => part.Zone != ZoneStyle.None);
        return new TimeFormat { Order = order, Pattern = PatternOf(parts, order), Zone = zoned.Zone, OffsetMinutes = zoned.OffsetMinutes, TimeZone = zone };
    }

    private static TimeFormat Number(List<string> texts, string where)
    {
        var numbers = new List<double>();
        foreach (var text in texts)
        {
            if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
            {
                numbers.Add(number);
            }
        }

        return numbers.Count > 0
            ? new TimeFormat { Order = numbers.TrueForAll(IsUnixMilliseconds) ? TimeOrder.Milliseconds : TimeOrder.Seconds }
            : throw PanguException.Usage(
                "csv-time-format", $"\"{texts.FirstOrDefault(text => text.Trim().Length > 0)}\" in {where} is no time that is known; say how it is written, for example --time-format \"dd-MMM-yyyy HH:mm\".");
    }

    private static TimeOrder OrderOf(List<TimeText> parts, List<string> texts, string where)
    {
        var fits = new[] { TimeOrder.YearMonthDay, TimeOrder.DayMonthYear, TimeOrder.MonthDayYear }
            .Select(order => (Order: order, Count: parts.Count(part => TimeFormat.TryResolve(part, order, out _))))
            .OrderByDescending(fit => fit.Count).ToList();
        if (fits[0].Count > fits[1].Count || fits[0].Count == 0)
        {
            return fits[0].Order;
        }

        // 01.02.2016 is written by those who put the day first; slashes and dashes are used for both.
        return parts[0].DateSeparator == '.'
            ? TimeOrder.DayMonthYear
            : throw PanguException.Usage(
                "csv-ambiguous-time-format",
                $"\"{texts.First(text => TimeText.TryRead(text, out _))}\" in {where} may have the day or the month first, and no row settles it; say which: --time-format day-first or --time-format month-first.");
    }

    private static void RefuseMixedZones(List<TimeText> parts, TimeZoneInfo? zone, string where)
    {
        if (zone is null && parts.Exists(part => part.Zone == ZoneStyle.None) && parts.Exists(part => part.Zone != ZoneStyle.None))
        {
            throw PanguException.Usage("csv-mixed-zones", $"Some times in {where} have a zone and some have none; say what zone those without one are in, for example --time-zone UTC or --time-zone Europe/Berlin.");
        }
    }

    private static string PatternOf(List<TimeText> parts, TimeOrder order)
    {
        var digits = parts.Min(part => part.DateDigits);
        var (day, month, year) = (digits == 1 ? "d" : "dd", digits == 1 ? "M" : "MM", parts[0].YearDigits == 2 ? "yy" : "yyyy");
        var separator = parts[0].DateSeparator;
        string[] date = order switch
        {
            TimeOrder.YearMonthDay => [year, month, day],
            TimeOrder.DayMonthYear => [day, month, year],
            _ => [month, day, year],
        };
        var pattern = string.Join(separator, date);
        var timed = parts.Where(part => part.TimeSeparator != '\0').ToList();
        if (timed.Count == 0)
        {
            return pattern;
        }

        var twelve = timed[0].IsTwelveHour;
        var hour = twelve ? "h" : "H";
        var fraction = timed.Max(part => part.FractionDigits);
        return pattern
            + (timed[0].TimeSeparator == 'T' ? "'T'" : " ")
            + (timed.Min(part => part.HourDigits) == 1 ? hour : hour + hour) + ":mm"
            + (timed.Exists(part => part.HasSeconds) ? ":ss" : string.Empty)
            + (fraction > 0 ? "." + new string('f', Math.Min(fraction, 7)) : string.Empty)
            + (twelve ? " tt" : string.Empty);
    }

    private static TimeZoneInfo? ZoneOf(CsvReadOptions options)
    {
        if (options.TimeZone is not { } name)
        {
            return null;
        }

        return name.Equals("UTC", StringComparison.OrdinalIgnoreCase)
            ? TimeZoneInfo.Utc
            : TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone)
                ? zone
                : throw PanguException.Usage("csv-time-zone", $"--time-zone is {name}, which this machine does not know; expected UTC or a name like Europe/Berlin.");
    }
}
