using System.Globalization;
using System.Text;
using CsCheck;
using Pangu.Core;
using Pangu.Modalities.Series;

namespace Pangu.Modalities.Tests.Series;

public sealed class CsvStreamTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1000)]
    [InlineData(100_000)]
    public void Blocks_AnySize_JoinToTheWholeTable(int steps)
    {
        var path = _folder.Write("a.csv", Text(5000, row => row % 97 != 5));
        var whole = CsvSeriesReader.Read(path, cancellationToken: TestContext.Current.CancellationToken);
        using var stream = CsvSeriesReader.Stream(path);
        var joined = stream.Blocks(steps, TestContext.Current.CancellationToken).Aggregate(SeriesTableJoin.Join);
        Assert.Equal(whole.Table.Times, joined.Times);
        Assert.Equal(whole.Table.Values, joined.Values);
        Assert.Equal(whole.Notes, stream.Notes);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(512)]
    [InlineData(4500)]
    [InlineData(9999)]
    public void ReadLast_AnyLength_IsTheEndOfTheWholeTable(int steps)
    {
        var path = _folder.Write("a.csv", Text(5000, row => row % 97 != 5));
        var whole = CsvSeriesReader.Read(path, cancellationToken: TestContext.Current.CancellationToken).Table;
        var last = CsvSeriesReader.ReadLast(path, steps, cancellationToken: TestContext.Current.CancellationToken).Table;
        var count = Math.Min(steps, whole.StepCount);
        Assert.Equal(whole.Times[^count..], last.Times);
        Assert.Equal(whole.Values[1][^count..], last.Values[1]);
    }

    [Fact]
    public void ReadLast_Descending_IsTheEndOfTheReversedTable()
    {
        var lines = Text(300, row => row % 50 != 7).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var path = _folder.Write("a.csv", string.Join('\n', lines.Take(1).Concat(lines.Skip(1).Reverse())));
        var whole = CsvSeriesReader.Read(path, cancellationToken: TestContext.Current.CancellationToken).Table;
        var last = CsvSeriesReader.ReadLast(path, 100, cancellationToken: TestContext.Current.CancellationToken).Table;
        Assert.Equal(100, last.StepCount);
        Assert.Equal(whole.Times[^100..], last.Times);
        Assert.Equal(whole.Values[0][^100..], last.Values[0]);
    }

    [Fact]
    public void Blocks_OutOfOrder_NameTheLine()
    {
        var path = _folder.Write("a.csv", "time,a\n2024-01-01 00:00,1\n2024-01-01 01:00,2\n2024-01-01 00:30,3\n");
        using var stream = CsvSeriesReader.Stream(path);
        var message = Assert.Throws<PanguException>(() => stream.Blocks(2, TestContext.Current.CancellationToken).ToList()).Message;
        Assert.Contains("Line 4", message, StringComparison.Ordinal);
        Assert.Contains("2024-01-01 00:30", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Stream_Descending_IsRefused() =>
        Assert.Equal("csv-descending", Assert.Throws<PanguException>(() => CsvSeriesReader.Stream(_folder.Write("a.csv", "time,a\n2024-01-02,1\n2024-01-01,2\n"))).Code);

    [Fact]
    public void Read_ProblemFarBehindTheSample_NamesItsLine()
    {
        var text = new StringBuilder(Text(60_000, _ => true)).Append("2034-01-01 00:00:00,1,oops\n");
        var path = _folder.Write("a.csv", text.ToString());
        Assert.Contains("Line 60002", Assert.Throws<PanguException>(() => CsvSeriesReader.Read(path, cancellationToken: TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_AnythingWritten_ComesBack()
    {
        var delimiters = Pick(',', ';', '\t', '|');
        var patterns = Pick("yyyy-MM-dd HH:mm:ss", "yyyy-MM-ddTHH:mm:ss", "dd.MM.yyyy HH:mm:ss", "yyyy/MM/dd HH:mm:ss", "d.M.yyyy H:mm:ss");
        var ends = Pick("\n", "\r\n", "\r");
        var values = Gen.OneOf(Gen.Float[-1e6f, 1e6f], Gen.Float.Unit, Gen.Int[-5, 5].Select(value => (float)value), Gen.Int[0, 0].Select(_ => float.NaN));
        Gen.Select(delimiters, Pick('.', ','), patterns, ends, Pick(60, 900, 3600, 86400), values.Array[3, 60]).Sample((delimiter, mark, pattern, end, interval, column) =>
        {
            // Without a marked number of other than three decimals and without a doubtful delimiter nothing is ambiguous; the second column sees to that.
            var text = new StringBuilder("time").Append(delimiter).Append("first").Append(delimiter).Append("second").Append(end);
            for (var row = 0; row < column.Length; row++)
            {
                var time = new DateTime(2023, 12, 31).AddSeconds((long)row * interval);
                var number = column[row].ToString("R", CultureInfo.InvariantCulture).Replace('.', mark);
                text.Append(time.ToString(pattern, CultureInfo.InvariantCulture)).Append(delimiter)
                    .Append(mark == delimiter ? $"\"{number}\"" : number).Append(delimiter)
                    .Append(mark == delimiter ? $"\"{row}{mark}5\"" : $"{row}{mark}5").Append(end);
            }

            var path = _folder.Write("round.csv", text.ToString());
            var table = CsvSeriesReader.Read(path).Table;
            Assert.Equal(["first", "second"], table.Names);
            Assert.Equal(column, table.Values[0]);
            Assert.Equal(interval, table.IntervalSeconds);
            Assert.Equal(new DateTime(2023, 12, 31).ToString(pattern, CultureInfo.InvariantCulture), table.Clock.Text(table.Times[0]));
        }, threads: 1);
    }

    [Fact]
    public void Read_AnyText_IsReadOrRefusedButNeverCrashes()
    {
        var pieces = Pick("1", "2.5", "1,5", "-3", "NaN", "", "2024-01-01", "01/02/2024 10:00", "a", "\"", "\"x\"", ",", ";", "\t", "|", "\n", "\r\n", " ", "time", "1e9", "1709618400", "+", "0", ".", "日", "\0");
        pieces.Array[0, 40].Sample(parts =>
        {
            var path = _folder.Write("any.csv", string.Concat(parts));
            try
            {
                var table = CsvSeriesReader.Read(path).Table;
                Assert.True(table.StepCount > 0 && table.ChannelCount > 0);
            }
            catch (PanguException exception)
            {
                Assert.NotEmpty(exception.Message);
            }
        }, iter: 300, threads: 1);
    }

    private static Gen<T> Pick<T>(params T[] options) => Gen.Int[0, options.Length - 1].Select(i => options[i]);

    private static string Text(int rows, Func<int, bool> isThere)
    {
        var text = new StringBuilder("time,a,b\n");
        for (var row = 0; row < rows; row++)
        {
            if (isThere(row))
            {
                text.Append(CultureInfo.InvariantCulture, $"{new DateTime(2020, 1, 1).AddMinutes(row * 10):yyyy-MM-dd HH:mm:ss},{row * 0.25},{(row % 11 == 0 ? "" : row)}\n");
            }
        }

        return text.ToString();
    }
}
