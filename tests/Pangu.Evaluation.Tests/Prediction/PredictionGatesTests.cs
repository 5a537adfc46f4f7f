using Pangu.Evaluation.Metrics;
using Pangu.Evaluation.Prediction.Anomalies;
using Pangu.Evaluation.Prediction.Gates;

namespace Pangu.Evaluation.Tests.Prediction;

public sealed class PredictionGatesTests
{
    private static readonly Dictionary<string, double> Baselines = new() { ["seasonal-naive"] = 0.5, ["dlinear"] = 0.4, ["broken"] = double.NaN };

    [Theory]
    [InlineData(0.395, 0.01, true)]
    [InlineData(0.3961, 0.01, false)]
    [InlineData(0.4, 0, true)]
    [InlineData(double.NaN, 0, false)]
    public void BeatsBestBaseline_Margin_Decides(double error, double margin, bool passes)
    {
        var check = PredictionGates.BeatsBestBaseline(error, Baselines, margin);
        Assert.Equal(passes, check.Passed);
        Assert.Contains("dlinear", check.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void BeatsBestBaseline_NoBaseline_Fails() => Assert.False(PredictionGates.BeatsBestBaseline(0.1, new Dictionary<string, double>(), 0).Passed);

    [Theory]
    [InlineData(0.76, true)]
    [InlineData(0.84, true)]
    [InlineData(0.7599, false)]
    [InlineData(0.85, false)]
    [InlineData(null, false)]
    public void Coverage_Bounds_Decide(double? coverage, bool passes) => Assert.Equal(passes, PredictionGates.Coverage(coverage).Passed);

    [Fact]
    public void ServedEqualsTraining_LargestDifference_Decides()
    {
        Assert.True(PredictionGates.ServedEqualsTraining([1, 2], [1, 2.00005f]).Passed);
        Assert.False(PredictionGates.ServedEqualsTraining([1, 2], [1, 2.0005f]).Passed);
        Assert.False(PredictionGates.ServedEqualsTraining([1, 2], [1, float.NaN]).Passed);
        Assert.False(PredictionGates.ServedEqualsTraining([1, 2], [1]).Passed);
        Assert.False(PredictionGates.ServedEqualsTraining([], []).Passed);
    }

    [Theory]
    [InlineData(0.02, 0.5, 0.4, true, true)]
    [InlineData(0.021, 0.5, 0.4, false, true)]
    [InlineData(0.01, 0.4, 0.4, true, false)]
    [InlineData(double.NaN, double.NaN, 0.4, false, false)]
    public void Anomaly_RateAndPrecision_Decide(double rate, double precision, double naive, bool ratePasses, bool precisionPasses)
    {
        var checks = PredictionGates.Anomaly(Report(rate, precision), Report(0.01, naive), 0.01);
        Assert.Equal([ratePasses, precisionPasses], checks.Select(check => check.Passed));
    }

    private static AnomalyReport Report(double rate, double precision) => new()
    {
        FalseAlarmRate = rate,
        AveragePrecision = precision,
        AreaUnderCurve = 0.5,
        Points = new Detection(0, 0, 0),
        Events = new Detection(0, 0, 0),
        BestPointF1 = 0,
        FoundByKind = new Dictionary<FaultKind, double>(),
        Faults = [],
        Scores = [],
        Threshold = 1,
    };
}
