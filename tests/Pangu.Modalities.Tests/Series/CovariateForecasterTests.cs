using Pangu.Core;
using Pangu.Modalities.Series;

namespace Pangu.Modalities.Tests.Series;

public sealed class CovariateForecasterTests
{
    private const int History = 200;
    private const int Horizon = 12;

    private static readonly string[] s_dependent = ["y"];

    [Fact]
    public void Forecast_OfASeriesThatFollowsItsCovariates_FollowsTheirFuture()
    {
        var (values, known) = Series((step, covariates) => 40 + (3 * covariates[0]) - (0.5f * covariates[1]));
        var result = Forecast(values, known, covariates: 2);

        for (var step = 0; step < Horizon; step++)
        {
            var expected = 40 + (3 * known[History + step]) - (0.5f * known[History + Horizon + History + step]);
            Assert.Equal(expected, result.Mean[step], 0.2f);
            Assert.Equal(result.Mean[step] - 1, result.Quantiles[3 * step], 1e-3f);
            Assert.Equal(result.Mean[step] + 1, result.Quantiles[(3 * step) + 2], 1e-3f);
        }
    }

    [Fact]
    public void Forecast_WithCovariatesWithoutInfluence_StaysNearTheForecastWithoutThem()
    {
        var random = new Seeds(4).For("noise");
        var (values, known) = Series((_, _) => 10 + (float)random.NextGaussian());
        var result = Forecast(values, known, covariates: 2);
        Assert.All(result.Mean, mean => Assert.Equal(values[^1], mean, 0.5f));
    }

    [Fact]
    public void Forecast_WithSlowDriftsThatHappenToRunTogether_IsNotMoved()
    {
        // Both rise over the history; within a fifth of it their movements have nothing to do with each other.
        var random = new Seeds(5).For("drift");
        var values = new float[History];
        var known = new float[History + Horizon];
        for (var step = 0; step < known.Length; step++)
        {
            known[step] = (0.01f * step) + (float)random.NextGaussian();
            if (step < History)
            {
                values[step] = (0.05f * step) + (0.1f * (float)random.NextGaussian());
            }
        }

        var result = Forecast(values, known, covariates: 1);
        Assert.All(result.Mean, mean => Assert.Equal(values[^1], mean, 0.5f));
    }

    [Fact]
    public void Forecast_OfTwoWindows_TreatsEachOnItsOwn()
    {
        var (first, firstKnown) = Series((_, covariates) => 2 * covariates[0], seed: 1);
        var (second, secondKnown) = Series((_, covariates) => 7 - covariates[1], seed: 2);
        var both = new CovariateForecaster(new RepeatLast()).Forecast(
            new ForecastRequest((float[])[.. first, .. second], 2, 1, History, Horizon),
            new KnownSeries((float[])[.. firstKnown, .. secondKnown], 2, History + Horizon),
            TestContext.Current.CancellationToken);

        Assert.Equal(Forecast(first, firstKnown, 2).Mean, both.Mean[..Horizon]);
        Assert.Equal(Forecast(second, secondKnown, 2).Mean, both.Mean[Horizon..]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(150)]
    public void Forecast_WithGaps_IsFinite(int missing)
    {
        var (values, known) = Series((_, covariates) => covariates[0] + covariates[1]);
        values.AsSpan(20, missing).Fill(float.NaN);
        known.AsSpan(60, Math.Min(missing, 100)).Fill(float.NaN);
        Assert.All(Forecast(values, known, 2).Mean, mean => Assert.True(float.IsFinite(mean)));
    }

    [Fact]
    public void Forecast_WithCovariatesThatNeverMoved_IsTheForecastWithoutThem()
    {
        var (values, _) = Series((step, _) => step % 7);
        Assert.Equal(Enumerable.Repeat(values[^1], Horizon), Forecast(values, [.. Enumerable.Repeat(3f, History + Horizon)], 1).Mean);
    }

    [Fact]
    public void Forecast_OfAShortHistory_IsTheForecastWithoutThem()
    {
        var result = new CovariateForecaster(new RepeatLast()).Forecast(
            new ForecastRequest((float[])[1, 2, 3], 1, 1, 3, 2), new KnownSeries((float[])[1, 2, 3, 4, 5], 1, 5), TestContext.Current.CancellationToken);
        Assert.Equal([3f, 3f], result.Mean);
    }

    [Theory]
    [InlineData(History + Horizon - 1, 0, "covariates-shape")]
    [InlineData(History + Horizon, History + 3, "covariates-future")]
    public void Forecast_WithCovariatesThatDoNotReach_IsRefused(int steps, int unknown, string code)
    {
        var known = new float[steps];
        known[unknown] = unknown > 0 ? float.NaN : 0;
        Assert.Equal(code, Assert.Throws<PanguException>(() => Forecast(new float[History], known, 1, steps)).Code);
    }

    private static ForecastResult Forecast(float[] values, float[] known, int covariates, int? steps = null) => new CovariateForecaster(new RepeatLast()).Forecast(
        new ForecastRequest(values, 1, s_dependent.Length, History, Horizon), new KnownSeries(known, covariates, steps ?? History + Horizon), TestContext.Current.CancellationToken);

    /// <summary>Two covariates, a season and a random walk, and what depends on them.</summary>
    private static (float[] Values, float[] Known) Series(Func<int, float[], float> value, ulong seed = 3)
    {
        var random = new Seeds(seed).For("covariates");
        var (values, known, walk) = (new float[History], new float[2 * (History + Horizon)], 0.0);
        for (var step = 0; step < History + Horizon; step++)
        {
            walk += random.NextGaussian();
            known[step] = (float)(Math.Sin(step * 0.26) + (0.3 * random.NextGaussian()));
            known[History + Horizon + step] = (float)walk;
            if (step < History)
            {
                values[step] = value(step, [known[step], known[History + Horizon + step]]);
            }
        }

        return (values, known);
    }

    private sealed class RepeatLast : IForecaster
    {
        public ForecasterTraits Traits { get; } = new(History, Horizon, Horizon, [0.1, 0.5, 0.9], []);

        public ForecastResult Forecast(ForecastRequest request, CancellationToken cancellationToken = default)
        {
            var mean = new float[request.Windows * request.Channels * request.Horizon];
            for (var step = 0; step < mean.Length; step++)
            {
                var row = step / request.Horizon;
                mean[step] = request.Values.Span.Slice(row * request.Length, request.Length).ToArray().LastOrDefault(float.IsFinite);
            }

            return new ForecastResult(mean, [.. mean.SelectMany(number => (float[])[number - 1, number, number + 1])]);
        }

        public void Dispose()
        {
        }
    }
}
