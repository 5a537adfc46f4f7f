using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Pangu.Core;

namespace Pangu.Formats;

/// <summary>
/// Pangu-alpha (arXiv 2104.12369) as its PyTorch ports have it: learned positions, plain GPT layers, the final layer norm, then the query layer, whose queries come from a table of positions of
/// its own and are not normed. No norm behind it.
/// </summary>
internal sealed partial class PanguAlpha : Architecture
{
    private const string ClassName = "GPTPanguForCausalLM";

    /// <inheritdoc/>
    public override string ModelType => "gpt_pangu";

    /// <inheritdoc/>
    public override ForeignModel Read(ForeignConfig config)
    {
        var name = Choose(config, ClassName);
        var width = config.Whole("hidden_size", 2560);
        var heads = config.Whole("num_heads", 32);
        if (width % heads != 0)
        {
            config.Refuse("num_heads", $"a divisor of hidden_size, {width}");
            heads = 1;
        }

        // One of them is the query layer.
        var layers = config.Whole("num_layers", 32, minimum: 2);
        var positions = config.Whole("max_position_embeddings", 1024);
        var norm = new LayerNorm { Epsilon = config.Number("layer_norm_epsilon", 1e-5) };
        var attention = new Attention
        {
            QueryHeads = heads,
            HeadWidth = width / heads,
            Scope = new CausalScope(),
            QueryKeyValueBias = true,
            OutputBias = true,
            Scale = config.Flag("scale_attn_weights", true) ? null : 1,
        };
        var dense = new Dense
        {
            Inner = config.Whole("intermediate_size", 4 * width),
            Activation = ForeignActivations.Read(config, "activation_function", "gelu"),
            Bias = true,
        };
        var plain = new Block([new Branch(attention, norm), new Branch(dense, norm)]);
        var query = new Block([new Branch(attention with { QueryFrom = new PositionQueries(positions) }, norm), new Branch(dense, norm)]);
        var model = new ModelConfig(
            new TokenEmbedder { Width = width, Vocabulary = config.Whole("vocab_size", 40_000), Positions = positions },
            new Backbone([new Blocks(width, layers - 1, [plain], norm), new Blocks(width, 1, [query])], null),
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
        Body: Backbone { Stages: [{ Cycle: [{ Branches: [{ Part: Attention attention, Before: LayerNorm norm }, { Part: Dense dense }] }] } plain, { Count: 1 }] },
        Head: NextTokenHead head,
    }
        ? null
        : new JsonObject
        {
            ["activation_function"] = ForeignActivations.Name(dense.Activation),
            ["architectures"] = new JsonArray(ClassName),
            ["dtype"] = "float32",
            ["hidden_size"] = embedder.Width,
            ["intermediate_size"] = dense.Inner,
            ["layer_norm_epsilon"] = norm.Epsilon,
            ["max_position_embeddings"] = embedder.Positions,
            ["model_type"] = ModelType,
            ["num_heads"] = attention.QueryHeads,
            ["num_layers"] = plain.Count + 1,
            ["scale_attn_weights"] = attention.Scale is null,
            ["tie_word_embeddings"] = head.Tied,
            ["vocab_size"] = embedder.Vocabulary,
        };

    /// <summary>Dropouts, how weights are drawn, and heads of other classes.</summary>
    private static void SkipFields(ForeignConfig config)
    {
        config.TrainingOnly("resid_pdrop", "embd_pdrop", "attn_pdrop");
        config.WithoutEffect("initializer_range", "summary_activation", "summary_first_dropout", "summary_proj_to_labels", "summary_type", "summary_use_proj");
    }

    private static IEnumerable<NameRule> Names(int layers, ModelConfig model)
    {
        yield return new NameRule("transformer.wte.weight", "embedder.tokens");
        yield return new NameRule("transformer.wpe.weight", "embedder.positions");
        yield return new NameRule("transformer.wqe.weight", "stages.1.blocks.0.branches.0.queryPositions");
        for (var layer = 0; layer < layers; layer++)
        {
            var (foreign, slot) = ($"transformer.h.{layer}", layer < layers - 1 ? $"stages.0.blocks.{layer}.branches" : "stages.1.blocks.0.branches");
            IEnumerable<NameRule> rules =
            [
                .. NameTable.WithBias($"{foreign}.ln_1", $"{slot}.0.before"),
                .. NameTable.WithBias($"{foreign}.attn.q_proj", $"{slot}.0.query"),
                .. NameTable.WithBias($"{foreign}.attn.k_proj", $"{slot}.0.key"),
                .. NameTable.WithBias($"{foreign}.attn.v_proj", $"{slot}.0.value"),
                .. NameTable.WithBias($"{foreign}.attn.c_proj", $"{slot}.0.output").Select(rule => rule with { OtherNames = [rule.Foreign.Replace(".c_proj.", ".out_proj.", StringComparison.Ordinal)] }),
                .. NameTable.WithBias($"{foreign}.ln_2", $"{slot}.1.before"),
                .. NameTable.WithBias($"{foreign}.mlp.c_fc", $"{slot}.1.up"),
                .. NameTable.WithBias($"{foreign}.mlp.c_proj", $"{slot}.1.down"),
            ];
            foreach (var rule in rules)
            {
                yield return rule;
            }
        }

        foreach (var rule in NameTable.WithBias("transformer.ln_f", "stages.0.final"))
        {
            yield return rule;
        }

        if (model.Head is NextTokenHead { Tied: false })
        {
            yield return new NameRule("lm_head.weight", "head.projection.weight");
        }
    }

    /// <summary>The causal mask and its filler, stored as tensors.</summary>
    [GeneratedRegex(@"^transformer\.h\.\d+\.attn\.(bias|masked_bias)$")]
    private static partial Regex Masks();
}
