using Pangu.Core;
using Pangu.Evaluation.Prediction;
using Pangu.Evaluation.Prediction.Anomalies;
using Pangu.Evaluation.Prediction.Linear;
using Pangu.Modalities.Series;

namespace Pangu.Evaluation.Tests.Prediction;

public sealed class AnomalyTests
{
    private static readonly RowRange Range = new(600, 1200);

    [Fact]
    public void Inject_SameSeed_GivesTheSameFaultsInsideTheRangeAlone()
    {
        var series = SeriesFixtures.Waves(1300, channels: 3);
        var settings = new FaultSettings { Count = 14 };
        var first = FaultInjection.Inject(series, Range, settings, new Seeds(7));
        var second = FaultInjection.Inject(series, Range, settings, new Seeds(7));
        Assert.Equal(14, first.Faults.Count);
        Assert.Equal(7, first.Faults.Select(fault => fault.Kind).Distinct().Count());
        Assert.Equal(first.Values[1], second.Values[1]);
        Assert.NotEqual(first.Values[1], FaultInjection.Inject(series, Range, settings, new Seeds(8)).Values[1]);
        for (var row = 0; row < series.Length; row++)
        {
            var changed = Enumerable.Range(0, 3).Any(channel => first.Values[channel][row] != series.Values[channel][row]);
            Assert.True(!changed || first.Faulty[row], $"row {row} changed but is not marked");
            Assert.True(!first.Faulty[row] || (row >= Range.Start && row < Range.End));
        }
    }

    [Fact]
    public void Inject_EveryKind_ChangesEveryFault()
    {
        var series = SeriesFixtures.Waves(1300, channels: 3);
        foreach (var kind in Enum.GetValues<FaultKind>())
        {
            var faulty = FaultInjection.Inject(series, Range, new FaultSettings { Kinds = [kind], Count = 10 }, new Seeds(1));
            Assert.NotEmpty(faulty.Faults);
            Assert.All(faulty.Faults, fault => Assert.Contains(
                Enumerable.Range(fault.Start, fault.Length),
                row => faulty.Values[fault.Channels[0]][row] != series.Values[fault.Channels[0]][row]));
        }
    }

    [Fact]
    public void Errors_AnyStride_AreThoseOfTheForecasts()
    {
        var series = SeriesFixtures.Waves(200, channels: 2);
        var naive = new Evaluation.Prediction.Baselines.SeasonalNaive(24, 1);
        foreach (var stride in new[] { 1, 7, 24 })
        {
            var errors = ErrorScores.Errors(naive, series, new RowRange(100, 200), stride, TestContext.Current.CancellationToken);
            for (var row = 0; row < 100; row++)
            {
                Assert.Equal(Math.Abs(series.Scaled[1][100 + row] - series.Scaled[1][76 + row]), errors[1][row], 4);
            }
        }
    }

    [Fact]
    public void ThresholdFor_Rate_FlagsThatShare()
    {
        double[] scores = [.. Enumerable.Range(0, 1001).Select(value => (double)value), double.NaN];
        var threshold = ErrorScores.ThresholdFor(scores, 0.05);
        Assert.Equal(950, threshold, 6);
        Assert.Equal(double.PositiveInfinity, ErrorScores.ThresholdFor([double.NaN], 0.05));
    }

    [Fact]
    public void Evaluate_LinearDetectorOnWaves_BeatsSeasonalNaive()
    {
        var series = SeriesFixtures.Waves(2000, channels: 3, noise: 0.2);
        var healthy = new RowRange(1000, 1400);
        var task = new AnomalyTask { Range = new RowRange(1400, 2000), History = 100, Faults = new FaultSettings { Count = 14 } };
        var fit = LinearSearch.Run(series, new RowRange(0, 1000), healthy, new LinearSettings { Horizon = 1, Contexts = [96], Kinds = [LinearKind.Ridge] }, TestContext.Current.CancellationToken)[0].Fit;
        var forecaster = new LinearForecaster(fit, series);
        var calibration = ErrorScores.Calibrate(forecaster, series, healthy, 1, 1, 0.02, TestContext.Current.CancellationToken);
        using var detector = new ErrorDetector(forecaster, new SeriesScaler(series.Means, series.Deviations), series.Names, calibration);
        using var naive = ErrorDetector.SeasonalNaive(series, healthy, 24, 0.02);
        var mine = task.Evaluate(detector, series, new Seeds(1), TestContext.Current.CancellationToken);
        var theirs = task.Evaluate(naive, series, new Seeds(1), TestContext.Current.CancellationToken);
        Assert.True(mine.AveragePrecision > theirs.AveragePrecision, $"{mine.AveragePrecision} against {theirs.AveragePrecision}");
        Assert.InRange(mine.FalseAlarmRate, 0, 0.06);
        Assert.Equal(mine.Faults, theirs.Faults, (one, other) => one.Start == other.Start && one.Size == other.Size);
    }

    [Fact]
    public void Detect_OneRow_HasNoScore()
    {
        var series = SeriesFixtures.Waves(300, channels: 2);
        using var naive = ErrorDetector.SeasonalNaive(series, new RowRange(100, 200), 24, 0.02);
        var result = naive.Detect(new AnomalyRequest(new float[2], 2, 1), TestContext.Current.CancellationToken);
        Assert.True(float.IsNaN(result.Scores[0]));
        Assert.False(result.Flags[0]);
    }
}
