using Pangu.Core;
using Pangu.Evaluation.Prediction;
using Pangu.Evaluation.Prediction.Fitting;
using Pangu.Evaluation.Prediction.Linear;

namespace Pangu.Evaluation.Tests.Prediction;

public sealed class FittingTests
{
    private static readonly double[] Deciles = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

    [Fact]
    public void OnSimplex_RandomProblems_NoOtherPointIsBetter()
    {
        var stream = new Seeds(3).For("simplex");
        for (var problem = 0; problem < 50; problem++)
        {
            const int Count = 4;
            var factor = Enumerable.Range(0, Count * Count).Select(_ => stream.NextGaussian()).ToArray();
            var matrix = new double[Count * Count];
            for (var i = 0; i < matrix.Length; i++)
            {
                matrix[i] = Enumerable.Range(0, Count).Sum(k => factor[(i / Count * Count) + k] * factor[(i % Count * Count) + k]);
            }

            double Value(double[] weights) => Enumerable.Range(0, matrix.Length).Sum(i => matrix[i] * weights[i / Count] * weights[i % Count]);
            var best = BlendFit.OnSimplex(matrix, Count);
            Assert.Equal(1, best.Sum(), 9);
            Assert.All(best, weight => Assert.True(weight >= 0));
            for (var trial = 0; trial < 200; trial++)
            {
                var other = Enumerable.Range(0, Count).Select(_ => -Math.Log(1 - stream.NextDouble())).ToArray();
                Assert.True(Value(best) <= Value([.. other.Select(value => value / other.Sum())]) + 1e-9);
            }
        }
    }

    [Fact]
    public void Blend_MembersWithKnownErrors_WeighsByPrecision()
    {
        // Independent errors of deviation 1 and 2: the best weights are 4/5 and 1/5.
        var truth = Set(400, 2, 10, 0, 1);
        var blend = BlendFit.Fit([Noisy(truth, 1, 2), Noisy(truth, 2, 3)], new BlendFitSettings());
        Assert.Equal(0.8, blend.Weights[0], 0.03);
        Assert.Equal(0.2, blend.Weights[2], 0.03);
        Assert.Equal(0.8, blend.MeanSquaredError, 0.05);
    }

    [Fact]
    public void Blend_ChannelsWithOppositeNeeds_ChoosesNoShrinkage()
    {
        var truth = Set(400, 2, 10, 0, 1);
        var first = Noisy(truth, 1, 2);
        var second = Noisy(truth, 1, 3);
        for (var i = 0; i < truth.Mean.Length; i++)
        {
            var poor = i / 10 % 2 == 0 ? first : second;
            poor.Mean[i] = truth.Truth[i] + (4 * (poor.Mean[i] - truth.Truth[i]));
        }

        var blend = BlendFit.Fit([first, second], new BlendFitSettings());
        Assert.Equal(0, blend.Shrinkage);
        Assert.True(blend.Weights[0] < 0.1 && blend.Weights[1] > 0.9);
        var blended = BlendFit.Apply([first, second], blend.Weights);
        Assert.Equal(blend.MeanSquaredError, blended.Zip(truth.Truth, (mean, value) => Math.Pow(mean - value, 2)).Average(), 4);
    }

    [Fact]
    public void Spread_QuantilesTooNarrow_RestoresCoverage()
    {
        // Errors of deviation 1 + step / 10, quantiles that claim 0.5 throughout.
        var network = Set(500, 2, 12, 0.5, 1);
        var errors = new Seeds(5).For("errors");
        for (var i = 0; i < network.Truth.Length; i++)
        {
            network.Truth[i] = network.Mean[i] + (float)((1 + (i % 12 / 10.0)) * errors.NextGaussian());
        }

        var spread = IntervalFit.Spread(network, network.Mean, new IntervalSettings { Neighbours = 1, Shrinkage = 0, Tolerance = 0 });
        Assert.Equal(0.8, Coverage(network, spread), 0.002);
        Assert.True(spread[11] > 1.5 * spread[0]);
    }

    [Fact]
    public void Residuals_LinearModelOfEtt_CoverWhatTheySay()
    {
        var series = SeriesFixtures.Ett("ETTh1");
        var (choice, gate) = (SeriesFixtures.Ett1.Choice, SeriesFixtures.Ett1.Gate);
        var settings = new LinearSettings { Horizon = 96, Contexts = [336], Kinds = [LinearKind.Decomposed], Strengths = [0.03] };
        var forecaster = new LinearForecaster(LinearSearch.Run(series, SeriesFixtures.Ett1.Train, choice, settings)[0].Fit, series);
        var fitted = ForecastSet.Collect(new ForecastTask { Range = choice, Horizon = 96 }, forecaster, series);
        var residuals = IntervalFit.Residuals(fitted, fitted.Mean, Deciles, new IntervalSettings());
        using var withQuantiles = new ResidualForecaster(forecaster, series, residuals, Deciles);
        var onChoice = new ForecastTask { Range = choice, Horizon = 96 }.Evaluate(withQuantiles, series);
        Assert.Equal(0.8, onChoice.Coverage!.Value, 0.005);
        var onGate = new ForecastTask { Range = gate, Horizon = 96 }.Evaluate(withQuantiles, series);
        Assert.InRange(onGate.Coverage!.Value, 0.74, 0.88);
    }

    [Fact]
    public void Quantile_BetweenValues_Interpolates()
    {
        Assert.Equal(2.5, IntervalFit.Quantile([1, 2, 3, 4], 0.5));
        Assert.Equal(4, IntervalFit.Quantile([1, 2, 3, 4], 1));
        Assert.Equal(0, IntervalFit.Quantile([], 0.3));
    }

    private static double Coverage(ForecastSet set, float[] spread)
    {
        var inside = 0;
        for (var i = 0; i < set.Truth.Length; i++)
        {
            var factor = spread[i % spread.Length];
            var error = set.Truth[i] - set.Mean[i];
            inside += error >= factor * (set.Quantiles[2 * i] - set.Mean[i]) && error <= factor * (set.Quantiles[(2 * i) + 1] - set.Mean[i]) ? 1 : 0;
        }

        return (double)inside / set.Truth.Length;
    }

    private static ForecastSet Set(int windows, int channels, int horizon, double halfWidth, ulong seed)
    {
        var set = new ForecastSet(windows, channels, horizon, halfWidth > 0 ? [0.1, 0.9] : []);
        var stream = new Seeds(seed).For("set");
        for (var i = 0; i < set.Truth.Length; i++)
        {
            set.Truth[i] = set.Mean[i] = (float)stream.NextGaussian();
            if (halfWidth > 0)
            {
                set.Quantiles[2 * i] = set.Mean[i] - (float)halfWidth;
                set.Quantiles[(2 * i) + 1] = set.Mean[i] + (float)halfWidth;
            }
        }

        return set;
    }

    private static ForecastSet Noisy(ForecastSet truth, double deviation, ulong seed)
    {
        var set = new ForecastSet(truth.Windows, truth.Channels, truth.Horizon, []);
        var stream = new Seeds(seed).For("noise");
        truth.Truth.CopyTo(set.Truth, 0);
        for (var i = 0; i < set.Mean.Length; i++)
        {
            set.Mean[i] = truth.Truth[i] + (float)(deviation * stream.NextGaussian());
        }

        return set;
    }
}
