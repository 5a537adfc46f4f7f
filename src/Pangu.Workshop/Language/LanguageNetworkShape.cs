using Pangu.Core;

namespace Pangu.Workshop.Language;

/// <summary>Turns the short form of a network in a recipe into the parts it stands for.</summary>
internal static class LanguageNetworkShape
{
    private const double NormEpsilon = 1e-5;

    /// <summary>The model config of a decoder: pre-norm blocks of causal attention and a feed-forward network.</summary>
    /// <param name="network">The short form.</param>
    /// <param name="vocabulary">Token ids.</param>
    /// <returns>The config.</returns>
    public static ModelConfig ToConfig(LanguageNetworkSettings network, int vocabulary)
    {
        var headWidth = network.Width / network.Heads;
        Norm norm = network.Norm == NormKind.Layer ? new LayerNorm { Epsilon = NormEpsilon, Bias = network.Bias } : new RmsNorm { Epsilon = NormEpsilon };
        var attention = new Attention
        {
            QueryHeads = network.Heads,
            KeyValueHeads = network.KeyValueHeads ?? network.Heads,
            HeadWidth = headWidth,
            Scope = new CausalScope { Window = network.Window },
            Positions = network.RotaryBase > 0 ? new Rotary { Base = network.RotaryBase, Width = headWidth } : new NoPositions(),
            QueryKeyNorm = network.QueryKeyNorm ? new RmsNorm { Epsilon = NormEpsilon } : null,
            QueryKeyValueBias = network.Bias,
            OutputBias = network.Bias,
        };
        var dense = new Dense { Inner = network.FeedForward, Activation = network.Activation, Gated = network.Gated, Bias = network.Bias };
        var convolution = network.Convolution > 0 ? new ShortConvolution(network.Convolution) : null;
        return new ModelConfig(
            new TokenEmbedder { Width = network.Width, Vocabulary = vocabulary, Positions = network.PositionTable ? network.Context : 0 },
            new Backbone([new Blocks(network.Width, network.Layers, [new Block([new Branch(attention, norm, Convolution: convolution), new Branch(dense, norm, Convolution: convolution)])])], norm),
            new NextTokenHead { Tied = network.Tied });
    }

    /// <summary>Learned numbers that a budget counts: all but tables of positions.</summary>
    /// <param name="config">A config.</param>
    /// <returns>The number.</returns>
    public static long CountedParameters(ModelConfig config) => config.Slots()
        .Where(slot => slot.Kind == SlotKind.Parameter && slot.Name != "embedder.positions")
        .Sum(slot => slot.Count);
}
