using Pangu.Core;
using Pangu.Modalities.Series;

namespace Pangu.Modalities.Tests.Series;

public sealed class SeriesTableTests
{
    private static readonly SeriesClock Hourly = new() { Column = "time", Format = new TimeFormat { Order = TimeOrder.YearMonthDay }, Interval = new SeriesInterval(3600), IsRegular = true };

    [Fact]
    public void SliceAndSelect_Parts_KeepTimesAndOrder()
    {
        var table = Table([0, 1, 2, 3], [1, 2, 3, 4], [5, 6, 7, 8]);
        var part = table.Slice(1, 2).Select(["b", "a"], "a.csv");
        Assert.Equal([3_600_000, 7_200_000], part.Times);
        Assert.Equal([6, 7], part.Values[0]);
        Assert.Equal([2, 3], part.Values[1]);
        Assert.Equal([2, 3, 6, 7], table.Flatten(1, 2));
        Assert.Contains("a, b", Assert.Throws<PanguException>(() => table.Select(["c"], "a.csv")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Regularise_Gap_IsFilledWithNaN()
    {
        var table = SeriesResampling.Regularise(Table([0, 1, 4, 5], [1, 2, 3, 4]));
        Assert.Equal([1, 2, float.NaN, float.NaN, 3, 4], table.Values[0]);
        Assert.Equal(2 * 3_600_000, table.Times[2]);
    }

    [Fact]
    public void Resample_FinerRows_AreAveraged()
    {
        var table = SeriesResampling.Resample(Table([0, 1, 2, 3, 6, 7], [1, 3, float.NaN, 5, 7, 8]), 2 * 3600);
        Assert.Equal([2, 5, float.NaN, 7.5f], table.Values[0]);
        Assert.Equal(7200, table.IntervalSeconds);
    }

    [Fact]
    public void Resample_WithoutTime_IsRefused() => Assert.Throws<PanguException>(() => SeriesResampling.Resample(SeriesTable.WithoutTime(["a"], [[1, 2]]), 60));

    [Fact]
    public void Scaler_PopulationDeviation_IgnoresWhatIsMissingAndWhatIsLater()
    {
        var table = Table([0, 1, 2, 3, 4], [1, float.NaN, 3, 5, 100], [2, 2, 2, 2, 9]);
        var scaler = SeriesScaler.Fit(table, new RowRange(0, 4));
        Assert.Equal([3, 2], scaler.Means);
        Assert.Equal(Math.Sqrt(8.0 / 3), scaler.Deviations[0], 1e-12);
        Assert.Equal(1, scaler.Deviations[1]);
        Assert.Equal(7f, scaler.Scale(table)[1][4]);
        Assert.Equal(5f, scaler.Unscale(0, scaler.Scale(0, 5)), 1e-6f);
        Assert.True(float.IsNaN(scaler.Scale(table)[0][1]));
    }

    [Fact]
    public void Constructor_LengthsThatDoNotFit_AreRefused() => Assert.Throws<ArgumentException>(() => SeriesTable.WithoutTime(["a", "b"], [[1]]));

    [Theory]
    [InlineData(1, "1 s")]
    [InlineData(0.5, "0.5 s")]
    [InlineData(900, "15 min")]
    [InlineData(3600, "1 h")]
    [InlineData(86400, "1 day")]
    [InlineData(172800, "2 days")]
    [InlineData(604800, "1 week")]
    public void Interval_InWords_UsesTheLargestUnit(double seconds, string expected) => Assert.Equal(expected, new SeriesInterval(seconds).ToString());

    [Fact]
    public void Interval_Jitter_StaysOnTheGrid()
    {
        long[] times = [0, 60_100, 119_800, 180_300, 300_000];
        var (interval, share) = SeriesInterval.Detect(times)!.Value;
        Assert.Equal(60.1, interval.Seconds, 0.5);
        Assert.Equal(1, share);
        Assert.Null(SeriesInterval.Detect([5]));
    }

    private static SeriesTable Table(int[] hours, params float[][] values) =>
        new([.. hours.Select(hour => hour * 3_600_000L)], [.. values.Select((_, i) => ((char)('a' + i)).ToString())], values, Hourly);
}
