using Pangu.Core;

namespace Pangu.Contract.Tests;

/// <summary>Series models drawn at random from everything that a config can say, of sizes that are no multiples of a register too, and inputs for them; the same for a seed on every machine.</summary>
internal sealed class RandomModels(ulong seed)
{
    private readonly RandomStream _random = new Seeds(seed).For("contract");

    /// <summary>Channels of the windows.</summary>
    internal int Channels { get; private set; }

    /// <summary>Draws a forecaster.</summary>
    internal ModelConfig Forecaster()
    {
        Channels = 1 + _random.NextInt(4);
        var patches = _random.NextBool(0.6);
        var embedder = Embedder(futureTokens: patches ? 1 + _random.NextInt(3) : _random.NextInt(2));
        var horizon = patches ? 1 + _random.NextInt(embedder.FutureTokens * embedder.PatchLength) : 1 + _random.NextInt(20);
        double[] levels = _random.NextBool(0.7) ? [0.1, 0.5, 0.9] : [];
        LinearPath[] linear = [.. Enumerable.Range(0, _random.NextInt(3)).Select(path => new LinearPath($"line-{path}", 1 + _random.NextInt(60), _random.NextBool(0.5)))];
        var residuals = _random.NextBool(0.3);
        return new ModelConfig(embedder, Body(embedder.Width), new ForecastHead
        {
            Horizon = horizon,
            Channels = Channels,
            Quantiles = patches || residuals ? levels : [],
            Output = patches
                ? new PatchOutput { Inner = _random.NextBool(0.3) ? 1 + _random.NextInt(40) : 0 }
                : new FlattenOutput { Pooling = Choose<Pooling>(embedder.ClassToken ? [Pooling.Class, Pooling.Mean] : [Pooling.None, Pooling.Mean, Pooling.Max]), SharedProjection = _random.NextBool(0.7) },
            Linear = linear,
            Intervals = residuals ? IntervalSource.Residuals : patches && levels.Length > 0 && _random.NextBool(0.4) ? IntervalSource.CalibratedNetwork : IntervalSource.Network,
            Antisymmetric = _random.NextBool(0.3),
        });
    }

    /// <summary>Draws a model that reconstructs patches.</summary>
    internal ModelConfig Reconstruction()
    {
        Channels = 1 + _random.NextInt(4);
        var embedder = Embedder(futureTokens: 0);
        return new ModelConfig(embedder, Body(embedder.Width), new ReconstructionHead
        {
            SharedProjection = _random.NextBool(0.7),
            Channels = Channels,
            MaskValue = _random.NextBool(0.5) ? 0 : 0.3,
            MaskRatio = 0.4,
        });
    }

    /// <summary>Weights of the size that training gives: matrices about N(0, 1 / inputs), norms about 1, variances from 0.6 to 1.6.</summary>
    internal IReadOnlyDictionary<string, TensorData> Weights(ModelConfig config) => config.Slots().ToDictionary(
        slot => slot.Name,
        slot => TensorData.Of([.. Enumerable.Range(0, (int)slot.Count).Select(_ => (float)Weight(slot))], [.. slot.Shape.Select(size => (long)size)]));

    /// <summary>Inputs of a verification case: levels, seasons, noise, a tenth of the values missing.</summary>
    internal IReadOnlyDictionary<string, TensorData> Inputs(ModelConfig config, int windows)
    {
        var embedder = (SeriesEmbedder)config.Embedder;
        var (values, observed) = (new float[windows * embedder.Context * Channels], new float[windows * embedder.Context * Channels]);
        for (var i = 0; i < values.Length; i++)
        {
            observed[i] = _random.NextBool(0.1) ? 0 : 1;
            values[i] = observed[i] * (float)(_random.NextGaussian() + (2 * (i % Channels)) + Math.Sin(i / Channels * 0.4));
        }

        return new Dictionary<string, TensorData>
        {
            ["past_values"] = TensorData.Of(values, windows, embedder.Context, Channels),
            ["past_observed_mask"] = TensorData.Of(observed, windows, embedder.Context, Channels),
            ["noise"] = TensorData.Of([.. Enumerable.Range(0, windows * Channels * embedder.Patches).Select(_ => _random.NextSingle())], windows, Channels, embedder.Patches),
        };
    }

    private double Weight(Slot slot) =>
        slot.Name.EndsWith("runningVariance", StringComparison.Ordinal) ? _random.NextUniform(0.6, 1.6)
        : slot.Name is "head.blend" or "head.spread" ? _random.NextUniform(0.2, 1)
        : slot.Initial is Initial.Constant { Value: 1 } ? 1 + (0.2 * _random.NextGaussian())
        : slot.Shape.Count >= 2 ? _random.NextGaussian() / Math.Sqrt(slot.Shape[^1])
        : 0.15 * _random.NextGaussian();

    private SeriesEmbedder Embedder(int futureTokens)
    {
        var length = 1 + _random.NextInt(12);
        var inner = _random.NextBool(0.3) ? 1 + _random.NextInt(40) : 0;
        return new SeriesEmbedder
        {
            Width = 3 + _random.NextInt(38),
            Context = length + 20 + _random.NextInt(60),
            PatchLength = length,
            PatchStride = 1 + _random.NextInt(length),
            Scaling = Choose<SeriesScaling>([new NoScaling(), new StandardScaling(1e-5), new StandardScaling(1e-2), new MeanScaling(1e-10)]),
            Missing = Choose([MissingValues.ZeroAfterScaling, MissingValues.ZeroBeforeScaling]),
            ObservedFlags = _random.NextBool(0.5),
            SharedProjection = inner > 0 || _random.NextBool(0.7),
            Channels = Channels,
            Inner = inner,
            ClassToken = _random.NextBool(0.3),
            FutureTokens = futureTokens,
            Positions = Choose([PositionTable.None, PositionTable.Learned, PositionTable.Sinusoids]),
        };
    }

    private Body Body(int width) => _random.NextDouble() switch
    {
        < 0.1 => new NoBody(),
        < 0.25 => new Ensemble([.. Enumerable.Range(0, 2 + _random.NextInt(2)).Select(_ => Backbone(width))]),
        _ => Backbone(width),
    };

    private Backbone Backbone(int width)
    {
        var attention = Attention();
        List<Branch> branches = [Branch(attention), Branch(Dense())];
        if (_random.NextBool(0.4))
        {
            branches.Insert(1, Branch(attention with { Scope = new AcrossChannels() }) with { WeightsOf = 0 });
        }

        Block[] cycle = _random.NextBool(0.3)
            ? [new Block(branches), new Block([Branch(Attention()), Branch(Dense())], _random.NextBool(0.5))]
            : [new Block(branches, _random.NextBool(0.3))];
        return new Backbone([new Blocks(width, 1 + _random.NextInt(3), cycle)], _random.NextBool(0.6) ? Norm() : null);
    }

    private Attention Attention()
    {
        var keyValueHeads = 1 + _random.NextInt(2);
        var headWidth = 2 + _random.NextInt(24);
        return new Attention
        {
            KeyValueHeads = keyValueHeads,
            QueryHeads = keyValueHeads * (1 + _random.NextInt(2)),
            HeadWidth = headWidth,
            QueryKeyNorm = _random.NextBool(0.3) ? new RmsNorm { Epsilon = 1e-5 } : null,
            Positions = _random.NextBool(0.5)
                ? new NoPositions()
                : new Rotary { Width = 2 * (1 + _random.NextInt(headWidth / 2)), Pairing = Choose([RotaryPairing.Halves, RotaryPairing.Interleaved]), Base = 1_000 },
            Scope = Choose<Scope>([new FullScope(), new CausalScope(), new CausalScope { Window = 3 }, new AcrossChannels()]),
            QueryKeyValueBias = _random.NextBool(0.5),
            OutputBias = _random.NextBool(0.5),
            Scale = _random.NextBool(0.3) ? 0.2 : null,
        };
    }

    private Dense Dense() => new()
    {
        Inner = 1 + _random.NextInt(70),
        Activation = Choose([ActivationKind.Gelu, ActivationKind.GeluTanh, ActivationKind.Relu, ActivationKind.ReluSquared, ActivationKind.Silu]),
        Gated = _random.NextBool(0.4),
        Bias = _random.NextBool(0.5),
    };

    // Somewhere a norm must stand, or the stream grows without bound.
    private Branch Branch(Part part) => _random.NextBool(0.6)
        ? new Branch(part, Before: Norm(), After: _random.NextBool(0.3) ? Norm() : null, Scale: _random.NextBool(0.3) ? 0.7 : 1)
        : new Branch(part, AfterSum: Norm(), Scale: _random.NextBool(0.3) ? 0.7 : 1);

    private Norm Norm() => Choose<Norm>([new RmsNorm { Epsilon = 1e-5 }, new LayerNorm { Epsilon = 1e-5 }, new LayerNorm { Epsilon = 1e-3, Bias = false }, new BatchNorm { Epsilon = 1e-3 }]);

    private T Choose<T>(IReadOnlyList<T> choices) => choices[_random.NextInt(choices.Count)];
}
