using Pangu.Core;

namespace Pangu.Training.Tests;

/// <summary>Series models small enough for tests: width 16, two layers.</summary>
internal static class TinySeriesModels
{
    public const int Context = 64;
    public const int Horizon = 16;
    private const int Width = 16;

    public static ModelConfig Forecaster() => new(
        Embedder(futureTokens: 2),
        Body(),
        new ForecastHead { Horizon = Horizon, Quantiles = [0.1, 0.5, 0.9], Output = new PatchOutput() });

    public static ModelConfig Reconstructor() => new(Embedder(futureTokens: 0), Body(), new ReconstructionHead());

    private static SeriesEmbedder Embedder(int futureTokens) => new()
    {
        Width = Width,
        Context = Context,
        PatchLength = 8,
        PatchStride = 8,
        Scaling = new StandardScaling(1e-5),
        ObservedFlags = true,
        FutureTokens = futureTokens,
    };

    private static Backbone Body()
    {
        var norm = new RmsNorm { Epsilon = 1e-6 };
        Block block = new(
        [
            new Branch(new Attention { QueryHeads = 2, HeadWidth = 8, Scope = new FullScope() }, Before: norm),
            new Branch(new Dense { Inner = 32, Activation = ActivationKind.Silu, Gated = true }, Before: norm),
        ]);
        return new Backbone([new Blocks(Width, 2, [block])], norm);
    }
}
