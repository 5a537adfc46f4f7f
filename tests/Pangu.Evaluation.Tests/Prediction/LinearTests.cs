using Pangu.Evaluation.Prediction.Linear;
using Pangu.Evaluation.Prediction;
using Pangu.Modalities.Series;

namespace Pangu.Evaluation.Tests.Prediction;

public sealed class LinearTests
{
    private const int Context = 30;
    private const int Horizon = 5;
    private const int Dimension = Context + Horizon;

    [Fact]
    public void LagGram_AnySeries_EqualsSumsOverWindows()
    {
        var row = SeriesFixtures.Waves(200).Scaled[0];
        var range = new RowRange(80, 180);
        var gram = LagGram.Of(row, range, Context, Horizon);
        var windows = Windows(row, range);
        Assert.Equal(windows.Length, gram.Count);
        for (var i = 0; i < Dimension; i++)
        {
            Assert.Equal(windows.Sum(window => window[i]), gram.Sums[i], 9);
            for (var j = 0; j < Dimension; j++)
            {
                Assert.Equal(windows.Sum(window => window[i] * window[j]), gram[i, j], 9);
            }
        }
    }

    [Fact]
    public void RelativeTo_Mean_EqualsSumsOverCentredWindows()
    {
        var row = SeriesFixtures.Waves(200).Scaled[0];
        var range = new RowRange(80, 180);
        var anchor = Enumerable.Repeat(1.0 / Context, Context).ToArray();
        var gram = LagGram.Of(row, range, Context, Horizon).RelativeTo(anchor);
        double[][] windows = [.. Windows(row, range).Select(window => window.Select(value => value - window.Take(Context).Average()).ToArray())];
        Assert.Equal(windows.Sum(window => window[3]), gram.Sums[3], 9);
        Assert.Equal(windows.Sum(window => window[3] * window[Context + 2]), gram[3, Context + 2], 9);
        Assert.Equal(windows.Sum(window => window[Context + 1] * window[Context + 2]), gram[Context + 1, Context + 2], 9);
    }

    [Fact]
    public void Search_EveryForm_ReportsTheErrorThatItsForecasterHas()
    {
        var series = SeriesFixtures.Waves(900, noise: 0.3);
        var choice = new RowRange(450, 700);
        var settings = new LinearSettings { Horizon = Horizon, Contexts = [48], Season = 24, PerChannel = true, Strengths = [0.01] };
        var candidates = LinearSearch.Run(series, new RowRange(0, 450), choice, settings);
        Assert.Equal(2 * Enum.GetValues<LinearKind>().Length, candidates.Count);
        Assert.Equal(candidates.Count, candidates.Select(candidate => candidate.Fit.Name).Distinct().Count());
        foreach (var candidate in candidates)
        {
            using var forecaster = new LinearForecaster(candidate.Fit, series);
            var error = new ForecastTask { Range = choice, Horizon = Horizon }.Evaluate(forecaster, series).MeanSquaredError;
            Assert.Equal(candidate.ChoiceError, error, 5);
        }
    }

    [Fact]
    public void Fit_StrongPenalty_StaysAtThePrior()
    {
        var row = SeriesFixtures.Waves(400).Scaled[0];
        var gram = LagGram.Of(row, new RowRange(0, 400), Context, Horizon);
        var prior = LinearMap.Fit(gram, 0.01, null, null, 1);
        var held = LinearMap.Fit(gram, 1e12, null, prior, 1);
        Assert.All(prior.Weight.Zip(held.Weight), pair => Assert.Equal(pair.First, pair.Second, 6));
    }

    [Fact]
    public void Decomposed_EqualsRidgeOnMovingAverageAndRest()
    {
        // The same problem with both of DLinear's inputs written out, solved as one ridge of 2 L inputs.
        var row = SeriesFixtures.Waves(300).Scaled[0];
        var gram = LagGram.Of(row, new RowRange(0, 300), Context, Horizon);
        double[][] windows = Windows(row, new RowRange(0, 300));
        double[][] inputs = [.. windows.Select(Decomposed)];
        var means = Enumerable.Range(0, 2 * Context).Select(i => inputs.Average(input => input[i])).ToArray();
        var targetMean = windows.Average(window => window[Context]);
        var products = new double[4 * Context * Context];
        var cross = new double[2 * Context];
        for (var i = 0; i < 2 * Context; i++)
        {
            cross[i] = inputs.Zip(windows).Sum(pair => (pair.First[i] - means[i]) * (pair.Second[Context] - targetMean));
            for (var j = 0; j < 2 * Context; j++)
            {
                products[(i * 2 * Context) + j] = inputs.Sum(input => (input[i] - means[i]) * (input[j] - means[j]));
            }
        }

        const double Strength = 0.03;
        double trace = Enumerable.Range(0, Context).Sum(i => gram[i, i] - (gram.Sums[i] * gram.Sums[i] / gram.Count));
        var expected = Pangu.Numerics.RidgeSolver.Solve(products, cross, 2 * Context, 1, Strength * trace / Context);
        var map = LinearMap.Fit(gram, Strength, Decomposition.Penalty(Context, 1), null, 1);
        foreach (var window in windows)
        {
            var direct = targetMean + Decomposed(window).Select((value, i) => (value - means[i]) * expected[i]).Sum();
            var collapsed = map.Bias[0] + Enumerable.Range(0, Context).Sum(i => map.Weight[i] * window[i]);
            Assert.Equal(direct, collapsed, 8);
        }
    }

    [Fact]
    public void Search_Etth1_ReachesTheFloorsOfLinearModels()
    {
        var series = SeriesFixtures.Ett("ETTh1");
        var settings = new LinearSettings { Horizon = 96, Contexts = [512], Kinds = [LinearKind.Decomposed, LinearKind.PhaseLastValue], Season = 24, Strengths = [0.01, 0.1] };
        foreach (var candidate in LinearSearch.Run(series, SeriesFixtures.Ett1.Train, SeriesFixtures.Ett1.Choice, settings))
        {
            using var forecaster = new LinearForecaster(candidate.Fit, series);
            var error = new ForecastTask { Range = SeriesFixtures.Ett1.Test, Horizon = 96 }.Evaluate(forecaster, series).MeanSquaredError;
            Assert.InRange(error, 0.34, 0.3685);
        }
    }

    private static double[] Decomposed(double[] window)
    {
        double[] trend = [.. Enumerable.Range(0, Context).Select(t => Enumerable.Range(-12, 25).Average(offset => window[Math.Clamp(t + offset, 0, Context - 1)]))];
        return [.. trend.Select((value, t) => window[t] - value), .. trend];
    }

    private static double[][] Windows(float[] row, RowRange range) =>
        [.. Enumerable.Range(Math.Max(range.Start, Context), range.End - Horizon - Math.Max(range.Start, Context) + 1).Select(origin => row[(origin - Context)..(origin + Horizon)].Select(value => (double)value).ToArray())];
}
