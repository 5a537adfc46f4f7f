using System.Text.Json.Serialization;
using Pangu.Core;

namespace Pangu.Workshop.Language;

/// <summary>Shape of a decoder-only Transformer.</summary>
public sealed record LanguageNetworkSettings
{
    /// <summary>Tokens that it is trained to look at. Default 64.</summary>
    public int Context { get; init; } = 64;

    /// <summary>Tokens back, its own among them, that a token looks at; none for all of the context. Default none.</summary>
    public int? Window { get; init; }

    /// <summary>Width of a token. Default 128.</summary>
    public int Width { get; init; } = 128;

    /// <summary>Blocks. Default 4.</summary>
    public int Layers { get; init; } = 4;

    /// <summary>Attention heads; divides the width. Default 4.</summary>
    public int Heads { get; init; } = 4;

    /// <summary>Key and value heads; divides the heads. Default as many as heads.</summary>
    public int? KeyValueHeads { get; init; }

    /// <summary>Inner width of the feed-forward network. Default 512.</summary>
    public int FeedForward { get; init; } = 512;

    /// <summary>Non-linearity. Default gelu.</summary>
    public ActivationKind Activation { get; init; } = ActivationKind.Gelu;

    /// <summary>Whether a gate multiplies in the feed-forward network. Default false.</summary>
    public bool Gated { get; init; }

    /// <summary>How activations are normalised. Default rms.</summary>
    public NormKind Norm { get; init; }

    /// <summary>Whether linear layers and layer norms have a bias. Default false.</summary>
    public bool Bias { get; init; }

    /// <summary>Base of the rotary positions of queries and keys; 0 for none. Default 10000.</summary>
    public double RotaryBase { get; init; } = 10_000;

    /// <summary>Whether a learned table of positions is added to the tokens: the model then takes no more than <see cref="Context"/> tokens. Default false.</summary>
    public bool PositionTable { get; init; }

    /// <summary>Whether queries and keys are normalised. Default false.</summary>
    public bool QueryKeyNorm { get; init; }

    /// <summary>Tokens that the short convolution before each part of a block sees, its own among them (see <see cref="ShortConvolution"/>); 0 for none. Default 0.</summary>
    public int Convolution { get; init; }

    /// <summary>Whether the projection to logits is the table of tokens. Default true.</summary>
    public bool Tied { get; init; } = true;
}

/// <summary>How activations are normalised.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<NormKind>))]
public enum NormKind
{
    /// <summary>By the root of the mean square.</summary>
    [JsonStringEnumMemberName("rms")] Rms,

    /// <summary>By mean and deviation.</summary>
    [JsonStringEnumMemberName("layer")] Layer,
}
