using System.Globalization;
using System.Text;
using Pangu.Core;
using Pangu.Modalities.Series;

namespace Pangu.Modalities.Tests.Series;

public sealed class CsvSeriesReaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_Ett_GivesAllRowsAndSevenChannels()
    {
        var (table, notes) = CsvSeriesReader.Read(Outside.Data("ett/ETTh1.csv"), cancellationToken: TestContext.Current.CancellationToken);
        Assert.Empty(notes);
        Assert.Equal(17420, table.StepCount);
        Assert.Equal(["HUFL", "HULL", "MUFL", "MULL", "LUFL", "LULL", "OT"], table.Names);
        Assert.Equal(3600, table.IntervalSeconds);
        Assert.True(table.Clock.IsRegular);
        Assert.Equal("date", table.Clock.Column);
        Assert.Equal("2016-07-01 00:00:00", table.Clock.Text(table.Times[0]));
        Assert.Equal("2018-06-26 19:00:00", table.Clock.Text(table.Times[^1]));
        Assert.Equal(30.5310001373291f, table.Values[6][0]);
        Assert.Equal(9.56700038909912f, table.Values[6][^1]);
        Assert.Equal("2018-06-26 20:00:00", table.Clock.Text(table.FutureTimes(1)[0]));
    }

    [Theory]
    [InlineData(',', '.')]
    [InlineData(';', '.')]
    [InlineData('\t', '.')]
    [InlineData('|', '.')]
    [InlineData(';', ',')]
    [InlineData('\t', ',')]
    [InlineData('|', ',')]
    public void Read_DelimiterAndDecimal_AreDetected(char delimiter, char mark)
    {
        var text = "time,load,oil\n2024-01-01 00:00,1.25,-3\n2024-01-01 01:00,1.5,2.5e1\n".Replace(',', delimiter).Replace('.', mark);
        var table = Read(text).Table;
        Assert.Equal(["load", "oil"], table.Names);
        Assert.Equal([1.25f, 1.5f], table.Values[0]);
        Assert.Equal([-3f, 25f], table.Values[1]);
    }

    [Fact]
    public void Read_QuotedDecimalCommasBetweenCommas_AreRead()
    {
        var table = Read("time,load\n2024-01-01,\"1,25\"\n2024-01-02,\"1.234,5\"\n").Table;
        Assert.Equal([1.25f, 1234.5f], table.Values[0]);
    }

    [Theory]
    [InlineData("2024-03-05 06:00", "2024-03-05 07:00", "2024-03-05 08:00")]
    [InlineData("2024-03-05 06:00:00", "2024-03-05 07:00:00", "2024-03-05 08:00:00")]
    [InlineData("2024-03-05T06:00:00", "2024-03-05T07:00:00", "2024-03-05T08:00:00")]
    [InlineData("2024-03-05T06:00:00Z", "2024-03-05T07:00:00Z", "2024-03-05T08:00:00Z")]
    [InlineData("2024-03-05T06:00:00.250Z", "2024-03-05T07:00:00.250Z", "2024-03-05T08:00:00.250Z")]
    [InlineData("2024-03-05T06:00:00+01:00", "2024-03-05T07:00:00+01:00", "2024-03-05T08:00:00+01:00")]
    [InlineData("2024-03-05 06:00:00-0530", "2024-03-05 07:00:00-0530", "2024-03-05 08:00:00-0530")]
    [InlineData("2024-03-05 06:00:00+00", "2024-03-05 07:00:00+00", "2024-03-05 08:00:00+00")]
    [InlineData("2024/03/05 06:00", "2024/03/05 07:00", "2024/03/05 08:00")]
    [InlineData("05.03.2024 06:00", "05.03.2024 07:00", "05.03.2024 08:00")]
    [InlineData("5.3.2024 6:00", "5.3.2024 7:00", "5.3.2024 8:00")]
    [InlineData("05.03.24 06:00", "05.03.24 07:00", "05.03.24 08:00")]
    [InlineData("3/25/2024 6:00", "3/25/2024 7:00", "3/25/2024 8:00")]
    [InlineData("3/25/2024 9:00 AM", "3/25/2024 10:00 AM", "3/25/2024 11:00 AM")]
    [InlineData("25/03/2024 06:00", "25/03/2024 07:00", "25/03/2024 08:00")]
    [InlineData("2024-03-05", "2024-03-06", "2024-03-07")]
    [InlineData("2024-01-31", "2024-02-29", "2024-03-31")]
    [InlineData("1709618400", "1709622000", "1709625600")]
    [InlineData("1709618400000", "1709622000000", "1709625600000")]
    public void Read_TimeFormat_IsDetectedAndContinued(string first, string second, string next)
    {
        var table = Read($"time;value\n{first};1\n{second};2\n").Table;
        Assert.Equal(first, table.Clock.Text(table.Times[0]));
        if (first != "2024-01-31")
        {
            Assert.Equal(next, table.Clock.Text(table.FutureTimes(1)[0]));
        }
    }

    [Fact]
    public void Read_EndsOfMonths_AreContinuedByMonths()
    {
        var table = Read("month,value\n2024-01-31,1\n2024-02-29,2\n2024-03-31,3\n2024-04-30,4\n").Table;
        Assert.Equal(1, table.Clock.Interval!.Months);
        Assert.Equal(4, table.StepCount);
    }

    [Fact]
    public void Read_Months_InsertsTheMissingOne()
    {
        var table = Read("month,value\n2024-01-01,1\n2024-02-01,2\n2024-03-01,3\n2024-05-01,5\n2024-06-01,6\n").Table;
        Assert.Equal("1 month", table.Clock.Interval!.ToString());
        Assert.Equal([1, 2, 3, float.NaN, 5, 6], table.Values[0]);
        Assert.Equal("2024-07-01", table.Clock.Text(table.FutureTimes(1)[0]));
    }

    [Fact]
    public void Read_TwentyFourHours_IsTheNextMidnight()
    {
        var table = Read("time,value\n2024-01-01 23:00,1\n2024-01-01 24:00,2\n2024-01-02 01:00,3\n").Table;
        Assert.Equal(3, table.StepCount);
        Assert.Equal("2024-01-02 00:00", table.Clock.Text(table.Times[1]));
    }

    [Fact]
    public void Read_DateAloneAtMidnight_StillHasOneFormat()
    {
        var table = Read("time,value\n2024-01-01,1\n2024-01-01 12:00:00,2\n2024-01-02,3\n").Table;
        Assert.Equal(43200, table.IntervalSeconds);
        Assert.Equal("2024-01-01 00:00:00", table.Clock.Text(table.Times[0]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("NaN")]
    [InlineData("nan")]
    [InlineData("NA")]
    [InlineData("N/A")]
    [InlineData("null")]
    [InlineData("-")]
    [InlineData(" ")]
    [InlineData("inf")]
    [InlineData("1e99")]
    public void Read_MissingCell_IsNaN(string cell)
    {
        var (table, notes) = Read($"time,a,b\n2024-01-01 00:00,1,{cell}\n2024-01-01 01:00,2,5\n2024-01-01 02:00,2,6\n");
        Assert.Equal([float.NaN, 5, 6], table.Values[1]);
        Assert.Contains("1 values are missing.", notes);
    }

    [Fact]
    public void Read_OwnMissingMark_IsNaN() =>
        Assert.Equal([1, float.NaN, 3], Read("a,b\n1,1\n-999,2\n3,3\n", new CsvReadOptions { Missing = ["-999"] }).Table.Values[0]);

    [Fact]
    public void Read_Gap_InsertsMissingSteps()
    {
        var (table, notes) = Read("time,a\n2024-01-01 00:00,1\n2024-01-01 01:00,2\n2024-01-01 02:00,3\n2024-01-01 05:00,4\n2024-01-01 06:00,5\n");
        Assert.Equal([1, 2, 3, float.NaN, float.NaN, 4, 5], table.Values[0]);
        Assert.Equal(3600, table.IntervalSeconds);
        Assert.Contains("2 missing steps were inserted.", notes);
        Assert.Equal("2024-01-01 04:00", table.Clock.Text(table.Times[4]));
    }

    [Fact]
    public void Read_GapsKept_InsertsNothing() =>
        Assert.Equal(3, Read("time,a\n2024-01-01 00:00,1\n2024-01-01 01:00,2\n2024-01-01 09:00,4\n", new CsvReadOptions { InsertMissingSteps = false }).Table.StepCount);

    [Fact]
    public void Read_Irregular_KeepsRowsAndSaysSo()
    {
        var (table, notes) = Read("time,a\n2024-01-01 00:00:00,1\n2024-01-01 00:07:11,2\n2024-01-01 00:10:00,3\n2024-01-01 01:31:00,4\n2024-01-01 01:33:30,5\n");
        Assert.Equal(5, table.StepCount);
        Assert.False(table.Clock.IsRegular);
        Assert.Contains(notes, note => note.StartsWith("Times are irregular", StringComparison.Ordinal));
    }

    [Fact]
    public void Read_Descending_IsReversed()
    {
        var (table, notes) = Read("time,a\n2024-01-01 02:00,3\n2024-01-01 01:00,2\n2024-01-01 00:00,1\n");
        Assert.Equal([1, 2, 3], table.Values[0]);
        Assert.Contains("Times run backwards in the file; the rows were reversed.", notes);
    }

    [Fact]
    public void Read_Unordered_IsSorted()
    {
        var (table, notes) = Read("time,a\n2024-01-01 02:00,3\n2024-01-01 00:00,1\n2024-01-01 01:00,2\n");
        Assert.Equal([1, 2, 3], table.Values[0]);
        Assert.Contains("The rows are in no order of time; they were sorted.", notes);
    }

    [Fact]
    public void Read_EqualRows_AreMerged() =>
        Assert.Equal([1, 2], Read("time,a\n2024-01-01 00:00,1\n2024-01-01 00:00,1\n2024-01-01 01:00,2\n").Table.Values[0]);

    [Theory]
    [InlineData(DuplicateRule.First, 1f)]
    [InlineData(DuplicateRule.Last, 4f)]
    [InlineData(DuplicateRule.Mean, 3f)]
    public void Read_Duplicates_FollowTheRule(DuplicateRule rule, float expected) =>
        Assert.Equal([expected, 2], Read("time,a\n2024-01-01 00:00,1\n2024-01-01 00:00,4\n2024-01-01 00:00,4\n2024-01-01 01:00,2\n", new CsvReadOptions { Duplicates = rule }).Table.Values[0]);

    [Theory]
    [InlineData(DuplicateRule.First, 4f)]
    [InlineData(DuplicateRule.Last, 1f)]
    public void Read_DuplicatesInADescendingFile_FollowTheLines(DuplicateRule rule, float expected) =>
        Assert.Equal([expected, 2], Read("time,a\n2024-01-01 01:00,2\n2024-01-01 00:00,4\n2024-01-01 00:00,1\n", new CsvReadOptions { Duplicates = rule }).Table.Values[0]);

    [Fact]
    public void Read_OffsetThatChanges_GoesOnWithTheLatest()
    {
        var table = Read("time,a\n2024-03-31T00:00+01:00,1\n2024-03-31T01:00+01:00,2\n2024-03-31T03:00+02:00,3\n").Table;
        Assert.True(table.Clock.IsRegular);
        Assert.Equal(3, table.StepCount);
        Assert.Equal("2024-03-31T04:00+02:00", table.Clock.Text(table.FutureTimes(1)[0]));
    }

    [Theory]
    [InlineData("sep=;\n")]
    [InlineData("SEP=;\r\n")]
    public void Read_FirstLineThatNamesTheDelimiter_IsFollowed(string first) => Assert.Equal([1, 2], Read(first + "t;a\n2024-01-01;1\n2024-01-02;2\n").Table.Values[0]);

    [Fact]
    public void Read_SpacesAroundQuotes_AreNoPartOfTheCell() => Assert.Equal(["a", "b"], Read("time, \"a\" ,\"b\"\n2024-01-01, \"1\" , 2\n2024-01-02,3,4\n").Table.Names);

    [Fact]
    public void Read_CompactDates_NeedTheirFormat() => Assert.Equal(86400, Read("date,a\n20240301,1\n20240302,2\n", new CsvReadOptions { TimeFormat = "yyyyMMdd" }).Table.IntervalSeconds);

    [Fact]
    public void Read_ClocksSetBack_AreResolvedByTheZone()
    {
        var text = "time,a\n2024-10-27 01:00,1\n2024-10-27 02:00,2\n2024-10-27 02:00,3\n2024-10-27 03:00,4\n";
        var table = Read(text, new CsvReadOptions { TimeZone = "Europe/Berlin" }).Table;
        Assert.Equal([1, 2, 3, 4], table.Values[0]);
        Assert.Equal(3600, table.IntervalSeconds);
        Assert.Equal("2024-10-27 03:00", table.Clock.Text(table.Times[^1]));
        Assert.Equal("2024-10-27 04:00", table.Clock.Text(table.FutureTimes(1)[0]));
        var reversed = "time,a\n2024-10-27 03:00,4\n2024-10-27 02:00,3\n2024-10-27 02:00,2\n2024-10-27 01:00,1\n";
        Assert.Equal(table.Times, Read(reversed, new CsvReadOptions { TimeZone = "Europe/Berlin" }).Table.Times);
    }

    [Fact]
    public void Read_OneRow_HasNoInterval()
    {
        var table = Read("time,a\n2024-01-01 00:00,1\n").Table;
        Assert.Equal([1], table.Values[0]);
        Assert.Null(table.IntervalSeconds);
        Assert.Contains("--interval", Assert.Throws<PanguException>(() => table.FutureTimes(3)).Message, StringComparison.Ordinal);
        Assert.Equal(60, Read("time,a\n2024-01-01 00:00,1\n", new CsvReadOptions { IntervalSeconds = 60 }).Table.IntervalSeconds);
    }

    [Fact]
    public void Read_NoHeaderNoTime_CountsSteps()
    {
        var (table, notes) = Read("1.5;2\n2.5;3\n3.5;4\n");
        Assert.Equal(["column1", "column2"], table.Names);
        Assert.Equal([0, 1, 2], table.Times);
        Assert.Equal([3, 4], table.FutureTimes(2));
        Assert.Equal(2, notes.Count);
    }

    [Fact]
    public void Read_NoHeaderWithTime_FindsIt()
    {
        var table = Read("2024-01-01,1.5\n2024-01-02,2.5\n").Table;
        Assert.Equal(["column2"], table.Names);
        Assert.Equal(86400, table.IntervalSeconds);
    }

    [Fact]
    public void Read_SingleColumnOfDecimalCommas_IsOneColumn() => Assert.Equal([1.5f, 2.25f], Read("load\n1,5\n2,25\n").Table.Values[0]);

    [Fact]
    public void Read_TextColumn_IsLeftOutWithANote()
    {
        var (table, notes) = Read("time,state,a\n2024-01-01,on,1\n2024-01-02,off,2\n");
        Assert.Equal(["a"], table.Names);
        Assert.Contains(notes, note => note.Contains("state", StringComparison.Ordinal));
    }

    [Fact]
    public void Read_RowNumbers_AreLeftOut() => Assert.Equal(["a"], Read(",time,a\n0,2024-01-01,5\n1,2024-01-02,6\n2,2024-01-03,7\n").Table.Names);

    [Fact]
    public void Read_DateAndTimeOfDayApart_AreJoined()
    {
        var table = Read("Date;Time;Power\n16/12/2006;17:24:00;4.216\n16/12/2006;17:25:00;5.36\n16/12/2006;17:26:00;5.374\n", new CsvReadOptions { Time = "Date+Time" }).Table;
        Assert.Equal(60, table.IntervalSeconds);
        Assert.Equal("16/12/2006 17:24:00", table.Clock.Text(table.Times[0]));
    }

    [Fact]
    public void Read_ColumnsAskedFor_ComeInThatOrder() =>
        Assert.Equal(["c", "a"], Read("time,a,b,c\n2024-01-01,1,2,3\n2024-01-02,1,2,3\n", new CsvReadOptions { Columns = ["c", "a"] }).Table.Names);

    [Fact]
    public void Read_ExactFormat_IsUsed()
    {
        var table = Read("t,a\n01-Mar-2024 06h,1\n01-Mar-2024 07h,2\n", new CsvReadOptions { TimeFormat = "dd-MMM-yyyy HH'h'" }).Table;
        Assert.Equal("01-Mar-2024 08h", table.Clock.Text(table.FutureTimes(1)[0]));
    }

    [Fact]
    public void Read_NumbersNamedAsTime_CountInSeconds()
    {
        var table = Read("cycle,a\n1,5\n2,6\n4,8\n5,9\n6,9\n", new CsvReadOptions { Time = "cycle" }).Table;
        Assert.Equal([5, 6, float.NaN, 8, 9, 9], table.Values[0]);
        Assert.Equal("7", table.Clock.Text(table.FutureTimes(1)[0]));
    }

    [Theory]
    [InlineData("utf-8", true)]
    [InlineData("utf-16", true)]
    [InlineData("utf-16BE", true)]
    [InlineData("utf-16", false)]
    [InlineData("utf-16BE", false)]
    public void Read_Encoding_IsDetected(string name, bool hasMark)
    {
        var encoding = Encoding.GetEncoding(name);
        byte[] bytes = [.. hasMark ? encoding.GetPreamble() : [], .. encoding.GetBytes("time;Öltemperatur\r\n2024-01-01;1,5\r\n2024-01-02;2,5\r\n")];
        var path = _folder.File("a.csv");
        File.WriteAllBytes(path, bytes);
        var table = CsvSeriesReader.Read(path, cancellationToken: TestContext.Current.CancellationToken).Table;
        Assert.Equal(["Öltemperatur"], table.Names);
        Assert.Equal([1.5f, 2.5f], table.Values[0]);
        Assert.Equal("time", table.Clock.Column);
    }

    [Fact]
    public void Read_Windows1252_IsReadWithANote()
    {
        var path = _folder.File("a.csv");
        File.WriteAllBytes(path, [.. "time;"u8, 0xD6, .. "l\n2024-01-01;1\n2024-01-02;2\n"u8]);
        var (table, notes) = CsvSeriesReader.Read(path, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(["Öl"], table.Names);
        Assert.Contains(notes, note => note.Contains("Windows-1252", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("\r\n")]
    [InlineData("\n")]
    [InlineData("\r")]
    public void Read_LineEnds_DoNotMatter(string end) => Assert.Equal([1, 2], Read($"time,a{end}2024-01-01,1{end}{end}2024-01-02,2{end}{end}").Table.Values[0]);

    [Fact]
    public void Read_QuotedCells_AreUnescaped()
    {
        var table = Read("\"time\",\"a \"\"x\"\", b\"\n\"2024-01-01\",\"1\"\n\"2024-01-02\",\"2\"\n").Table;
        Assert.Equal(["a \"x\", b"], table.Names);
        Assert.Equal([1, 2], table.Values[0]);
    }

    [Fact]
    public void Read_TrailingDelimiter_IsNoColumn() => Assert.Equal(["a"], Read("time;a;\n2024-01-01;1;\n2024-01-02;2;\n").Table.Names);

    [Fact]
    public void Read_SameNames_AreNumbered() => Assert.Equal(["a", "a_2"], Read("time,a,a\n2024-01-01,1,2\n2024-01-02,1,2\n").Table.Names);

    [Fact]
    public void Read_LinesBeforeTheHeader_AreSkippedWhenAsked() =>
        Assert.Equal([1, 2], Read("Logger 17\nPlant A, B, C\ntime,a\n2024-01-01,1\n2024-01-02,2\n", new CsvReadOptions { SkipLines = 2 }).Table.Values[0]);

    [Fact]
    public void Read_Thousands_AreRead()
    {
        Assert.Equal([1234.5f, 12f], Read("time;a\n2024-01-01;1.234,5\n2024-01-02;12,0\n").Table.Values[0]);
        Assert.Equal([1234567f, 0.5f], Read("time,a\n2024-01-01,\"1,234,567\"\n2024-01-02,0.5\n").Table.Values[0]);
        Assert.Equal([1234.5f, 2.5f], Read("time;a\n2024-01-01;1 234,5\n2024-01-02;2,5\n").Table.Values[0]);
    }

    [Fact]
    public void Read_UnderOtherCultures_IsTheSame()
    {
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo(string.Empty) { NumberFormat = { NumberDecimalSeparator = ",", NegativeSign = "~" }, DateTimeFormat = { DateSeparator = "?", TimeSeparator = "!" } };
            var table = Read("time,a\n2024-01-01 00:00,1.5\n2024-01-01 01:00,2.5\n").Table;
            Assert.Equal([1.5f, 2.5f], table.Values[0]);
            Assert.Equal("2024-01-01 02:00", table.Clock.Text(table.FutureTimes(1)[0]));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    private CsvSeries Read(string text, CsvReadOptions? options = null) => CsvSeriesReader.Read(_folder.Write("a.csv", text), options, TestContext.Current.CancellationToken);
}
