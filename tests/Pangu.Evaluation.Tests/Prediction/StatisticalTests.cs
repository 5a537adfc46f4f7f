using Pangu.Core;
using Pangu.Evaluation.Prediction;
using Pangu.Evaluation.Prediction.Baselines;
using Pangu.Evaluation.Prediction.Statistical;
using Pangu.Modalities.Series;

namespace Pangu.Evaluation.Tests.Prediction;

public sealed class StatisticalTests
{
    private static readonly double[] Deciles = [0.1, 0.5, 0.9];

    [Fact]
    public void SeasonShape_NoisyDailyWave_FindsTheSeason()
    {
        var values = Array.ConvertAll(SeriesFixtures.Waves(720, channels: 1).Values[0], value => value + 10.0);
        Assert.Equal(24, SeasonShape.Of(values, [7, 12, 24, 48, 168]).Season);
    }

    [Fact]
    public void SeasonShape_WhiteNoise_FindsNone()
    {
        var stream = new Seeds(1).For("noise");
        double[] values = [.. Enumerable.Range(0, 720).Select(_ => 10 + stream.NextGaussian())];
        Assert.Equal(1, SeasonShape.Of(values, [7, 12, 24, 48]).Season);
    }

    [Fact]
    public void Forecast_PureSeason_ContinuesIt()
    {
        float[] history = [.. Enumerable.Range(0, 240).Select(t => (float)(5 + (2 * Math.Sin(2 * Math.PI * t / 24))))];
        using var forecaster = new StatisticalForecaster(1000, 48, Deciles);
        var result = forecaster.Forecast(new ForecastRequest(history, 1, 1, 240, 48), TestContext.Current.CancellationToken);
        for (var step = 0; step < 48; step++)
        {
            Assert.Equal(5 + (2 * Math.Sin(2 * Math.PI * step / 24)), result.Mean[step], 0.02);
            Assert.True(result.Quantiles[3 * step] <= result.Quantiles[(3 * step) + 2]);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(30)]
    public void Forecast_ShortOrConstantHistory_GivesNumbers(int length)
    {
        using var forecaster = new StatisticalForecaster(1000, 12, Deciles);
        var result = forecaster.Forecast(new ForecastRequest(Enumerable.Repeat(3f, length).ToArray(), 1, 1, length, 12), TestContext.Current.CancellationToken);
        Assert.All(result.Mean, value => Assert.Equal(3, value, 0.01));
        Assert.All(result.Quantiles, value => Assert.True(float.IsFinite(value)));
    }

    [Fact]
    public void Evaluate_Etth1_BeatsSeasonalNaive()
    {
        var series = SeriesFixtures.Ett("ETTh1");
        var task = new ForecastTask { Range = SeriesFixtures.Ett1.Test, Horizon = 96, MaxWindows = 60 };
        using var forecaster = new StatisticalForecaster(1440, 96, Deciles, 24);
        using var naive = new SeasonalNaive(24, 96);
        Assert.True(task.Evaluate(forecaster, series).MeanSquaredError < task.Evaluate(naive, series).MeanSquaredError);
    }
}
