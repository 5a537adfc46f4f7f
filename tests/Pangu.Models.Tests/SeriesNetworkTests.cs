using Pangu.Core;
using Pangu.Tensors;
using static TorchSharp.torch;

namespace Pangu.Models.Tests;

public sealed class SeriesNetworkTests
{
    private const int Windows = 2;
    private const int Channels = 3;
    private const int Context = 20;
    private const int Horizon = 7;

    private static readonly double[] s_levels = [0.1, 0.5, 0.9];
    private static readonly double[] s_means = [5, -3, 100];
    private static readonly double[] s_deviations = [2, 0.5, 30];

    [Theory]
    [InlineData(Pooling.None, false)]
    [InlineData(Pooling.Mean, true)]
    [InlineData(Pooling.Max, false)]
    [InlineData(Pooling.Class, true)]
    public void Forecast_FlattenOutput_ScalesWithTheWindow(Pooling pooling, bool shared)
    {
        var head = new ForecastHead { Horizon = Horizon, Channels = shared ? 0 : Channels, Output = new FlattenOutput { Pooling = pooling, SharedProjection = shared } };
        AssertFollowsUnits(Config(head, classToken: pooling == Pooling.Class, sharedEmbedding: shared));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(12)]
    public void Forecast_PatchOutput_ScalesWithTheWindow(int inner) =>
        AssertFollowsUnits(Config(new ForecastHead { Horizon = Horizon, Quantiles = s_levels, Output = new PatchOutput { Inner = inner } }, futureTokens: 2, inner: inner, flags: true));

    [Fact]
    public void Forecast_SharedOrSeparateProjections_AgreeWhenWeightsAreEqual()
    {
        using var scope = NewDisposeScope();
        using var separate = Sample.Model(Config(new ForecastHead { Horizon = Horizon, Channels = Channels, Output = new FlattenOutput { Pooling = Pooling.None, SharedProjection = false } }, sharedEmbedding: false));
        var weights = separate.Export();
        var shared = Config(new ForecastHead { Horizon = Horizon, Output = new FlattenOutput { Pooling = Pooling.None } });
        var (values, observed) = Input();
        var expected = Operators.ToArray(new SeriesNetwork(separate).Forecast(values, observed).Mean);
        for (var channel = 0; channel < Channels; channel++)
        {
            using var one = TorchModel.Load(shared, shared.Slots().ToDictionary(slot => slot.Name, slot => weights.TryGetValue(slot.Name, out var same) ? same : weights[Separate(slot.Name, channel)]));
            var forecast = Operators.ToArray(new SeriesNetwork(one).Forecast(values, observed).Mean);
            for (var window = 0; window < Windows; window++)
            {
                var start = ((window * Channels) + channel) * Horizon;
                Sample.AssertClose(expected.AsSpan(start, Horizon), forecast.AsSpan(start, Horizon), 1e-4);
            }
        }
    }

    [Fact]
    public void Forecast_WhatStandsWhereNothingWasObserved_DoesNotMatter()
    {
        using var scope = NewDisposeScope();
        using var model = Sample.Model(Config(new ForecastHead { Horizon = Horizon, Quantiles = s_levels, Output = new PatchOutput(), Channels = Channels, Linear = [new LinearPath("line", 12, false)] }, futureTokens: 2, flags: true));
        var network = new SeriesNetwork(model, new ChannelStatistics(s_means, s_deviations));
        var (values, observed) = Input(gaps: true);
        var other = where(observed.to_type(ScalarType.Bool), values, full_like(values, float.NaN));
        Assert.Equal(Operators.ToArray(network.Forecast(values, observed).Mean), Operators.ToArray(network.Forecast(other, observed).Mean));
    }

    [Fact]
    public void Forecast_ShortHistory_IsOneWithMissingValuesBefore()
    {
        using var scope = NewDisposeScope();
        using var model = Sample.Model(Config(new ForecastHead { Horizon = Horizon, Quantiles = s_levels, Output = new PatchOutput() }, futureTokens: 2, flags: true));
        var network = new SeriesNetwork(model);
        var (values, observed) = Input();
        var hidden = observed.clone();
        hidden.narrow(2, 0, 8).zero_();
        var expected = network.Forecast(values, hidden).Mean;
        Sample.AssertClose(Operators.ToArray(expected), Operators.ToArray(network.Forecast(values.narrow(2, 8, Context - 8), observed.narrow(2, 8, Context - 8)).Mean), 0);
        var longer = Operators.Concatenate(2, Sample.Normal("older", Windows, Channels, 5), values);
        Sample.AssertClose(Operators.ToArray(network.Forecast(values, observed).Mean), Operators.ToArray(network.Forecast(longer, ones_like(longer)).Mean), 0);
    }

    [Theory]
    [InlineData(IntervalSource.Network)]
    [InlineData(IntervalSource.CalibratedNetwork)]
    [InlineData(IntervalSource.Residuals)]
    public void Forecast_Blend_MatchesTheFormula(IntervalSource intervals)
    {
        using var scope = NewDisposeScope();
        var head = new ForecastHead
        {
            Horizon = Horizon,
            Quantiles = s_levels,
            Output = new PatchOutput(),
            Channels = Channels,
            Linear = [new LinearPath("shared", 12, false), new LinearPath("own", 25, true)],
            Intervals = intervals,
        };
        using var model = Sample.Model(Config(head, futureTokens: 2));
        using var alone = Sample.Model(Config(new ForecastHead { Horizon = Horizon, Quantiles = s_levels, Output = new PatchOutput() }, futureTokens: 2));
        var weights = model.Export();
        var values = Operators.Multiply(Sample.Normal("history", Windows, Channels, 30), 4);
        var observed = ones_like(values);
        var forecast = new SeriesNetwork(model, new ChannelStatistics(s_means, s_deviations)).Forecast(values, observed);
        var network = new SeriesNetwork(alone).Forecast(values, observed);
        float[] mean = Operators.ToArray(forecast.Mean), quantiles = Operators.ToArray(forecast.Quantiles!), networkMean = Operators.ToArray(network.Mean), networkQuantiles = Operators.ToArray(network.Quantiles!), history = Operators.ToArray(values);
        double Weight(string name, int index) => weights[name].AsSingles()[index];
        for (var window = 0; window < Windows; window++)
        {
            for (var channel = 0; channel < Channels; channel++)
            {
                var row = (window * Channels) + channel;
                double Score(int back) => (history[(row * 30) + 30 - back] - s_means[channel]) / s_deviations[channel];
                for (var step = 0; step < Horizon; step++)
                {
                    var first = Weight("head.linear.0.bias", step) + Enumerable.Range(0, 12).Sum(t => Weight("head.linear.0.weight", (step * 12) + t) * Score(12 - t));
                    var second = Weight("head.linear.1.bias", (channel * Horizon) + step) + Enumerable.Range(0, 25).Sum(t => Weight("head.linear.1.weight", (((channel * Horizon) + step) * 25) + t) * Score(25 - t));
                    var at = (row * Horizon) + step;
                    var expected = (Weight("head.blend", channel) * networkMean[at])
                        + (Weight("head.blend", Channels + channel) * ((first * s_deviations[channel]) + s_means[channel]))
                        + (Weight("head.blend", (2 * Channels) + channel) * ((second * s_deviations[channel]) + s_means[channel]));
                    Assert.Equal(expected, mean[at], 1e-3 * (1 + Math.Abs(expected)));
                    var places = new double[3];
                    for (var level = 0; level < 3; level++)
                    {
                        var distance = networkQuantiles[(at * 3) + level] - networkMean[at];
                        places[level] = expected + intervals switch
                        {
                            IntervalSource.CalibratedNetwork => distance * Weight("head.spread", (channel * Horizon) + step),
                            IntervalSource.Residuals => Weight("head.residuals", (((channel * Horizon) + step) * 3) + level) * s_deviations[channel],
                            _ => distance,
                        };
                    }

                    // Untrained quantiles may cross; served ones ascend.
                    Array.Sort(places);
                    for (var level = 0; level < 3; level++)
                    {
                        Assert.Equal(places[level], quantiles[(at * 3) + level], 1e-3 * (1 + Math.Abs(expected)));
                    }
                }
            }
        }
    }

    [Fact]
    public void Forecast_LinearAlone_FillsGapsWithTheLastValueBefore()
    {
        using var scope = NewDisposeScope();
        var config = new ModelConfig(Config(new ForecastHead { Horizon = 1 }).Embedder, new NoBody(), new ForecastHead { Horizon = 1, Linear = [new LinearPath("line", 4, false)] });
        using var model = TorchModel.Load(config, config.Slots().ToDictionary(slot => slot.Name, slot => TensorData.Of(slot.Name == "head.linear.0.weight" ? [1, 10, 100, 1000] : new float[slot.Count], [.. slot.Shape.Select(size => (long)size)])));
        var values = Operators.Of([9, 1, 9, 3, 2, 9, 9, 9, 9, 9, 9, 9], 1, 3, 4);
        var observed = Operators.Of([0, 1, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0], 1, 3, 4);
        Sample.AssertClose([1 + 10 + 100 + 3000, 2222, 0], Operators.ToArray(new SeriesNetwork(model).Forecast(values, observed).Mean), 0);
    }

    [Fact]
    public void Forecast_Antisymmetric_NegatesWithTheInput()
    {
        using var scope = NewDisposeScope();
        using var model = Sample.Model(Config(new ForecastHead { Horizon = Horizon, Quantiles = s_levels, Output = new PatchOutput(), Antisymmetric = true }, futureTokens: 2, flags: true));
        var network = new SeriesNetwork(model);
        var (values, observed) = Input(gaps: true);
        var (forecast, negated) = (network.Forecast(values, observed), network.Forecast(Operators.Multiply(values, -1), observed));
        Sample.AssertClose(Operators.ToArray(forecast.Mean), Operators.ToArray(Operators.Multiply(negated.Mean, -1)), 1e-4);
        Sample.AssertClose(Operators.ToArray(forecast.Quantiles!), Operators.ToArray(Operators.Multiply(negated.Quantiles!.flip(-1), -1)), 1e-4);
    }

    [Fact]
    public void ForwardScaled_Gradient_AgreesWithDifferences()
    {
        using var model = Sample.Model(Config(new ForecastHead { Horizon = Horizon, Quantiles = s_levels, Output = new PatchOutput { Inner = 12 } }, futureTokens: 2, inner: 12, flags: true, classToken: true));
        var network = new SeriesNetwork(model);
        Gradients.AssertAgree(model, () =>
        {
            var (values, observed) = Input(gaps: true);
            var steps = network.ForwardScaled(values, observed).Steps;
            return Operators.Multiply(steps, Sample.Normal("loss", steps.shape)).sum();
        });
    }

    [Fact]
    public void Reconstruct_MaskedPatches_DoNotReachTheOutput()
    {
        using var scope = NewDisposeScope();
        var config = new ModelConfig(Config(new ForecastHead { Horizon = 1 }).Embedder, Body(), new ReconstructionHead { MaskValue = 0.5 });
        using var model = Sample.Model(config);
        var network = new SeriesNetwork(model);
        var (values, observed) = Input();
        var masked = new bool[Windows * Channels * 5];
        masked[1] = true;
        var first = network.Reconstruct(values, observed, masked);
        Assert.Equal([Windows * Channels, 5L, 4L], first.Output.shape);
        Assert.Equal(1, first.Masked!.sum().item<float>());
        // Two values of the hidden patch change places: the window's mean and deviation stay, so nothing else is seen to change.
        var swapped = values.clone();
        var numbers = Operators.Data(swapped);
        (numbers[4], numbers[5]) = (numbers[5], numbers[4]);
        Sample.AssertClose(Operators.ToArray(first.Output), Operators.ToArray(network.Reconstruct(swapped, observed, masked).Output), 1e-5);
        Assert.NotEqual(Operators.ToArray(first.Output), Operators.ToArray(network.Reconstruct(values, observed, null).Output));
    }

    [Fact]
    public void Scaling_StandardAndMean_MatchTheFormulas()
    {
        using var scope = NewDisposeScope();
        var (values, observed) = Input(gaps: true);
        observed.select(0, 0).select(0, 1).zero_();
        float[] x = Operators.ToArray(values), seen = Operators.ToArray(observed);
        var (location, scale) = new StandardScaling(1e-3).Accept(new SeriesScaler(values, observed));
        var (none, magnitude) = new MeanScaling(0.1).Accept(new SeriesScaler(values, observed));
        Assert.Equal(0, none.abs().max().item<float>());
        for (var row = 0; row < Windows * Channels; row++)
        {
            double[] Known(int index) => [.. Enumerable.Range(index * Context, Context).Where(i => seen[i] != 0).Select(i => (double)x[i])];
            var known = Known(row);
            var mean = known.Sum() / Math.Max(known.Length, 1);
            Assert.Equal(mean, Operators.ToArray(location)[row], 1e-5);
            Assert.Equal(Math.Sqrt((known.Sum(value => (value - mean) * (value - mean)) / Math.Max(known.Length, 1)) + 1e-3), Operators.ToArray(scale)[row], 1e-4);
            double[] pool = known.Length > 0 ? known : [.. Enumerable.Range(0, Windows).SelectMany(window => Known((window * Channels) + (row % Channels)))];
            Assert.Equal(Math.Max(0.1, pool.Sum(Math.Abs) / Math.Max(pool.Length, 1)), Operators.ToArray(magnitude)[row], 1e-4);
        }
    }

    [Fact]
    public void Forecast_WrongShapes_SaysWhatIsWrong()
    {
        using var scope = NewDisposeScope();
        using var model = Sample.Model(Config(new ForecastHead { Horizon = Horizon, Quantiles = s_levels, Output = new PatchOutput() }, futureTokens: 2));
        var error = Assert.Throws<PanguException>(() => new SeriesNetwork(model, new ChannelStatistics(s_means, s_deviations)).Forecast(zeros(1, 2, 20), zeros(1, 2, 20)));
        Assert.Contains("2 channels", error.Message, StringComparison.Ordinal);
        Assert.Throws<PanguException>(() => new SeriesNetwork(model).Forecast(zeros(1, 2, 20), zeros(1, 2, 19)));
        Assert.Throws<PanguException>(() => new TokenNetwork(model));
    }

    private static void AssertFollowsUnits(ModelConfig config)
    {
        using var scope = NewDisposeScope();
        using var model = Sample.Model(config);
        var network = new SeriesNetwork(model);
        var (values, observed) = Input(gaps: true);
        var forecast = network.Forecast(values, observed);
        Assert.Equal([Windows, Channels, Horizon], forecast.Mean.shape);
        var moved = network.Forecast(Operators.Add(Operators.Multiply(values, 3), full([], 20f)), observed);
        Sample.AssertClose(Operators.ToArray(Operators.Add(Operators.Multiply(forecast.Mean, 3), full([], 20f))), Operators.ToArray(moved.Mean), 1e-2);
        if (forecast.Quantiles is not null)
        {
            Assert.Equal([Windows, Channels, Horizon, s_levels.Length], forecast.Quantiles.shape);
        }

        // The forecast must depend on the window's shape, not on its level and scale alone.
        var (other, _) = Input(name: "other");
        Assert.NotEqual(Operators.ToArray(forecast.Mean), Operators.ToArray(network.Forecast(other, observed).Mean));
    }

    private static ModelConfig Config(ForecastHead head, bool classToken = false, int futureTokens = 0, bool sharedEmbedding = true, int inner = 0, bool flags = false) => new(
        new SeriesEmbedder
        {
            Width = 16,
            Context = Context,
            PatchLength = 4,
            PatchStride = 4,
            Scaling = new StandardScaling(1e-5),
            ClassToken = classToken,
            FutureTokens = futureTokens,
            SharedProjection = sharedEmbedding,
            Channels = sharedEmbedding ? 0 : Channels,
            Inner = inner,
            ObservedFlags = flags,
        },
        Body(),
        head);

    private static Backbone Body() => Sample.Body(new LayerNorm { Epsilon = 1e-5 }, Sample.Attention(new FullScope()), new Dense { Inner = 24, Activation = ActivationKind.Gelu, Bias = true });

    private static (Tensor Values, Tensor Observed) Input(bool gaps = false, string name = "window")
    {
        var values = Sample.Normal(name, Windows, Channels, Context);
        var observed = ones_like(values);
        if (gaps)
        {
            observed.narrow(2, 3, 4).zero_();
            observed.select(0, 1).select(0, 2).narrow(0, 15, 5).zero_();
        }

        return (values, observed);
    }

    private static string Separate(string slot, int channel) => slot.Insert(slot.LastIndexOf('.'), $".{channel}");
}
