using Pangu.Core;

namespace Pangu.Formats.Tests;

/// <summary>Small models with seeded weights.</summary>
internal static class TinyModels
{
    public static ModelConfigJson Families { get; } = new(SeriesConfigTypes.Create(), LanguageConfigTypes.Create());

    public static ModelConfig Forecaster() => new(
        new SeriesEmbedder { Width = 32, Context = 64, PatchLength = 8, PatchStride = 8, Scaling = new StandardScaling(1e-5) },
        new Backbone(
            [
                new Blocks(32, 2, [new Block(
                [
                    new Branch(new Attention { QueryHeads = 4, HeadWidth = 8, Scope = new FullScope() }, Before: new LayerNorm { Epsilon = 1e-5 }),
                    new Branch(new Dense { Inner = 64, Activation = ActivationKind.Gelu, Bias = true }, Before: new BatchNorm { Epsilon = 1e-5 }),
                ])]),
            ],
            new LayerNorm { Epsilon = 1e-5 }),
        new ForecastHead { Horizon = 12, Output = new FlattenOutput { Pooling = Pooling.None } });

    public static Dictionary<string, TensorData> Weights(ModelConfig config)
    {
        var random = new Seeds(7).For("weights");
        return config.Slots().ToDictionary(
            slot => slot.Name,
            slot => TensorData.Of([.. Enumerable.Range(0, (int)slot.Count).Select(_ => (float)random.NextGaussian())], [.. slot.Shape.Select(size => (long)size)]));
    }
}
