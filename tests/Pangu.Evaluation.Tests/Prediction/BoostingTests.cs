using Pangu.Core;
using Pangu.Evaluation.Prediction;
using Pangu.Evaluation.Prediction.Baselines;
using Pangu.Evaluation.Prediction.Boosting;
using Pangu.Modalities.Series;

namespace Pangu.Evaluation.Tests.Prediction;

public sealed class BoostingTests
{
    private static readonly BoostedSettings Settings = new() { Horizon = 12, Season = 24, Trees = 40, Rows = 8000 };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Train_NoisyWaves_BeatsSeasonalNaive(bool withLightGbm)
    {
        var series = SeriesFixtures.Waves(2000, noise: 0.3);
        using var boosted = BoostedTraining.Train(series, new RowRange(0, 1000), Settings, withLightGbm);
        using var naive = new SeasonalNaive(24, 12);
        var task = new ForecastTask { Range = new RowRange(1000, 2000), Horizon = 12, MaxWindows = 40 };
        Assert.True(task.Evaluate(boosted, series).MeanSquaredError < task.Evaluate(naive, series).MeanSquaredError);
        Assert.True(withLightGbm || boosted.Trainer == "fasttree");
    }

    [Fact]
    public void Train_SameSettings_GivesTheSameForecasts()
    {
        var series = SeriesFixtures.Waves(1200);
        var task = new ForecastTask { Range = new RowRange(1000, 1200), Horizon = 12, MaxWindows = 10 };
        using var first = BoostedTraining.Train(series, new RowRange(0, 1000), Settings);
        using var second = BoostedTraining.Train(series, new RowRange(0, 1000), Settings);
        Assert.Equal(task.Evaluate(first, series).MeanSquaredError, task.Evaluate(second, series).MeanSquaredError);
    }

    [Fact]
    public void Train_TooFewRows_SaysSo()
    {
        var error = Assert.Throws<PanguException>(() => BoostedTraining.Train(SeriesFixtures.Waves(400), new RowRange(0, 200), Settings));
        Assert.Equal("too-few-rows", error.Code);
    }

    [Fact]
    public void Forecast_ShortHistoryWithGaps_GivesNumbers()
    {
        var series = SeriesFixtures.Waves(1000);
        using var boosted = BoostedTraining.Train(series, new RowRange(0, 1000), Settings);
        var result = boosted.Forecast(new ForecastRequest(new float[] { 10, float.NaN, 11, 9, float.NaN, float.NaN }, 1, 2, 3, 12), TestContext.Current.CancellationToken);
        Assert.All(result.Mean, value => Assert.InRange(value, 0, 20));
    }
}
