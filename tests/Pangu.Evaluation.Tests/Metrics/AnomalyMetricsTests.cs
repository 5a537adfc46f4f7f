using System.Text.Json;
using Pangu.Evaluation.Metrics;

namespace Pangu.Evaluation.Tests.Metrics;

public sealed class AnomalyMetricsTests
{
    [Fact]
    public void Detection_GoldenCases_AreEqual()
    {
        foreach (var golden in GoldenMetrics.Read("anomaly").GetProperty("cases").EnumerateArray())
        {
            var name = golden.GetProperty("name").GetString()!;
            var truth = golden.Marks("true");
            var threshold = golden.GetProperty("threshold").GetDouble();
            bool[] flags = [.. golden.Numbers("score").Select(score => score >= threshold)];
            var values = golden.GetProperty("values");
            Same(values.GetProperty("point"), Detection.PointWise(truth, flags), name);
            var adjusted = Detection.Adjust(truth, flags);
            Assert.Equal(values.Marks("adjusted_prediction"), adjusted);
            Same(values.GetProperty("point_adjusted"), Detection.PointWise(truth, adjusted), name);
            Same(values.GetProperty("events"), Detection.Events(truth, flags), name);
        }
    }

    [Fact]
    public void RankedScores_GoldenAnomalyCases_AreEqual()
    {
        foreach (var golden in GoldenMetrics.Read("anomaly").GetProperty("cases").EnumerateArray())
        {
            var name = golden.GetProperty("name").GetString()!;
            var truth = golden.Marks("true");
            var scores = golden.Numbers("score");
            var values = golden.GetProperty("values");
            var ranked = RankedScores.Of(truth, scores);
            GoldenMetrics.Same(values.GetProperty("roc_auc"), ranked.AreaUnderCurve, name);
            GoldenMetrics.Same(values.GetProperty("average_precision"), ranked.AveragePrecision, name);
            Same(values.GetProperty("best_point_f1"), ranked.BestF1(), name);
            Same(values.GetProperty("best_adjusted_f1"), RankedScores.OfAdjusted(truth, scores).BestF1(), name);
        }
    }

    [Fact]
    public void RankedScores_GoldenScores_AreEqual()
    {
        foreach (var golden in GoldenMetrics.Read("scores").GetProperty("cases").EnumerateArray())
        {
            var name = golden.GetProperty("name").GetString()!;
            var ranked = RankedScores.Of(golden.Marks("true"), golden.Numbers("score"));
            var values = golden.GetProperty("values");
            GoldenMetrics.Same(values.GetProperty("roc_auc"), ranked.AreaUnderCurve, name);
            GoldenMetrics.Same(values.GetProperty("average_precision"), ranked.AveragePrecision, name);
            if (values.GetProperty("best_f1") is { ValueKind: JsonValueKind.Object } best)
            {
                GoldenMetrics.Same(best.GetProperty("f1"), ranked.BestF1().F1, name);
            }
        }
    }

    [Fact]
    public void RankedScores_NaNScores_AreLeftOut()
    {
        var ranked = RankedScores.Of([true, true, false], [double.NaN, 2, 1]);
        Assert.Equal(1, ranked.AveragePrecision);
        Assert.Equal(1, ranked.AreaUnderCurve);
    }

    private static void Same(JsonElement expected, Detection actual, string name)
    {
        GoldenMetrics.Same(expected.GetProperty("precision"), actual.Precision, name);
        GoldenMetrics.Same(expected.GetProperty("recall"), actual.Recall, name);
        GoldenMetrics.Same(expected.GetProperty("f1"), actual.F1, name);
    }

    private static void Same(JsonElement expected, (double F1, double Threshold) actual, string name)
    {
        GoldenMetrics.Same(expected.GetProperty("f1"), actual.F1, name);
        GoldenMetrics.Same(expected.GetProperty("threshold"), actual.Threshold, name);
    }
}
