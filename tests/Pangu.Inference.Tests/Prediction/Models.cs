using Pangu.Core;
using Pangu.Modalities.Series;

namespace Pangu.Inference.Tests.Prediction;

/// <summary>Small forecasters with seeded weights.</summary>
internal static class Models
{
    internal const int Horizon = 12;

    internal static readonly double[] Levels = [0.1, 0.5, 0.9];

    /// <summary>A foundation model's shape, smaller: patches with flags, future tokens, quantiles.</summary>
    internal static ModelConfig Network(bool antisymmetric = false, Scope? scope = null, IReadOnlyList<LinearPath>? linear = null, int channels = 0, IntervalSource intervals = IntervalSource.Network, bool parallel = false, SeriesScaling? scaling = null) => new(
        new SeriesEmbedder
        {
            Width = 32,
            Context = 64,
            PatchLength = 8,
            PatchStride = 8,
            Scaling = scaling ?? new StandardScaling(1e-5),
            ObservedFlags = true,
            FutureTokens = 2,
        },
        new Backbone(
            [
                new Blocks(32, 2, [new Block(
                [
                    new Branch(new Attention { QueryHeads = 4, HeadWidth = 8, Scope = scope ?? new FullScope() }, Before: new RmsNorm { Epsilon = 1e-6 }),
                    new Branch(new Dense { Inner = 48, Activation = ActivationKind.Gelu, Bias = true }, Before: new RmsNorm { Epsilon = 1e-6 }),
                ], parallel)]),
            ],
            new LayerNorm { Epsilon = 1e-5 }),
        new ForecastHead
        {
            Horizon = Horizon,
            Quantiles = Levels,
            Output = new PatchOutput(),
            Antisymmetric = antisymmetric,
            Linear = linear ?? [],
            Channels = channels,
            Intervals = intervals,
        });

    /// <summary>A straight line alone.</summary>
    internal static ModelConfig Line(int context, int horizon, bool perChannel = false, int channels = 0) => new(
        new SeriesEmbedder { Width = 1, Context = 4, PatchLength = 4, PatchStride = 4, Scaling = new NoScaling(), Positions = PositionTable.None },
        new NoBody(),
        new ForecastHead { Horizon = horizon, Linear = [new LinearPath("line", context, perChannel)], Channels = channels });

    internal static IReadOnlyDictionary<string, TensorData> Weights(ModelConfig config, ulong seed = 3)
    {
        var random = new Seeds(seed).For("weights");
        return config.Slots().ToDictionary(slot => slot.Name, slot => TensorData.Of(
            [.. Enumerable.Range(0, (int)slot.Count).Select(i => (float)((slot.Shape.Count >= 2 && slot.Kind == SlotKind.Parameter
                ? random.NextGaussian() / Math.Sqrt(slot.Shape[^1])
                : slot.Kind == SlotKind.Statistic ? 0.1 * random.NextGaussian() : 1 + (0.1 * random.NextGaussian())) + Lift(slot.Name, i)))],
            [.. slot.Shape.Select(size => (long)size)]));
    }

    // Biases that keep the quantiles 10 deviations apart, so that random weights do not cross them.
    private static double Lift(string slot, int i) => slot == "head.projection.bias" && i % (1 + Levels.Length) is var output and > 0 ? 10 * (output - 2) : 0;

    internal static SeriesPreprocessor Channels(int count) => new()
    {
        Channels = [.. Enumerable.Range(0, count).Select(channel => new SeriesChannel($"c{channel}", "kW", 3 + channel, 1.5 + channel))],
    };

    internal static Forecaster Create(ModelConfig config, int channels = 0, int threads = 2) =>
        Forecaster.Create(config, Weights(config), channels == 0 ? new SeriesPreprocessor() : Channels(channels), threads);

    /// <summary>Windows with a level, a season, noise and a few gaps.</summary>
    internal static ForecastRequest Request(int windows, int channels, int length, int horizon = Horizon, ulong seed = 1, bool gaps = true)
    {
        var random = new Seeds(seed).For("series");
        var values = new float[windows * channels * length];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = gaps && random.NextBool(0.05) ? float.NaN : (float)(5 + (i / length) + (2 * Math.Sin(i % length * 0.7)) + (0.3 * random.NextGaussian()));
        }

        return new ForecastRequest(values, windows, channels, length, horizon);
    }
}
