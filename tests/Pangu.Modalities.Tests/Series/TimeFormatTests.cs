using System.Globalization;
using CsCheck;
using Pangu.Modalities.Series;

namespace Pangu.Modalities.Tests.Series;

public sealed class TimeFormatTests
{
    private static readonly (TimeOrder Order, string Pattern)[] Patterns =
    [
        (TimeOrder.YearMonthDay, "yyyy-MM-dd HH:mm:ss"), (TimeOrder.YearMonthDay, "yyyy-MM-dd'T'HH:mm:ss.fff"), (TimeOrder.YearMonthDay, "yyyy/M/d H:mm:ss"),
        (TimeOrder.DayMonthYear, "dd.MM.yyyy HH:mm:ss"), (TimeOrder.DayMonthYear, "d/M/yyyy h:mm:ss tt"), (TimeOrder.MonthDayYear, "MM/dd/yyyy hh:mm:ss tt"), (TimeOrder.MonthDayYear, "M/d/yy H:mm:ss"),
        (TimeOrder.Seconds, ""), (TimeOrder.Milliseconds, ""), (TimeOrder.Exact, "yyyyMMddHHmmss"),
    ];

    [Fact]
    public void TryRead_OfText_GivesTheTimeBack() =>
        Gen.Select(Gen.Int[0, Patterns.Length - 1], Gen.Enum<ZoneStyle>(), Gen.Int[-56, 56], Gen.Long[0, 3_000_000_000]).Sample((pattern, zone, quarters, seconds) =>
        {
            var (order, text) = Patterns[pattern];
            var isNumber = order is TimeOrder.Seconds or TimeOrder.Milliseconds or TimeOrder.Exact;
            var minutes = zone == ZoneStyle.Hours ? quarters / 4 * 60 : quarters * 15;
            var format = new TimeFormat
            {
                Order = order,
                Pattern = text,
                Zone = isNumber ? ZoneStyle.None : zone,
                OffsetMinutes = isNumber || zone is ZoneStyle.None or ZoneStyle.Z or ZoneStyle.Utc ? 0 : minutes,
            };

            // Two digits of a year reach from 1970 to 2069.
            Assert.True(format.TryRead(format.Text(seconds * 1000), out var time));
            Assert.Equal(seconds * 1000, time.Local);
            Assert.Equal(format.Zone != ZoneStyle.None || order is TimeOrder.Seconds or TimeOrder.Milliseconds, time.HasZone);
        });

    [Theory]
    [InlineData("2023-02-29")]
    [InlineData("2024-13-01")]
    [InlineData("2024-00-10")]
    [InlineData("2024-01-01 25:00")]
    [InlineData("2024-01-01 24:01")]
    [InlineData("2024-01-01 10:60")]
    [InlineData("2024-01-01 10")]
    [InlineData("2024-01-01 10:00+15:00")]
    [InlineData("2024-01-01 10:00 CET")]
    [InlineData("2024-01-01x10:00")]
    [InlineData("2024-01")]
    [InlineData("2024-01.01")]
    [InlineData("")]
    [InlineData("20240101")]
    [InlineData("99999-01-01")]
    public void TryRead_NoTime_IsRefused(string text) => Assert.False(new TimeFormat { Order = TimeOrder.YearMonthDay }.TryRead(text, out _));

    [Fact]
    public void TryRead_Numbers_AreReadUnderEitherMark() =>
        Gen.Select(Gen.Int[-999_999_999, 999_999_999], Gen.Int[0, 3], Gen.Int[0, 1], Gen.Int[0, 4]).Sample((whole, decimals, mark, grouping) =>
        {
            var (point, group) = mark == 0 ? ('.', ",") : (',', ".");
            group = new[] { string.Empty, group, " ", "'", "\u00A0" }[grouping];
            var invariant = new NumberFormatInfo { NumberGroupSeparator = group, NumberDecimalSeparator = point.ToString() };
            var value = whole / Math.Pow(10, decimals);
            var text = value.ToString(group.Length == 0 ? $"F{decimals}" : $"N{decimals}", invariant);
            Assert.True(new CsvNumber(point, []).TryRead(text, out var read), text);
            Assert.Equal((float)value, read, Math.Abs((float)value) * 1e-6f);
        });

    [Theory]
    [InlineData("1,23")]
    [InlineData("1,2345")]
    [InlineData("12345,678")]
    [InlineData("0,123")]
    [InlineData(",123")]
    [InlineData("1,234 567")]
    [InlineData("1,,234")]
    [InlineData("1.5.2")]
    [InlineData("5 kW")]
    [InlineData("0x1F")]
    public void TryRead_NoNumber_IsRefused(string text) => Assert.False(new CsvNumber('.', []).TryRead(text, out _));
}
