using Pangu.Core;
using Pangu.Evaluation.Prediction.Baselines;
using Pangu.Evaluation.Prediction;
using Pangu.Modalities.Series;

namespace Pangu.Evaluation.Tests.Prediction;

public sealed class ForecastTaskTests
{
    [Theory]
    [InlineData("ETTh1", 1.294, 0.713, 0.512, 0.433)]
    [InlineData("ETTh2", double.NaN, double.NaN, 0.391, 0.380)]
    public void Evaluate_NaiveForecastsOfEtt_GivesPublishedFigures(string name, double lastSquared, double lastAbsolute, double seasonalSquared, double seasonalAbsolute)
    {
        var series = SeriesFixtures.Ett(name);
        var task = new ForecastTask { Range = SeriesFixtures.Ett1.Test, Horizon = 96 };
        var last = task.Evaluate(new RepeatLast(96), series);
        var seasonal = task.Evaluate(new SeasonalNaive(24, 96), series);
        Assert.Equal(2785, last.Windows);
        if (!double.IsNaN(lastSquared))
        {
            Assert.Equal(lastSquared, last.MeanSquaredError, 0.0005);
            Assert.Equal(lastAbsolute, last.MeanAbsoluteError, 0.0005);
        }

        Assert.Equal(seasonalSquared, seasonal.MeanSquaredError, 0.0006);
        Assert.Equal(seasonalAbsolute, seasonal.MeanAbsoluteError, 0.0006);
    }

    [Fact]
    public void Evaluate_AnyBatchSize_GivesTheSameBits()
    {
        var series = SeriesFixtures.Waves(300);
        var task = new ForecastTask { Range = new RowRange(2, 290), Horizon = 12 };
        var one = (task with { BatchWindows = 1 }).Evaluate(new SeasonalNaive(24, 12), series);
        var many = (task with { BatchWindows = 50 }).Evaluate(new SeasonalNaive(24, 12), series);
        Assert.Equal(one.MeanSquaredError, many.MeanSquaredError);
        Assert.Equal(one.Figures, many.Figures);
    }

    [Fact]
    public void Origins_MostWindows_AreEvenlySpacedFromFirstToLast()
    {
        var task = new ForecastTask { Range = new RowRange(100, 200), Horizon = 10, Stride = 2, MaxWindows = 4 };
        Assert.Equal([100, 130, 160, 190], task.Origins());
        Assert.Equal(46, (task with { MaxWindows = null }).Origins().Length);
    }

    [Fact]
    public void Origins_RangeShorterThanHorizon_SaysSo()
    {
        var error = Assert.Throws<PanguException>(() => new ForecastTask { Range = new RowRange(100, 105), Horizon = 10 }.Origins());
        Assert.Equal("too-few-rows", error.Code);
    }

    [Fact]
    public void Evaluate_MissingTruth_DoesNotCount()
    {
        var series = SeriesFixtures.Waves(100, channels: 1);
        var holed = series.Values[0].ToArray();
        holed[80] = float.NaN;
        var task = new ForecastTask { Range = new RowRange(80, 84), Horizon = 4 };
        var report = task.Evaluate(new RepeatLast(4), ScaledSeries.Of(SeriesTable.WithoutTime(series.Names, [holed]), new SeriesScaler(series.Means, series.Deviations)));
        Assert.Equal(3, report.Errors.Points().Count);
        Assert.Equal(0, report.Errors.Points(step: 0).Count);
    }

    [Fact]
    public void Report_ChannelsAndSteps_AverageToThePooledError()
    {
        var series = SeriesFixtures.Waves(200, channels: 3);
        var report = new ForecastTask { Range = new RowRange(100, 200), Horizon = 8 }.Evaluate(new SeasonalNaive(24, 8), series, examples: 2);
        Assert.Equal(report.MeanSquaredError, report.ByChannel((points, _) => points.MeanSquaredError!.Value).Average(), 10);
        Assert.Equal(report.MeanSquaredError, report.ByStep((points, _) => points.MeanSquaredError!.Value).Average(), 10);
        Assert.Equal(2, report.Examples.Count);
        var example = report.Examples[0];
        Assert.Equal(series.Values[1][example.Origin - 24], example.Mean[8], 3);
    }
}
