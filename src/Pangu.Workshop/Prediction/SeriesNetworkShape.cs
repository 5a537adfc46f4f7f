using Pangu.Core;

namespace Pangu.Workshop.Prediction;

/// <summary>Turns the short form of a network in a recipe into the parts it stands for.</summary>
internal static class SeriesNetworkShape
{
    private const double NormEpsilon = 1e-5;
    private const double ScaleEpsilon = 1e-5;

    /// <summary>The model config of a patch Transformer: pre-norm blocks of full attention and a feed-forward network, future tokens, quantiles a patch.</summary>
    /// <param name="network">The short form.</param>
    /// <returns>The config.</returns>
    public static ModelConfig ToConfig(NetworkSettings network)
    {
        return new ModelConfig(
            new SeriesEmbedder
            {
                Width = network.Width,
                Context = network.Context,
                PatchLength = network.Patch,
                PatchStride = network.Patch,
                Scaling = new StandardScaling(ScaleEpsilon),
                ObservedFlags = true,
                Inner = network.ResidualInner,
                FutureTokens = network.Horizon / network.Patch,
            },
            network.Members.Count == 0 ? ToBackbone(network) : new Ensemble([.. network.Members.Select(member => ToBackbone(member.Of(network)))]),
            new ForecastHead
            {
                Horizon = network.Horizon,
                Quantiles = network.Quantiles,
                Output = new PatchOutput { Inner = network.ResidualInner },
                Antisymmetric = network.Antisymmetric,
            });
    }

    private static Backbone ToBackbone(NetworkSettings network)
    {
        var attention = new Attention
        {
            QueryHeads = network.Heads,
            HeadWidth = network.Width / network.Heads,
            Scope = new FullScope(),
            Positions = network.RotaryBase > 0 ? new Rotary { Base = network.RotaryBase, Width = network.Width / network.Heads } : new NoPositions(),
            QueryKeyNorm = network.QueryKeyNorm ? new RmsNorm { Epsilon = NormEpsilon } : null,
        };
        var dense = new Dense { Inner = network.FeedForward, Activation = network.Activation, Bias = true };
        var norm = new LayerNorm { Epsilon = NormEpsilon, Bias = false };
        return new Backbone([new Blocks(network.Width, network.Layers, [new Block([new Branch(attention, norm), new Branch(dense, norm)])])], norm);
    }
}
