using Pangu.Core;
using Pangu.Modalities.Series;

namespace Pangu.Modalities.Tests.Series;

public sealed class SeasonDetectorTests
{
    [Theory]
    [InlineData("ett/ETTh1.csv")]
    [InlineData("ett/ETTh2.csv")]
    public void Detect_Ett_FindsTheDay(string file) =>
        Assert.Equal(24, SeasonDetector.Detect(CsvSeriesReader.Read(Outside.Data(file), cancellationToken: TestContext.Current.CancellationToken).Table, new RowRange(0, 8640)).Main);

    [Fact]
    public void Detect_DayAndWeek_FindsBoth()
    {
        var seasons = SeasonDetector.Detect(Table(3600, 4000, (step, noise) => Math.Sin(2 * Math.PI * step / 24) + (step / 24 % 7 < 5 ? 1 : -1) + (0.3 * noise)));
        Assert.Equal(24, seasons.Main);
        Assert.Equal(168, seasons.Second);
    }

    [Theory]
    [InlineData(900, 96)]
    [InlineData(1800, 48)]
    [InlineData(600, 144)]
    public void Detect_OtherIntervals_FindTheirDay(int intervalSeconds, int expected) =>
        Assert.Equal(expected, SeasonDetector.Detect(Table(intervalSeconds, 4000, (step, noise) => Math.Sin(2 * Math.PI * step / expected) + (0.5 * noise))).Main);

    [Fact]
    public void Detect_DailyData_FindsTheWeek() =>
        Assert.Equal(7, SeasonDetector.Detect(Table(86400, 700, (step, noise) => (step % 7 < 5 ? 1 : 0) + (0.1 * noise))).Main);

    [Fact]
    public void Detect_Noise_FindsNone() => Assert.Null(SeasonDetector.Detect(Table(3600, 3000, (_, noise) => noise)).Main);

    [Fact]
    public void Detect_RandomWalk_FindsNone()
    {
        var level = 0.0;
        Assert.Null(SeasonDetector.Detect(Table(3600, 3000, (_, noise) => level += noise)).Main);
    }

    [Fact]
    public void Detect_NoCalendar_FindsThePeriodByScan()
    {
        var table = Table(3600, 1000, (step, noise) => Math.Sin(2 * Math.PI * step / 37) + (0.2 * noise));
        Assert.Equal(37, SeasonDetector.Detect(SeriesTable.WithoutTime(table.Names, table.Values)).Main);
    }

    [Fact]
    public void Detect_MissingValues_DoNotDisturb()
    {
        var table = Table(3600, 2000, (step, noise) => step % 5 == 0 ? double.NaN : Math.Sin(2 * Math.PI * step / 24) + (0.3 * noise));
        Assert.Equal(24, SeasonDetector.Detect(table).Main);
    }

    [Fact]
    public void Detect_ConstantOrEmpty_FindsNone()
    {
        Assert.Null(SeasonDetector.Detect(Table(3600, 500, (_, _) => 3)).Main);
        Assert.Null(SeasonDetector.Detect(SeriesTable.WithoutTime(["a"], [[]])).Main);
    }

    private static SeriesTable Table(int intervalSeconds, int count, Func<int, double, double> value)
    {
        var random = new Seeds(7).For("season");
        var values = Enumerable.Range(0, count).Select(step => (float)value(step, random.NextGaussian())).ToArray();
        var times = Enumerable.Range(0, count).Select(step => step * intervalSeconds * 1000L).ToArray();
        return new SeriesTable(times, ["a"], [values], new SeriesClock { Column = "time", Format = new TimeFormat { Order = TimeOrder.YearMonthDay }, Interval = new SeriesInterval(intervalSeconds), IsRegular = true });
    }
}
