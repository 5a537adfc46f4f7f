using Pangu.Core;
using Pangu.Inference.Tests.Prediction;
using Pangu.Modalities.Text;

namespace Pangu.Inference.Tests.Language;

/// <summary>Small language models with seeded weights.</summary>
internal static class LanguageModels
{
    internal const int Vocabulary = 37;

    private static readonly RmsNorm Norm = new() { Epsilon = 1e-5 };

    internal static Branch Branch(Part part, IReadOnlyList<Shortcut>? shortcuts = null, Norm? after = null, double scale = 1, int convolution = 0) =>
        new(part, Before: Norm, After: after, Scale: scale, Shortcuts: shortcuts, Convolution: convolution > 0 ? new ShortConvolution(convolution) : null);

    internal static Attention Attention(int? window = null, int keyValueHeads = 2, QuerySource? queries = null) => new()
    {
        QueryHeads = 4,
        KeyValueHeads = keyValueHeads,
        HeadWidth = 8,
        Positions = new Rotary { Width = 8 },
        QueryKeyNorm = new RmsNorm { Epsilon = 1e-6 },
        QueryKeyValueBias = true,
        QueryFrom = queries ?? new OwnTokens(),
        Scope = new CausalScope { Window = window },
    };

    internal static Dense Dense(ActivationSeries? series = null, bool gated = true) => new() { Inner = 48, Activation = ActivationKind.Silu, Gated = gated, Series = series };

    internal static Experts Experts(Router router) => new() { Router = router, Count = 6, Expert = Dense() with { Inner = 24 }, Shared = Dense() with { Inner = 16 } };

    internal static ModelConfig Model(IReadOnlyList<Block> cycle, int positions = 0, bool tied = false, int blocks = 2, Norm? stageFinal = null) => new(
        new TokenEmbedder { Width = 32, Vocabulary = Vocabulary, Positions = positions },
        new Backbone([new Blocks(32, blocks, cycle, stageFinal)], new LayerNorm { Epsilon = 1e-5 }),
        new NextTokenHead { Tied = tied });

    /// <summary>Models that between them hold every part.</summary>
    internal static IReadOnlyDictionary<string, ModelConfig> All { get; } = new Dictionary<string, ModelConfig>
    {
        ["plain"] = Model([new Block([Branch(Attention()), Branch(Dense())])], tied: true),
        ["positions"] = Model([new Block([Branch(Attention() with { Positions = new NoPositions() }), Branch(Dense(gated: false))])], positions: 90),
        ["window"] = Model([new Block([Branch(Attention(window: 6)), Branch(Dense())]), new Block([Branch(Attention(keyValueHeads: 1)), Branch(Dense())])], blocks: 3),
        ["parallel"] = Model([new Block([Branch(Attention()), Branch(Dense())], Parallel: true)]),
        ["pi"] = Model([new Block([Branch(Attention(), [new Shortcut(4, ActivationKind.Gelu), new Shortcut(2, ActivationKind.Silu)]), Branch(Dense(new ActivationSeries(3)))])]),
        ["sandwich"] = Model([new Block([Branch(Attention(), [new Shortcut(4, ActivationKind.Gelu)], after: Norm, scale: 0.5), Branch(Dense(), after: Norm)])]),
        ["top"] = Model([new Block([Branch(Attention()), Branch(Experts(new TopRouter(2, true)))])]),
        ["groups"] = Model([new Block([Branch(Attention()), Branch(Experts(new GroupRouter(3, 1, LearnedScale: true)))])]),
        ["query-layer"] = Model([new Block([Branch(Attention()), Branch(Dense())]), new Block([Branch(Attention(queries: new PositionQueries(90))), Branch(Dense())])], stageFinal: Norm),
        ["convolutions"] = Model([new Block([Branch(Attention(), convolution: 4), Branch(Dense() with { Activation = ActivationKind.ReluSquared, Gated = false }, convolution: 3), Branch(Dense(), [new Shortcut(4, ActivationKind.Gelu)], convolution: 4)])]),
        ["bare-convolutions"] = Model([new Block([Branch(Attention(), convolution: 4) with { Before = null }, Branch(Experts(new TopRouter(2, true)), after: Norm, convolution: 2)], Parallel: true)]),
        ["yarn"] = Model([new Block([Branch(Attention() with { Positions = new Rotary { Width = 8, Pairing = RotaryPairing.Interleaved, Scaling = new YarnRopeScaling { Factor = 4, OriginalPositions = 16 } } }), Branch(Dense())])]),
    };

    internal static TextGenerator Create(ModelConfig model, ITextTokenizer? tokenizer = null, ulong seed = 3) => TextGenerator.Create(model, Models.Weights(model, seed), tokenizer);

    internal static int[] Ids(int count, ulong seed = 5)
    {
        var random = new RandomStream(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextInt(Vocabulary))];
    }

    /// <summary>As many characters as the models have tokens.</summary>
    internal static CharacterTokenizer Tokenizer { get; } = new("\n abcdefghijklmnopqrstuvwxyz0123456789"[..Vocabulary]);
}
