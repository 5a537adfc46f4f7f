using Pangu.Core;
using Pangu.Evaluation.Prediction;
using Pangu.Evaluation.Prediction.Baselines;
using Pangu.Modalities.Series;

namespace Pangu.Evaluation.Tests.Prediction;

public sealed class BaselineFitsTests
{
    private static readonly BaselineSettings Settings = new() { Horizon = 12, Season = 24, Contexts = [48, 96], Trees = 20 };

    [Fact]
    public void Fit_EveryName_ForecastsBetterThanRepeatingTheLastValue()
    {
        var series = SeriesFixtures.Waves(1600, noise: 0.3);
        var task = new ForecastTask { Range = new RowRange(1200, 1600), Horizon = 12, MaxWindows = 40 };
        using var last = new RepeatLast(12);
        var bar = task.Evaluate(last, series).MeanSquaredError;
        foreach (var name in BaselineFits.Names.Except(["repeat-last"]))
        {
            using var baseline = BaselineFits.Fit(name, series, new RowRange(0, 800), new RowRange(800, 1200), Settings, TestContext.Current.CancellationToken);
            Assert.Equal(name, baseline.Name);
            Assert.InRange(task.Evaluate(baseline.Forecaster, series).MeanSquaredError, 0, 0.7 * bar);
            Assert.Equal(BaselineFits.Kinds(name).Count > 0, baseline.Linear is not null);
        }
    }

    [Fact]
    public void Fit_UnknownName_ListsTheKnown()
    {
        var series = SeriesFixtures.Waves(100);
        var error = Assert.Throws<PanguException>(() => BaselineFits.Fit("oracle", series, new RowRange(0, 50), new RowRange(50, 100), Settings));
        Assert.Contains("dlinear", error.Message, StringComparison.Ordinal);
    }
}
