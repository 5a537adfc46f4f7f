using Pangu.Core;

namespace Pangu.Testing;

/// <summary>Small PatchTST models, one for each way in which they differ, with seeded weights and inputs: what every engine must compute as <see cref="PlainSeriesModel"/> does.</summary>
public static class SeriesVariants
{
    private const int Channels = 3;

    /// <summary>Name and config of every variant.</summary>
    public static IReadOnlyDictionary<string, ModelConfig> All { get; } = new Dictionary<string, ModelConfig>
    {
        ["batch norm before"] = Forecast(),
        ["batch norm after"] = Forecast(norm: new BatchNorm { Epsilon = 0.01 }, before: false),
        ["layer norm before"] = Forecast(norm: new LayerNorm { Epsilon = 0.01 }),
        ["layer norm after"] = Forecast(norm: new LayerNorm { Epsilon = 0.01 }, before: false),
        ["channel attention before"] = Forecast(channelAttention: true),
        ["channel attention after"] = Forecast(norm: new LayerNorm { Epsilon = 0.01 }, before: false, channelAttention: true),
        ["projection a channel"] = Forecast(change: embedder => embedder with { SharedProjection = false, Channels = Channels }),
        ["head a channel"] = Forecast(head: new ForecastHead { Horizon = 6, Channels = Channels, Output = new FlattenOutput { Pooling = Pooling.None, SharedProjection = false } }),
        ["mean pooling"] = Forecast(head: Pooled(Pooling.Mean)),
        ["max pooling"] = Forecast(head: Pooled(Pooling.Max)),
        ["class token"] = Forecast(change: embedder => embedder with { ClassToken = true }, head: Pooled(Pooling.Class), channelAttention: true),
        ["mean scaling"] = Forecast(change: embedder => embedder with { Scaling = new MeanScaling(1e-10) }),
        ["no scaling"] = Forecast(change: embedder => embedder with { Scaling = new NoScaling() }),
        ["no bias, relu"] = Forecast(dense: new Dense { Inner = 24, Activation = ActivationKind.Relu }),
        ["silu"] = Forecast(dense: new Dense { Inner = 24, Activation = ActivationKind.Silu, Bias = true }),
        ["pretrain"] = Forecast(head: new ReconstructionHead { MaskRatio = 0.4, MaskValue = 0.5 }),
        ["pretrain, same mask, class token"] = Forecast(change: embedder => embedder with { ClassToken = true }, head: new ReconstructionHead { MaskRatio = 0.5, SameMaskForAllChannels = true, UnmaskedChannels = [1] }),
        ["pretrain, last patches"] = Forecast(head: new ReconstructionHead { Mask = MaskKind.LastPatches, MaskedLastPatches = [2] }, before: false, channelAttention: true),
    };

    /// <summary>Seeded weights of a config.</summary>
    /// <param name="config">The config.</param>
    /// <returns>Tensors by slot name: matrices about N(0, 1 / inputs), norm weights about 1, variances in [0.6, 1.6].</returns>
    public static IReadOnlyDictionary<string, TensorData> Weights(ModelConfig config)
    {
        var random = new Seeds(3).For("weights");
        return config.Slots().ToDictionary(slot => slot.Name, slot =>
        {
            var values = new float[slot.Count];
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = (float)(slot.Name.EndsWith("runningVariance", StringComparison.Ordinal) ? random.NextUniform(0.6, 1.6)
                    : slot.Shape.Count == 2 ? random.NextGaussian() / Math.Sqrt(slot.Shape[1])
                    : slot.Initial is Initial.Constant { Value: 1 } ? 1 + (0.2 * random.NextGaussian())
                    : 0.15 * random.NextGaussian());
            }

            return TensorData.Of(values, [.. slot.Shape.Select(size => (long)size)]);
        });
    }

    /// <summary>Seeded inputs for a config, by the names of verification cases: two windows of three channels, a tenth of the values missing, one channel of one window wholly.</summary>
    /// <param name="config">The config.</param>
    /// <returns>past_values, past_observed_mask, future_values, noise.</returns>
    public static IReadOnlyDictionary<string, TensorData> Inputs(ModelConfig config)
    {
        var embedder = (SeriesEmbedder)config.Embedder;
        var random = new Seeds(4).For("inputs");
        var (values, observed) = (new float[2 * embedder.Context * Channels], new float[2 * embedder.Context * Channels]);
        for (var i = 0; i < values.Length; i++)
        {
            var lost = i / (embedder.Context * Channels) == 1 && i % Channels == 2;
            observed[i] = lost || random.NextBool(0.1) ? 0 : 1;
            values[i] = observed[i] * (float)((3 * random.NextGaussian()) + (5 * (i % Channels)));
        }

        var horizon = config.Head is ForecastHead head ? head.Horizon : 1;
        return new Dictionary<string, TensorData>
        {
            ["past_values"] = TensorData.Of(values, 2, embedder.Context, Channels),
            ["past_observed_mask"] = TensorData.Of(observed, 2, embedder.Context, Channels),
            ["future_values"] = TensorData.Of([.. Enumerable.Range(0, 2 * horizon * Channels).Select(_ => (float)random.NextGaussian())], 2, horizon, Channels),
            ["noise"] = TensorData.Of([.. Enumerable.Range(0, 2 * Channels * embedder.Patches).Select(_ => random.NextSingle())], 2, Channels, embedder.Patches),
        };
    }

    /// <summary>Every output that a variant has.</summary>
    /// <param name="config">The config.</param>
    /// <returns>Names as in verification cases.</returns>
    public static IReadOnlySet<string> Outputs(ModelConfig config) => new HashSet<string>(
    [
        "outputs.loc", "outputs.scale", "outputs.loss", "outputs.hidden_states.0", "outputs.hidden_states.1", "outputs.last_hidden_state", "stages.patches",
        .. config.Head is ForecastHead ? (string[])["outputs.prediction_outputs"] : ["outputs.prediction_output", "outputs.mask", "outputs.patch_input"],
    ]);

    private static ForecastHead Pooled(Pooling pooling) => new() { Horizon = 6, Output = new FlattenOutput { Pooling = pooling } };

    private static ModelConfig Forecast(Func<SeriesEmbedder, SeriesEmbedder>? change = null, Norm? norm = null, bool before = true, bool channelAttention = false, Dense? dense = null, Head? head = null)
    {
        norm ??= new BatchNorm { Epsilon = 0.01 };
        var attention = new Attention { QueryHeads = 4, HeadWidth = 8, Scope = new FullScope(), QueryKeyValueBias = true, OutputBias = true };
        var embedder = new SeriesEmbedder { Width = 32, Context = 34, PatchLength = 8, PatchStride = 5, Scaling = new StandardScaling(1e-5), Missing = MissingValues.ZeroBeforeScaling, Positions = PositionTable.Sinusoids };
        Branch[] across = channelAttention ? [Place(attention with { Scope = new AcrossChannels() }) with { WeightsOf = 0 }] : [];
        return new ModelConfig(
            change?.Invoke(embedder) ?? embedder,
            new Backbone([new Blocks(32, 2, [new Block([Place(attention), .. across, Place(dense ?? new Dense { Inner = 24, Activation = ActivationKind.Gelu, Bias = true })])])]),
            head ?? Pooled(Pooling.None));

        Branch Place(Part part) => before ? new Branch(part, Before: norm) : new Branch(part, AfterSum: norm);
    }
}
