using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Pangu.Core;

namespace Pangu.Formats;

/// <summary>GPT-2: learned positions, layer norms with bias before plain feed-forward layers, query, key and value in one matrix stored [in, out].</summary>
internal sealed partial class Gpt2 : Architecture
{
    private const string ClassName = "GPT2LMHeadModel";

    /// <inheritdoc/>
    public override string ModelType => "gpt2";

    /// <inheritdoc/>
    public override ForeignModel Read(ForeignConfig config)
    {
        var name = Choose(config, ClassName);

        // transformers also takes the names that other architectures give these sizes.
        var width = config.Whole("n_embd", config.Whole("hidden_size", 768));
        var layers = config.Whole("n_layer", config.Whole("num_hidden_layers", 12));
        var positions = config.Whole("n_positions", config.Whole("max_position_embeddings", 1024));
        var dense = new Dense
        {
            Inner = config.Whole("n_inner", 4 * width),
            Activation = ForeignActivations.Read(config, "activation_function", "gelu_new"),
            Bias = true,
        };
        var norm = new LayerNorm { Epsilon = config.Number("layer_norm_epsilon", 1e-5) };
        Block Block(Attention attention) => new([new Branch(attention, norm), new Branch(dense, norm)]);
        var model = new ModelConfig(
            new TokenEmbedder { Width = width, Vocabulary = config.Whole("vocab_size", 50_257), Positions = positions },
            new Backbone([new Blocks(width, layers, [.. ReadAttention(config, width, layers).Select(Block)])], norm),
            new NextTokenHead { Tied = config.Flag("tie_word_embeddings", true) });
        SkipFields(config);
        config.Finish(name);
        var table = new NameTable([.. Names(layers, model)], Masks()) { Copies = LlamaParts.TiedHead(model, "lm_head.weight", "transformer.wte.weight") };
        return new ForeignModel(name, Family.Language, Capability.Generate, model, table) { TrainedTokens = positions };
    }

    /// <inheritdoc/>
    public override JsonObject? Fields(ModelConfig model) => model is not
    {
        Embedder: TokenEmbedder { Positions: > 0 } embedder,
        Body: Backbone { Stages: [{ Cycle: [{ Branches: [{ Part: Attention attention, Before: LayerNorm norm }, { Part: Dense dense }] }, ..] cycle } blocks] },
        Head: NextTokenHead head,
    }
        ? null
        : new JsonObject
        {
            ["activation_function"] = ForeignActivations.Name(dense.Activation),
            ["architectures"] = new JsonArray(ClassName),
            ["dtype"] = "float32",
            ["layer_norm_epsilon"] = norm.Epsilon,
            ["model_type"] = ModelType,
            ["n_embd"] = embedder.Width,
            ["n_head"] = attention.QueryHeads,
            ["n_inner"] = dense.Inner,
            ["n_layer"] = blocks.Count,
            ["n_positions"] = embedder.Positions,
            ["scale_attn_by_inverse_layer_idx"] = cycle.Count > 1,
            ["scale_attn_weights"] = attention.Scale is null,
            ["tie_word_embeddings"] = head.Tied,
            ["vocab_size"] = embedder.Vocabulary,
        };

    /// <summary>One kind of attention, or one a layer where the scores are also divided by the number of the layer.</summary>
    private static IEnumerable<Attention> ReadAttention(ForeignConfig config, int width, int layers)
    {
        var heads = config.Whole("n_head", config.Whole("num_attention_heads", 12));
        if (width % heads != 0)
        {
            config.Refuse("n_head", $"a divisor of n_embd, {width}");
            heads = 1;
        }

        var attention = new Attention { QueryHeads = heads, HeadWidth = width / heads, Scope = new CausalScope(), QueryKeyValueBias = true, OutputBias = true };
        double? scale = config.Flag("scale_attn_weights", true) ? null : 1;
        return config.Flag("scale_attn_by_inverse_layer_idx", false)
            ? Enumerable.Range(1, layers).Select(layer => attention with { Scale = layer == 1 ? scale : (scale ?? (1 / Math.Sqrt(attention.HeadWidth))) / layer })
            : [attention with { Scale = scale }];
    }

    /// <summary>Dropouts; how weights are drawn; heads of other classes; the old name of n_positions; and an order of arithmetic that matters in half precision only.</summary>
    private static void SkipFields(ForeignConfig config)
    {
        config.TrainingOnly("resid_pdrop", "embd_pdrop", "attn_pdrop");
        config.WithoutEffect(
            "initializer_range", "n_ctx", "reorder_and_upcast_attn",
            "summary_activation", "summary_first_dropout", "summary_proj_to_labels", "summary_type", "summary_use_proj", "hidden_size", "num_hidden_layers", "num_attention_heads", "max_position_embeddings");
        if (config.Flag("add_cross_attention", false))
        {
            config.Refuse("add_cross_attention", "false");
        }
    }

    private static IEnumerable<NameRule> Names(int layers, ModelConfig model)
    {
        yield return Named("transformer.wte.weight", "embedder.tokens");
        yield return Named("transformer.wpe.weight", "embedder.positions");
        for (var layer = 0; layer < layers; layer++)
        {
            var (foreign, slot) = ($"transformer.h.{layer}", $"stages.0.blocks.{layer}.branches");
            IEnumerable<NameRule> rules =
            [
                .. Both($"{foreign}.ln_1", $"{slot}.0.before"),
                .. Both($"{foreign}.attn.c_attn", $"{slot}.0.query", $"{slot}.0.key", $"{slot}.0.value"),
                .. Both($"{foreign}.attn.c_proj", $"{slot}.0.output"),
                .. Both($"{foreign}.ln_2", $"{slot}.1.before"),
                .. Both($"{foreign}.mlp.c_fc", $"{slot}.1.up"),
                .. Both($"{foreign}.mlp.c_proj", $"{slot}.1.down"),
            ];
            foreach (var rule in rules)
            {
                yield return rule;
            }
        }

        foreach (var rule in Both("transformer.ln_f", "final"))
        {
            yield return rule;
        }

        if (model.Head is NextTokenHead { Tied: false })
        {
            yield return new NameRule("lm_head.weight", "head.projection.weight");
        }
    }

    private static IEnumerable<NameRule> Both(string foreign, params IReadOnlyList<string> slots) =>
    [
        Named($"{foreign}.weight", [.. slots.Select(slot => $"{slot}.weight")]) with { Transposed = foreign.Contains(".c_", StringComparison.Ordinal) },
        Named($"{foreign}.bias", [.. slots.Select(slot => $"{slot}.bias")]),
    ];

    /// <summary>The first published files leave out the leading word.</summary>
    private static NameRule Named(string foreign, params IReadOnlyList<string> slots) => new(foreign, slots) { OtherNames = [foreign["transformer.".Length..]] };

    /// <summary>The causal mask and its filler, stored as tensors.</summary>
    [GeneratedRegex(@"^(transformer\.)?h\.\d+\.attn\.(bias|masked_bias)$")]
    private static partial Regex Masks();
}
