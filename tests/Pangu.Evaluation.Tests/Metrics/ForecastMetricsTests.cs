using Pangu.Evaluation.Metrics;

namespace Pangu.Evaluation.Tests.Metrics;

public sealed class ForecastMetricsTests
{
    [Fact]
    public void PointErrors_GoldenCases_AreEqual()
    {
        foreach (var golden in GoldenMetrics.Read("forecast").GetProperty("cases").EnumerateArray())
        {
            var name = golden.GetProperty("name").GetString()!;
            var values = golden.GetProperty("values");
            var errors = new PointErrors();
            errors.Add(golden.Numbers("truth"), golden.Numbers("forecast"));
            GoldenMetrics.Same(values.GetProperty("mse"), errors.MeanSquaredError, name);
            GoldenMetrics.Same(values.GetProperty("mae"), errors.MeanAbsoluteError, name);
            GoldenMetrics.Same(values.GetProperty("rmse"), errors.RootMeanSquaredError, name);
            GoldenMetrics.Same(values.GetProperty("bias"), errors.Bias, name);
            GoldenMetrics.Same(values.GetProperty("mape"), errors.MeanAbsolutePercentageError, name);
            GoldenMetrics.Same(values.GetProperty("wape"), errors.WeightedAbsolutePercentageError, name);
            GoldenMetrics.Same(values.GetProperty("smape_m4"), errors.SymmetricMeanAbsolutePercentageError, name);
            GoldenMetrics.Same(values.GetProperty("r2"), errors.RSquared, name);
            var scale = PointErrors.SeasonalScale(golden.Numbers("history"), golden.GetProperty("season").GetInt32());
            GoldenMetrics.Same(values.GetProperty("mase"), errors.MeanAbsoluteError / scale, name);
        }
    }

    [Fact]
    public void QuantileErrors_GoldenCases_AreEqual()
    {
        foreach (var golden in GoldenMetrics.Read("forecast").GetProperty("cases").EnumerateArray())
        {
            var name = golden.GetProperty("name").GetString()!;
            var values = golden.GetProperty("values");
            var truth = golden.Numbers("truth");
            double[][] forecasts = [.. golden.GetProperty("quantile_forecasts").EnumerateArray().Select(row => row.EnumerateArray().Select(item => item.GetDouble()).ToArray())];
            var errors = new QuantileErrors(golden.Numbers("quantiles"));
            for (var t = 0; t < truth.Length; t++)
            {
                errors.Add<double>(truth[t], [.. forecasts.Select(row => row[t])]);
            }

            GoldenMetrics.Same(values.GetProperty("pinball_per_quantile"), errors.Pinball, name);
            GoldenMetrics.Same(values.GetProperty("weighted_quantile_loss_per_quantile"), errors.WeightedQuantileLosses, name);
            GoldenMetrics.Same(values.GetProperty("wql"), errors.WeightedQuantileLoss, name);
            GoldenMetrics.Same(values.GetProperty("crps_from_quantiles"), errors.ContinuousRankedProbabilityScore, name);
            GoldenMetrics.Same(values.GetProperty("coverage"), errors.Coverage, name);
            GoldenMetrics.Same(values.GetProperty("interval_score"), errors.IntervalScore, name);
            var scale = PointErrors.SeasonalScale(golden.Numbers("history"), golden.GetProperty("season").GetInt32());
            GoldenMetrics.Same(values.GetProperty("msis"), errors.IntervalScore / scale, name);
        }
    }

    [Fact]
    public void PointErrors_GoldenPanel_PoolsSeries()
    {
        var panel = GoldenMetrics.Read("forecast").GetProperty("panel");
        var pooled = new PointErrors();
        var scaled = new List<double?>();
        var symmetric = new List<double?>();
        foreach (var series in panel.GetProperty("series").EnumerateArray())
        {
            var errors = new PointErrors();
            errors.Add(series.Numbers("truth"), series.Numbers("forecast"));
            pooled.Add(errors);
            scaled.Add(errors.MeanAbsoluteError / PointErrors.SeasonalScale(series.Numbers("history"), panel.GetProperty("season").GetInt32()));
            symmetric.Add(errors.SymmetricMeanAbsolutePercentageError);
        }

        var values = panel.GetProperty("values");
        GoldenMetrics.Same(values.GetProperty("mse_over_all"), pooled.MeanSquaredError, "mse");
        GoldenMetrics.Same(values.GetProperty("wape_over_all"), pooled.WeightedAbsolutePercentageError, "wape");
        GoldenMetrics.Same(values.GetProperty("mean_of_series_mase_season_1"), scaled.Average(), "mase");
        GoldenMetrics.Same(values.GetProperty("mean_of_series_smape"), symmetric.Average(), "smape");
    }

    [Fact]
    public void EnsembleScore_GoldenEnsembles_AreEqual()
    {
        foreach (var golden in GoldenMetrics.Read("forecast").GetProperty("ensembles").EnumerateArray())
        {
            var truth = golden.GetProperty("truth").GetDouble();
            var values = golden.GetProperty("values");
            GoldenMetrics.Same(values.GetProperty("crps_ensemble"), EnsembleScore.ContinuousRankedProbabilityScore(truth, golden.Numbers("members")), "ensemble");
            GoldenMetrics.Same(values.GetProperty("crps_fair"), EnsembleScore.ContinuousRankedProbabilityScore(truth, golden.Numbers("members"), fair: true), "fair");
        }
    }

    [Fact]
    public void Add_AnotherAccumulator_EqualsAddingEverything()
    {
        double[] truth = [3, -1, 4, 1, 5, double.NaN, -9, 2];
        double[] forecast = [2, 0, 4, 3, double.NaN, 1, -7, 2.5];
        var whole = new PointErrors();
        whole.Add(truth, forecast);
        var first = new PointErrors();
        first.Add(truth.AsSpan(0, 3), forecast.AsSpan(0, 3));
        var second = new PointErrors();
        second.Add(truth.AsSpan(3), forecast.AsSpan(3));
        first.Add(second);
        Assert.Equal(6, first.Count);
        Assert.Equal(whole.RSquared!.Value, first.RSquared!.Value, 12);
        Assert.Equal(whole.MeanSquaredError!.Value, first.MeanSquaredError!.Value, 12);
        Assert.Equal(whole.SymmetricMeanAbsolutePercentageError!.Value, first.SymmetricMeanAbsolutePercentageError!.Value, 12);
    }
}
