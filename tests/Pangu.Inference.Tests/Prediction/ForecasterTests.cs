using Pangu.Core;
using Pangu.Formats;
using Pangu.Modalities.Series;

namespace Pangu.Inference.Tests.Prediction;

public sealed class ForecasterTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Load_Package_ForecastsLikeTheModelInMemory()
    {
        using var folder = new TemporaryFolder();
        var config = Models.Network();
        var path = folder.File("package");
        ModelPackage.Write(path, Family.Prediction, Capability.Forecast, config, Models.Weights(config), new Dictionary<string, string> { ["preprocessor.json"] = Models.Channels(2).ToJson() }, new ModelConfigJson(SeriesConfigTypes.Create()));
        using var loaded = Forecaster.Load(path);
        using var made = Models.Create(config, channels: 2);
        var request = Models.Request(3, 2, 64);

        Assert.Equal(["c0", "c1"], loaded.Traits.Channels);
        Assert.Equal((64, 12, 192), (loaded.Traits.Context, loaded.Traits.Horizon, loaded.Traits.MaxHorizon));
        Assert.Equal(Models.Levels, loaded.Traits.Quantiles);
        var (expected, actual) = (made.Forecast(request, Token), loaded.Forecast(request, Token));
        Assert.Equal(expected.Mean, actual.Mean);
        Assert.Equal(expected.Quantiles, actual.Quantiles);
        Assert.Equal(3 * 2 * 12, actual.Mean.Length);
        Assert.Equal(3 * 2 * 12 * 3, actual.Quantiles.Length);
        Assert.All(actual.Mean, number => Assert.True(float.IsFinite(number)));
    }

    [Fact]
    public void Forecast_ShortHistory_CountsAsMissingInFront()
    {
        using var model = Models.Create(Models.Network());
        var request = Models.Request(1, 1, 20);
        var padded = new float[64];
        Array.Fill(padded, float.NaN);
        request.Values.CopyTo(padded.AsMemory(44));

        var (result, expected) = (model.Forecast(request, Token), model.Forecast(request with { Values = padded, Length = 64 }, Token));

        Assert.Equal(expected.Mean, result.Mean);
        Assert.Equal(expected.Quantiles, result.Quantiles);
    }

    [Fact]
    public void Forecast_LongHistory_IsCutToItsEnd()
    {
        using var model = Models.Create(Models.Network());
        var request = Models.Request(1, 1, 100);
        Assert.Equal(
            model.Forecast(request with { Values = request.Values[36..], Length = 64 }, Token).Mean,
            model.Forecast(request, Token).Mean);
    }

    [Fact]
    public void Forecast_InfiniteValue_CountsAsMissing()
    {
        using var model = Models.Create(Models.Network());
        var values = Models.Request(1, 1, 64).Values.ToArray();
        values[10] = float.NaN;
        var expected = model.Forecast(new ForecastRequest(values, 1, 1, 64, 12), Token);
        values[10] = float.PositiveInfinity;
        Assert.Equal(expected.Mean, model.Forecast(new ForecastRequest(values, 1, 1, 64, 12), Token).Mean);
    }

    [Fact]
    public void Forecast_NothingObserved_IsFinite()
    {
        using var model = Models.Create(Models.Network());
        var values = new float[64];
        Array.Fill(values, float.NaN);
        Assert.All(model.Forecast(new ForecastRequest(values, 1, 1, 64, 12), Token).Mean, number => Assert.True(float.IsFinite(number)));
    }

    [Fact]
    public void Forecast_LongerHorizon_FeedsTheMeanBackAndWidensQuantiles()
    {
        using var model = Models.Create(Models.Network());
        var request = Models.Request(2, 1, 64);
        var first = model.Forecast(request, Token);
        var history = new float[2 * 76];
        for (var window = 0; window < 2; window++)
        {
            request.Values.Span.Slice(window * 64, 64).CopyTo(history.AsSpan(window * 76));
            first.Mean.AsSpan(window * 12, 12).CopyTo(history.AsSpan((window * 76) + 64));
        }

        var second = model.Forecast(new ForecastRequest(history, 2, 1, 76, 8), Token);
        var whole = model.Forecast(request with { Horizon = 20 }, Token);

        for (var window = 0; window < 2; window++)
        {
            Assert.Equal(first.Mean[(window * 12)..((window + 1) * 12)], whole.Mean[(window * 20)..((window * 20) + 12)]);
            Assert.Equal(second.Mean[(window * 8)..((window + 1) * 8)], whole.Mean[((window * 20) + 12)..((window + 1) * 20)]);
            for (var step = 12; step < 20; step++)
            {
                for (var level = 0; level < 3; level++)
                {
                    var own = Distance(second, (window * 8) + step - 12, level);
                    var last = Distance(first, (window * 12) + 11, level);
                    Assert.True(Math.Abs(Distance(whole, (window * 20) + step, level)) >= Math.Max(Math.Abs(own), Math.Abs(last)) - 1e-4, $"step {step}, level {level}");
                }
            }
        }

        static float Distance(ForecastResult result, int at, int level) => result.Quantiles[(at * 3) + level] - result.Mean[at];
    }

    [Fact]
    public void Forecast_Quantiles_Ascend()
    {
        using var model = Models.Create(Models.Network());
        var result = model.Forecast(Models.Request(5, 2, 64, 30), Token);
        for (var at = 0; at < result.Quantiles.Length; at += 3)
        {
            Assert.True(result.Quantiles[at] <= result.Quantiles[at + 1] && result.Quantiles[at + 1] <= result.Quantiles[at + 2]);
        }
    }

    [Fact]
    public void Forecast_Antisymmetric_NegatedWindowGivesNegatedForecast()
    {
        using var model = Models.Create(Models.Network(antisymmetric: true));
        var request = Models.Request(2, 1, 64);
        var negated = request with { Values = request.Values.ToArray().Select(value => -value).ToArray() };
        var (result, mirrored) = (model.Forecast(request, Token), model.Forecast(negated, Token));
        Compare.Close(result.Mean, [.. mirrored.Mean.Select(number => -number)], 1e-5, "mean");
        for (var at = 0; at < result.Mean.Length; at++)
        {
            Compare.Close(result.Quantiles.AsSpan(at * 3, 3), [-mirrored.Quantiles[(at * 3) + 2], -mirrored.Quantiles[(at * 3) + 1], -mirrored.Quantiles[at * 3]], 1e-5, "quantiles");
        }
    }

    [Fact]
    public void Forecast_LineAlone_IsTheSumOverScoresWithGapsFilled()
    {
        var config = Models.Line(context: 5, horizon: 3);
        var weights = Models.Weights(config);
        using var model = Forecaster.Create(config, weights, Models.Channels(2), threads: 1);
        float[] values = [float.NaN, 1, float.NaN, 4, 2, /* second channel */ 7, 8, float.NaN, float.NaN, 9];

        var result = model.Forecast(new ForecastRequest(values, 1, 2, 5, 3), Token);

        float[][] filled = [[1, 1, 1, 4, 2], [7, 8, 8, 8, 9]];
        var (weight, bias) = (weights["head.linear.0.weight"].ToSingles(), weights["head.linear.0.bias"].ToSingles());
        for (var channel = 0; channel < 2; channel++)
        {
            for (var step = 0; step < 3; step++)
            {
                var score = bias[step] + (double)Enumerable.Range(0, 5).Sum(t => weight[(step * 5) + t] * (filled[channel][t] - (3 + channel)) / (1.5 + channel));
                Assert.Equal((score * (1.5 + channel)) + 3 + channel, result.Mean[(channel * 3) + step], 1e-5);
            }
        }
    }

    [Fact]
    public void Forecast_LineAChannel_UsesEachChannelsWeights()
    {
        var config = Models.Line(context: 4, horizon: 2, perChannel: true, channels: 3);
        var weights = Models.Weights(config);
        using var model = Forecaster.Create(config, weights, new SeriesPreprocessor(), threads: 1);
        var request = Models.Request(2, 3, 4, 2, gaps: false);

        var result = model.Forecast(request, Token);

        var (weight, bias) = (weights["head.linear.0.weight"].ToSingles(), weights["head.linear.0.bias"].ToSingles());
        for (var row = 0; row < 6; row++)
        {
            for (var step = 0; step < 2; step++)
            {
                var output = (row % 3 * 2) + step;
                var expected = bias[output] + (double)Enumerable.Range(0, 4).Sum(t => weight[(output * 4) + t] * request.Values.Span[(row * 4) + t]);
                Assert.Equal(expected, result.Mean[(row * 2) + step], 1e-5);
            }
        }
    }

    [Fact]
    public void Forecast_Blend_IsTheWeightedSumOfItsMembers()
    {
        var config = Models.Network(linear: [new LinearPath("long", 80, false)], channels: 2);
        var weights = Models.Weights(config);
        using var blend = Forecaster.Create(config, weights, Models.Channels(2));
        using var network = Forecaster.Create(Models.Network(), weights, Models.Channels(2));
        var line = Models.Line(80, Models.Horizon);
        using var linear = Forecaster.Create(line, Models.Weights(line).ToDictionary(pair => pair.Key, pair => weights.GetValueOrDefault(pair.Key, pair.Value)), Models.Channels(2));
        var request = Models.Request(2, 2, 90);

        var result = blend.Forecast(request, Token);

        Assert.Equal(80, blend.Traits.Context);
        var (first, second) = (network.Forecast(request, Token), linear.Forecast(request, Token));
        var factors = weights["head.blend"].ToSingles();
        for (var i = 0; i < result.Mean.Length; i++)
        {
            var channel = i / Models.Horizon % 2;
            Assert.Equal((factors[channel] * first.Mean[i]) + (factors[2 + channel] * second.Mean[i]), result.Mean[i], 1e-4);

            // Quantiles keep their distance to the network's mean.
            for (var level = 0; level < 3; level++)
            {
                Assert.Equal(first.Quantiles[(i * 3) + level] - first.Mean[i], result.Quantiles[(i * 3) + level] - result.Mean[i], 1e-4);
            }
        }
    }

    [Fact]
    public void Forecast_Residuals_AreAddedInUnitsOfTheChannel()
    {
        var config = Models.Network(channels: 2, intervals: IntervalSource.Residuals);
        var weights = Models.Weights(config);
        using var model = Forecaster.Create(config, weights, Models.Channels(2));
        var result = model.Forecast(Models.Request(1, 2, 64), Token);
        var residuals = weights["head.residuals"].ToSingles();
        for (var i = 0; i < result.Mean.Length; i++)
        {
            float[] expected = [.. residuals.AsSpan(i * 3, 3).ToArray().Select(residual => result.Mean[i] + (residual * (1.5f + (i / Models.Horizon)))).Order()];
            Compare.Close(expected, result.Quantiles.AsSpan(i * 3, 3), 1e-5, "residual quantiles");
        }
    }

    [Fact]
    public void Forecast_Spread_MultipliesDistances()
    {
        var config = Models.Network(channels: 2, intervals: IntervalSource.CalibratedNetwork);
        var weights = Models.Weights(config);
        using var model = Forecaster.Create(config, weights, Models.Channels(2));
        using var plain = Forecaster.Create(Models.Network(), weights, Models.Channels(2));
        var request = Models.Request(1, 2, 64);
        var (result, network) = (model.Forecast(request, Token), plain.Forecast(request, Token));
        var spread = weights["head.spread"].ToSingles();
        Compare.Close(network.Mean, result.Mean, 1e-6, "mean");
        for (var i = 0; i < result.Mean.Length; i++)
        {
            float[] expected = [.. Enumerable.Range(0, 3).Select(level => result.Mean[i] + (spread[i] * (network.Quantiles[(i * 3) + level] - network.Mean[i]))).Order()];
            Compare.Close(expected, result.Quantiles.AsSpan(i * 3, 3), 1e-4, "spread quantiles");
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Forecast_AnyBatchThreadsOrCaller_GivesAWindowTheSameBits(bool acrossChannels)
    {
        var config = Models.Network(antisymmetric: true, acrossChannels ? new AcrossChannels() : null, [new LinearPath("a", 40, true), new LinearPath("b", 64, false)], channels: 3);
        var weights = Models.Weights(config);
        using var one = Forecaster.Create(config, weights, Models.Channels(3), threads: 1);
        using var many = Forecaster.Create(config, weights, Models.Channels(3), threads: 3);
        var request = Models.Request(40, 3, 64, 20);
        var expected = one.Forecast(request, Token);

        Assert.Equal(expected.Mean, many.Forecast(request, Token).Mean);
        for (var window = 0; window < 40; window += 13)
        {
            var single = many.Forecast(request with { Values = request.Values.Slice(window * 3 * 64, 3 * 64), Windows = 1 }, Token);
            Assert.Equal(expected.Mean[(window * 60)..((window + 1) * 60)], single.Mean);
            Assert.Equal(expected.Quantiles[(window * 180)..((window + 1) * 180)], single.Quantiles);
        }

        var failures = 0;
        var callers = Enumerable.Range(0, 8).Select(caller => new Thread(() =>
        {
            for (var round = 0; round < 5; round++)
            {
                var window = ((caller * 5) + round) % 38;
                var part = request with { Values = request.Values.Slice(window * 3 * 64, 2 * 3 * 64), Windows = 2 };
                if (!many.Forecast(part).Mean.AsSpan().SequenceEqual(expected.Mean.AsSpan(window * 60, 120)))
                {
                    Interlocked.Increment(ref failures);
                }
            }
        })).ToList();
        callers.ForEach(caller => caller.Start());
        callers.ForEach(caller => caller.Join());
        Assert.Equal(0, failures);
    }

    [Fact]
    public void Forecast_SteadyState_AllocatesItsResultAlone()
    {
        using var model = Models.Create(Models.Network(linear: [new LinearPath("a", 40, false)], channels: 2), channels: 2, threads: 1);
        var request = Models.Request(4, 2, 64, 20);
        for (var call = 0; call < 3; call++)
        {
            _ = model.Forecast(request, Token);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        var result = model.Forecast(request, Token);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.InRange(allocated, 0, ((result.Mean.Length + result.Quantiles.Length) * sizeof(float)) + 256);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Forecast_LastTokensAlone_EqualsAllTokens(bool acrossChannels)
    {
        // A tap wants whole activations, so the verifier computes every token to the end; a forecast leaves out what the head does not look at.
        var config = Models.Network();
        if (acrossChannels)
        {
            var blocks = ((Backbone)config.Body).Stages[0];
            var branches = blocks.Cycle[0].Branches;
            var attention = (Attention)branches[0].Part;
            config = config with { Body = new Backbone([blocks with { Cycle = [new Block([branches[0] with { After = new RmsNorm { Epsilon = 1e-5 } }, new Branch(attention with { Scope = new AcrossChannels() }, WeightsOf: 0), branches[1]])] }], null) };
        }

        var weights = Models.Weights(config);
        using var model = Forecaster.Create(config, weights, new SeriesPreprocessor());
        using var verifier = NativeVerifier.Create(config, weights, new SeriesPreprocessor());
        var request = Models.Request(2, 3, 64, gaps: false);
        var past = new float[request.Values.Length];
        for (var i = 0; i < past.Length; i++)
        {
            past[i] = request.Values.Span[(i / 192 * 192) + (i % 3 * 64) + (i % 192 / 3)];
        }

        var verified = verifier.Run(new Dictionary<string, TensorData> { ["past_values"] = TensorData.Of(past, 2, 64, 3) }, new HashSet<string> { "outputs.prediction_outputs" })["outputs.prediction_outputs"].ToSingles();

        var mean = model.Forecast(request, Token).Mean;
        for (var i = 0; i < mean.Length; i++)
        {
            var (window, rest) = Math.DivRem(i, 3 * Models.Horizon);
            Assert.Equal(verified[(window * 3 * Models.Horizon) + (rest % Models.Horizon * 3) + (rest / Models.Horizon)], mean[i]);
        }
    }

    [Fact]
    public void Forecast_ParallelBranches_ReadTheBlocksInput()
    {
        // With weights that make the attention add nothing, parallel and sequential blocks agree; with others they do not.
        var (parallel, sequential) = (Models.Network(parallel: true), Models.Network());
        var weights = Models.Weights(parallel);
        var silent = weights.ToDictionary(pair => pair.Key, pair => pair.Key.EndsWith("branches.0.output.weight", StringComparison.Ordinal) ? TensorData.Of(new float[pair.Value.Count], [.. pair.Value.Shape]) : pair.Value);
        var request = Models.Request(1, 1, 64);
        Assert.Equal(Run(sequential, silent), Run(parallel, silent));
        Assert.NotEqual(Run(sequential, weights), Run(parallel, weights));

        float[] Run(ModelConfig config, IReadOnlyDictionary<string, TensorData> tensors)
        {
            using var model = Forecaster.Create(config, tensors, new SeriesPreprocessor());
            return model.Forecast(request, Token).Mean;
        }
    }

    [Fact]
    public void Forecast_RequestThatDoesNotFit_SaysWhat()
    {
        using var model = Models.Create(Models.Network(), channels: 2);
        var request = Models.Request(1, 2, 64);
        Assert.Contains("3 channel(s), expected 2", Assert.Throws<PanguException>(() => model.Forecast(Models.Request(1, 3, 64), Token)).Message, StringComparison.Ordinal);
        Assert.Equal("forecast-horizon", Assert.Throws<PanguException>(() => model.Forecast(request with { Horizon = 0 }, Token)).Code);
        Assert.Equal("forecast-horizon", Assert.Throws<PanguException>(() => model.Forecast(request with { Horizon = 193 }, Token)).Code);
        Assert.Equal("forecast-shape", Assert.Throws<PanguException>(() => model.Forecast(request with { Length = 63 }, Token)).Code);
        Assert.Throws<OperationCanceledException>(() => model.Forecast(request, new CancellationToken(canceled: true)));
        Assert.Empty(model.Forecast(request with { Values = Array.Empty<float>(), Windows = 0 }, Token).Mean);
    }

    [Fact]
    public void Forecast_ExpertsThatAreAllAlike_ForecastsLikeTheOne()
    {
        var dense = new Dense { Inner = 8, Activation = ActivationKind.Silu, Gated = true };
        var one = Models.Network() with { Body = Body(dense) };
        var many = Models.Network() with { Body = Body(new Experts { Router = new TopRouter(2, true), Count = 3, Expert = dense }) };
        var weights = Models.Weights(one);
        var shared = Models.Weights(many).ToDictionary(weight => weight.Key, weight => weights.GetValueOrDefault(weight.Key)
            ?? (weight.Key.Contains(".experts.", StringComparison.Ordinal) ? weights[weight.Key.Remove(weight.Key.IndexOf(".experts.", StringComparison.Ordinal), ".experts.0".Length)] : weight.Value));
        using var expected = Forecaster.Create(one, weights, new SeriesPreprocessor());
        using var actual = Forecaster.Create(many, shared, new SeriesPreprocessor());
        var request = Models.Request(3, 2, 64);

        Compare.Close(expected.Forecast(request, Token).Mean, actual.Forecast(request, Token).Mean, 1e-4, "mean");

        static Backbone Body(Part part) => new([new Blocks(32, 1, [new Block([new Branch(part)])])], null);
    }
}
