using Pangu.Core;
using Pangu.Modalities.Series;

namespace Pangu.Modalities.Tests.Series;

/// <summary>What is wrong or ambiguous is an error that says what, where and which option settles it, and the option does settle it.</summary>
public sealed class CsvErrorTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("csv-ambiguous-delimiter", "--delimiter", "1,5\n2,5\n3,5\n")]
    [InlineData("csv-ambiguous-decimal", "--decimal", "time;a\n2024-01-01;1,234\n2024-01-02;2,345\n")]
    [InlineData("csv-ambiguous-decimal", "--decimal", "time;a\n2024-01-01;1.234\n2024-01-02;999\n")]
    [InlineData("csv-ambiguous-decimal", "--decimal", "time,a\n2024-01-01,\"1,234\"\n2024-01-02,\"2,345\"\n")]
    [InlineData("csv-mixed-decimals", "--decimal", "time;a\n2024-01-01;1,5\n2024-01-02;2.5\n")]
    [InlineData("csv-ambiguous-time-format", "--time-format", "time,a\n01/02/2024,1\n02/02/2024,2\n")]
    [InlineData("csv-ambiguous-time-format", "--time-format", "time,a\n01-02-2024 10:00,1\n01-02-2024 11:00,2\n")]
    [InlineData("csv-ambiguous-time", "--time", "made,seen,a\n2024-01-01,2024-01-02,1\n2024-01-02,2024-01-03,2\n")]
    [InlineData("csv-ambiguous-time", "--time", "ts,time,a\n1709618400,1709618401,1\n1709618460,1709618461,2\n")]
    [InlineData("csv-time-format", "--time-format", "date,a\n01-Mar-2024,1\n02-Mar-2024,2\n")]
    [InlineData("csv-time-format", "--time-format", "date,a\n20240301,1\n20240302,2\n")]
    [InlineData("csv-time-format", "--time \"time\"", "time,a\n0.0,1\n0.1,2\n")]
    [InlineData("csv-mixed-zones", "--time-zone", "time,a\n2024-01-01T00:00Z,1\n2024-01-01T01:00,2\n")]
    [InlineData("csv-duplicate-time", "--duplicates", "time,a\n2024-01-01 00:00,1\n2024-01-01 00:00,2\n2024-01-01 01:00,2\n")]
    [InlineData("csv-duplicate-time", "--time-zone", "time,a\n2024-10-27 02:00,1\n2024-10-27 02:00,2\n2024-10-27 03:00,2\n")]
    [InlineData("csv-duplicate-time", "date+time", "date,time,a\n2024-01-01,00:00,1\n2024-01-01,01:00,2\n2024-01-02,00:00,3\n")]
    public void Read_Ambiguous_NamesTheOption(string code, string option, string text)
    {
        var exception = Refused(code, text);
        Assert.Contains(option, exception.Message, StringComparison.Ordinal);
        Assert.Contains("a.csv", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_Ambiguous_IsSettledByTheOption()
    {
        Assert.Equal([1f, 2f], Read("1,5\n2,5\n", new CsvReadOptions { Delimiter = ',' }).Values[0]);
        Assert.Equal([1.5f, 2.5f], Read("1,5\n2,5\n", new CsvReadOptions { Decimal = ',' }).Values[0]);
        Assert.Equal([1.234f, 2.345f], Read("time;a\n2024-01-01;1,234\n2024-01-02;2,345\n", new CsvReadOptions { Decimal = ',' }).Values[0]);
        Assert.Equal([1234f, 2345f], Read("time;a\n2024-01-01;1,234\n2024-01-02;2,345\n", new CsvReadOptions { Decimal = '.' }).Values[0]);
        const string Slashes = "time,a\n01/02/2024,1\n02/02/2024,2\n";
        Assert.Equal(86400, Read(Slashes, new CsvReadOptions { TimeFormat = "day-first" }).IntervalSeconds);
        Assert.True(Read(Slashes, new CsvReadOptions { TimeFormat = "month-first" }).IntervalSeconds > 2_000_000);
        Assert.Equal(86400, Read(Slashes, new CsvReadOptions { TimeFormat = "dd/MM/yyyy" }).IntervalSeconds);
        const string Zones = "time,a\n2024-01-01T00:00Z,1\n2024-01-01T02:00,2\n";
        Assert.Equal(3600, Read(Zones, new CsvReadOptions { TimeZone = "Europe/Berlin" }).IntervalSeconds);
        Assert.Equal("seen", Read("made,seen,a\n2024-01-01,2024-01-02,1\n2024-01-02,2024-01-03,2\n", new CsvReadOptions { Time = "seen" }).Clock.Column);
    }

    [Theory]
    [InlineData("csv-ragged", "Line 4", "time,a,b\n2024-01-01,1,2\n2024-01-02,1,2\n2024-01-03,1\n2024-01-04,1,2\n")]
    [InlineData("csv-ragged", "decimal mark is a comma", "time,a\n2024-01-01 00:00,1,5\n2024-01-01 01:00,2,5\n")]
    [InlineData("csv-number", "Line 3", "time,a\n2024-01-01,1\n2024-01-02,fault\n2024-01-03,1\n")]
    [InlineData("csv-number", "--missing \"fault\"", "time,a\n2024-01-01,1\n2024-01-02,fault\n2024-01-03,1\n")]
    [InlineData("csv-time", "Line 12", "time,a\n2024-01-01,1\n2024-01-02,1\n2024-01-03,1\n2024-01-04,1\n2024-01-05,1\n2024-01-06,1\n2024-01-07,1\n2024-01-08,1\n2024-01-09,1\n2024-01-10,1\nsoon,1\n")]
    [InlineData("csv-no-rows", "a, b", "a,b\n")]
    [InlineData("csv-empty", "empty", "")]
    [InlineData("csv-empty", "no rows", "\n\n\n")]
    [InlineData("csv-no-numbers", "--delimiter", "name,city\nAnn,Ulm\nBob,Bonn\n")]
    [InlineData("csv-no-numbers", "--delimiter", "1 0.5 3\n2 0.7 4\n")]
    [InlineData("csv-gap", "Line 5", "time,a\n2024-01-01 00:00:00,1\n2024-01-01 00:00:01,1\n2024-01-01 00:00:02,1\n2034-01-01 00:00:03,1\n2034-01-01 00:00:04,1\n2034-01-01 00:00:05,1\n2034-01-01 00:00:06,1\n2034-01-01 00:00:07,1\n2034-01-01 00:00:08,1\n2034-01-01 00:00:09,1\n2034-01-01 00:00:10,1\n")]
    public void Read_Broken_SaysWhere(string code, string expected, string text) => Assert.Contains(expected, Refused(code, text).Message, StringComparison.Ordinal);

    [Fact]
    public void Read_QuoteNotClosed_NamesTheLines()
    {
        var message = Refused("csv-ragged", "time,a,b\n2024-01-01,1,2\n2024-01-02,\"1,2\n2024-01-03,1,2\n2024-01-04,1,2\n").Message;
        Assert.Contains("Line 3", message, StringComparison.Ordinal);
        Assert.Contains("quotation mark", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_UnknownColumn_ListsThoseThereAre()
    {
        var message = Refused("csv-unknown-column", "time,load,oil\n2024-01-01,1,2\n2024-01-02,1,2\n", new CsvReadOptions { Columns = ["Load", "x"] }).Message;
        Assert.Contains("time, load, oil", message, StringComparison.Ordinal);
        Assert.Contains("Did you mean load?", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("state", "csv-text-column")]
    [InlineData("time", "csv-time-asked")]
    public void Read_ColumnThatIsNoChannel_IsRefused(string column, string code) =>
        Refused(code, "time,state,a\n2024-01-01,on,2\n2024-01-02,off,2\n", new CsvReadOptions { Columns = [column] });

    [Theory]
    [InlineData("csv-unknown-time", "when", null, null, null)]
    [InlineData("csv-time-format", null, "%d/%m/%Y", null, null)]
    [InlineData("csv-time-format", null, "epoch", null, null)]
    [InlineData("csv-time-zone", null, null, "Middle/Earth", null)]
    [InlineData("csv-decimal", null, null, null, '!')]
    public void Read_OptionThatMakesNoSense_IsRefused(string code, string? time, string? format, string? zone, char? mark) =>
        Refused(code, "time,a\n2024-01-01,1\n2024-01-02,2\n", new CsvReadOptions { Time = time, TimeFormat = format, TimeZone = zone, Decimal = mark, Delimiter = ',' });

    [Fact]
    public void Read_FormatWithoutTimeColumn_IsRefused() => Refused("csv-no-time", "a,b\n1,2\n3,4\n", new CsvReadOptions { TimeFormat = "iso" });

    [Fact]
    public void Read_IntervalOfNothing_IsRefused()
    {
        Refused("csv-interval", "a,b\n1,2\n3,4\n", new CsvReadOptions { IntervalSeconds = 60 });
        Refused("csv-interval", "time,b\n2024-01-01,2\n2024-01-02,4\n", new CsvReadOptions { IntervalSeconds = -1 });
    }

    [Fact]
    public void Read_TimeThatClocksSkipped_IsRefused() =>
        Assert.Contains("Line 3", Refused("csv-time-skipped", "time,a\n2024-03-31 01:00,1\n2024-03-31 02:00,2\n2024-03-31 03:00,3\n", new CsvReadOptions { TimeZone = "Europe/Berlin" }).Message, StringComparison.Ordinal);

    [Fact]
    public void Read_NoFile_IsMissing()
    {
        var exception = Assert.Throws<PanguException>(() => CsvSeriesReader.Read(_folder.File("b.csv"), cancellationToken: TestContext.Current.CancellationToken));
        Assert.Equal(ErrorKind.Missing, exception.Kind);
        Assert.Equal("csv-folder", Assert.Throws<PanguException>(() => CsvSeriesReader.Read(_folder.Path, cancellationToken: TestContext.Current.CancellationToken)).Code);
    }

    [Theory]
    [InlineData(new byte[] { 0x1F, 0x8B, 8, 0 }, "gzip")]
    [InlineData(new byte[] { (byte)'P', (byte)'K', 3, 4, 0 }, "Excel")]
    [InlineData(new byte[] { 65, 0, 0, 0, 65, 66, 67 }, "not a text file")]
    public void Read_OtherFormat_IsNamed(byte[] content, string expected)
    {
        var path = _folder.File("a.csv");
        File.WriteAllBytes(path, content);
        Assert.Contains(expected, Assert.Throws<PanguException>(() => CsvSeriesReader.Read(path, cancellationToken: TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
    }

    private PanguException Refused(string code, string text, CsvReadOptions? options = null)
    {
        var exception = Assert.Throws<PanguException>(() => Read(text, options));
        Assert.Equal(code, exception.Code);
        Assert.Equal(ErrorKind.Usage, exception.Kind);
        return exception;
    }

    private SeriesTable Read(string text, CsvReadOptions? options = null) => CsvSeriesReader.Read(_folder.Write("a.csv", text), options, TestContext.Current.CancellationToken).Table;
}
