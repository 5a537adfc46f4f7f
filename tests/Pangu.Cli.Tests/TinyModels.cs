using Pangu.Cli.Families;
using Pangu.Core;
using Pangu.Formats;
using Pangu.Modalities.Series;

namespace Pangu.Cli.Tests;

/// <summary>Packages of tiny series models with seeded weights.</summary>
internal static class TinyModels
{
    public const int Context = 16;
    public const int Horizon = 4;

    /// <summary>A straight line with quantiles left out, for any channels.</summary>
    public static string WriteForecaster(string folder) => Write(folder, Capability.Forecast, Line([]), new SeriesPreprocessor());

    /// <summary>A small network with three quantiles, for channels a and b.</summary>
    public static string WriteNamedForecaster(string folder) => Write(folder, Capability.Forecast, Network(), Channels());

    /// <summary>A detector for channels a and b.</summary>
    public static string WriteDetector(string folder) => Write(folder, Capability.DetectAnomaly, Line([]), Channels() with
    {
        Anomaly = new AnomalyCalibration { Stride = 3, Smoothing = 5, Scales = [0.5, 0.7], Threshold = 2, FalseAlarmRate = 0.01 },
    });

    private static ModelConfig Line(double[] quantiles) => new(
        new SeriesEmbedder { Width = 1, Context = 4, PatchLength = 4, PatchStride = 4, Scaling = new NoScaling(), Positions = PositionTable.None },
        new NoBody(),
        new ForecastHead { Horizon = Horizon, Quantiles = quantiles, Linear = [new LinearPath("line", Context, false)] });

    private static ModelConfig Network() => new(
        new SeriesEmbedder { Width = 16, Context = Context, PatchLength = 4, PatchStride = 4, Scaling = new StandardScaling(1e-5), FutureTokens = 1 },
        new Backbone(
            [
                new Blocks(16, 1, [new Block(
                [
                    new Branch(new Attention { QueryHeads = 2, HeadWidth = 8, Scope = new FullScope() }, Before: new RmsNorm { Epsilon = 1e-6 }),
                    new Branch(new Dense { Inner = 24, Activation = ActivationKind.Gelu, Bias = true }, Before: new RmsNorm { Epsilon = 1e-6 }),
                ])]),
            ],
            new LayerNorm { Epsilon = 1e-5 }),
        new ForecastHead { Horizon = Horizon, Quantiles = [0.1, 0.5, 0.9], Output = new PatchOutput() });

    private static SeriesPreprocessor Channels() => new()
    {
        Channels = [new SeriesChannel("a", "kW", 5, 2), new SeriesChannel("b", null, 0, 1)],
        IntervalSeconds = 3600,
    };

    private static string Write(string folder, Capability capability, ModelConfig config, SeriesPreprocessor preprocessor)
    {
        var random = new Seeds(7).For("weights");
        var weights = config.Slots().ToDictionary(slot => slot.Name, slot => TensorData.Of(
            [.. Enumerable.Range(0, (int)slot.Count).Select(_ => (float)(slot.Shape.Count >= 2 ? random.NextGaussian() / Math.Sqrt(slot.Shape[^1]) : 1 + (0.1 * random.NextGaussian())))],
            [.. slot.Shape.Select(size => (long)size)]));
        ModelPackage.Write(folder, Family.Prediction, capability, config, weights, new Dictionary<string, string> { ["preprocessor.json"] = preprocessor.ToJson() }, ModelFamilies.Configs);
        return folder;
    }
}
