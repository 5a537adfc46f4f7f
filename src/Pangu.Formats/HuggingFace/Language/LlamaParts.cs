using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Pangu.Core;

namespace Pangu.Formats;

/// <summary>What holds for fields that a config leaves out. <c>head_dim</c> is then width / heads, <c>num_key_value_heads</c> the number of heads.</summary>
internal sealed record LlamaDefaults
{
    public int Width { get; init; } = 4096;

    public int Inner { get; init; } = 11_008;

    public int Layers { get; init; } = 32;

    public int Heads { get; init; } = 32;

    public int Vocabulary { get; init; } = 32_000;

    public int Positions { get; init; } = 2048;

    public double NormEpsilon { get; init; } = 1e-6;

    public double RotaryBase { get; init; } = 10_000;
}

/// <summary>What the architectures that descend from Llama share: embedding, rotary attention, norms' places, head, and their names.</summary>
internal static partial class LlamaParts
{
    public static Attention ReadAttention(ForeignConfig config, LlamaDefaults defaults, bool queryKeyValueBias, bool outputBias)
    {
        var width = config.Whole("hidden_size", defaults.Width);
        var heads = config.Whole("num_attention_heads", defaults.Heads);
        if (width % heads != 0 && config.Value("head_dim") is null)
        {
            config.Refuse("num_attention_heads", $"a divisor of hidden_size, {width}");
            heads = 1;
        }

        var headWidth = config.Whole("head_dim", width / heads);
        return new Attention
        {
            QueryHeads = heads,
            KeyValueHeads = config.Whole("num_key_value_heads", heads),
            HeadWidth = headWidth,
            Scope = new CausalScope(),
            Positions = RotaryFields.Read(config, headWidth, defaults),
            QueryKeyValueBias = queryKeyValueBias,
            OutputBias = outputBias,
        };
    }

    public static Dense ReadDense(ForeignConfig config, LlamaDefaults defaults, bool bias = false) => new()
    {
        Inner = config.Whole("intermediate_size", defaults.Inner),
        Activation = ForeignActivations.Read(config, "hidden_act", "silu"),
        Gated = true,
        Bias = bias,
    };

    public static RmsNorm ReadNorm(ForeignConfig config, LlamaDefaults defaults) => new() { Epsilon = config.Number("rms_norm_eps", defaults.NormEpsilon) };

    /// <summary>Embedding, blocks and head around attention and feed-forward parts.</summary>
    /// <param name="config">The fields.</param>
    /// <param name="defaults">What holds for absent ones.</param>
    /// <param name="attention">Attention without its window.</param>
    /// <param name="feedForward">The part behind it.</param>
    /// <param name="windows">The window of each layer; null for none anywhere.</param>
    public static ModelConfig Assemble(ForeignConfig config, LlamaDefaults defaults, Branch attention, Branch feedForward, IReadOnlyList<int?>? windows = null)
    {
        var width = config.Whole("hidden_size", defaults.Width);
        var layers = config.Whole("num_hidden_layers", defaults.Layers);
        Block Block(int? window) => new([attention with { Part = (Attention)attention.Part with { Scope = new CausalScope { Window = window } } }, feedForward]);
        Block[] cycle = windows is null ? [Block(null)] : [.. windows.Take(Period(windows)).Select(Block)];

        // How new weights are drawn, and how the original pre-training was split over machines. The longest sequence limits nothing that is computed.
        config.TrainingOnly("attention_dropout");
        config.WithoutEffect("initializer_range", "pretraining_tp", "max_position_embeddings");
        return new ModelConfig(
            new TokenEmbedder { Width = width, Vocabulary = config.Whole("vocab_size", defaults.Vocabulary) },
            new Backbone([new Blocks(width, layers, cycle)], ReadNorm(config, defaults)),
            new NextTokenHead { Tied = config.Flag("tie_word_embeddings", false) });
    }

    public static ForeignModel Finish(ForeignConfig config, string name, ModelConfig model, LlamaDefaults defaults, IEnumerable<NameRule> names)
    {
        var trained = config.Whole("max_position_embeddings", defaults.Positions);
        config.Finish(name);
        return new ForeignModel(name, Family.Language, Capability.Generate, model, new NameTable([.. names], Buffers()) { Copies = TiedHead(model, "lm_head.weight", "model.embed_tokens.weight") }) { TrainedTokens = trained };
    }

    public static IEnumerable<NameRule> Names(ModelConfig model, Func<string, string, IEnumerable<NameRule>> feedForward)
    {
        var blocks = ((Backbone)model.Body).Stages[0];
        var attention = (Attention)blocks.Cycle[0].Branches[0].Part;
        yield return new NameRule("model.embed_tokens.weight", "embedder.tokens");
        for (var layer = 0; layer < blocks.Count; layer++)
        {
            var (foreign, slot) = ($"model.layers.{layer}", $"stages.0.blocks.{layer}.branches");
            NameRule[] rules =
            [
                new($"{foreign}.input_layernorm.weight", $"{slot}.0.before.weight"),
                .. NameTable.Layer($"{foreign}.self_attn.q_proj", $"{slot}.0.query", attention.QueryKeyValueBias),
                .. NameTable.Layer($"{foreign}.self_attn.k_proj", $"{slot}.0.key", attention.QueryKeyValueBias),
                .. NameTable.Layer($"{foreign}.self_attn.v_proj", $"{slot}.0.value", attention.QueryKeyValueBias),
                .. NameTable.Layer($"{foreign}.self_attn.o_proj", $"{slot}.0.output", attention.OutputBias),
                .. attention.QueryKeyNorm is null ? Array.Empty<NameRule>() : [new($"{foreign}.self_attn.q_norm.weight", $"{slot}.0.queryNorm.weight"), new($"{foreign}.self_attn.k_norm.weight", $"{slot}.0.keyNorm.weight")],
                new($"{foreign}.post_attention_layernorm.weight", $"{slot}.1.before.weight"),
                .. feedForward(foreign, $"{slot}.1"),
            ];
            foreach (var rule in rules)
            {
                yield return rule;
            }
        }

        yield return new NameRule("model.norm.weight", "final.weight");
        if (model.Head is NextTokenHead { Tied: false })
        {
            yield return new NameRule("lm_head.weight", "head.projection.weight");
        }
    }

    public static IEnumerable<NameRule> GatedNames(string foreign, string slot, bool bias = false) =>
    [
        .. NameTable.Layer($"{foreign}.gate_proj", $"{slot}.gate", bias),
        .. NameTable.Layer($"{foreign}.up_proj", $"{slot}.up", bias),
        .. NameTable.Layer($"{foreign}.down_proj", $"{slot}.down", bias),
    ];

    /// <summary>Some files repeat a tied table as a head.</summary>
    public static IReadOnlyDictionary<string, string> TiedHead(ModelConfig model, string head, string table) => model.Head is NextTokenHead { Tied: true }
        ? new Dictionary<string, string> { [head] = table }
        : new Dictionary<string, string>();

    /// <summary>After how many layers the windows repeat.</summary>
    private static int Period(IReadOnlyList<int?> windows) =>
        Enumerable.Range(1, windows.Count).First(period => windows.Count % period == 0 && Enumerable.Range(0, windows.Count).All(layer => windows[layer] == windows[layer % period]));

    /// <summary>The fields that all of them share; null where a model has not the shape.</summary>
    public static JsonObject? Fields(ModelConfig model, string modelType, string className)
    {
        if (model is not
            {
                Embedder: TokenEmbedder { Positions: 0 } embedder,
                Body: Backbone { Stages: [{ Cycle: [{ Branches: [{ Part: Attention { Positions: Rotary rotary } attention, Before: RmsNorm norm }, ..] }, ..] } blocks] },
                Head: NextTokenHead head,
            })
        {
            return null;
        }

        var fields = new JsonObject
        {
            ["architectures"] = new JsonArray(className),
            ["dtype"] = "float32",
            ["head_dim"] = attention.HeadWidth,
            ["hidden_size"] = embedder.Width,
            ["model_type"] = modelType,
            ["num_attention_heads"] = attention.QueryHeads,
            ["num_hidden_layers"] = blocks.Count,
            ["num_key_value_heads"] = attention.KeyValueHeads,
            ["rms_norm_eps"] = norm.Epsilon,
            ["rope_theta"] = rotary.Base,
            ["tie_word_embeddings"] = head.Tied,
            ["vocab_size"] = embedder.Vocabulary,
        };
        if (rotary.Width != attention.HeadWidth)
        {
            fields["partial_rotary_factor"] = (double)rotary.Width / attention.HeadWidth;
        }

        if (rotary.Scaling is { } scaling)
        {
            fields["rope_scaling"] = Scaling(scaling);
        }

        return fields;
    }

    private static JsonObject Scaling(RopeScaling scaling)
    {
        var fields = new JsonObject { ["factor"] = scaling.Factor };
        switch (scaling)
        {
            case Llama3RopeScaling llama3:
                fields["rope_type"] = "llama3";
                fields["original_max_position_embeddings"] = llama3.OriginalPositions;
                fields["low_freq_factor"] = llama3.LowFrequencyFactor;
                fields["high_freq_factor"] = llama3.HighFrequencyFactor;
                break;
            case YarnRopeScaling yarn:
                fields["rope_type"] = "yarn";
                fields["original_max_position_embeddings"] = yarn.OriginalPositions;
                fields["beta_fast"] = yarn.BetaFast;
                fields["beta_slow"] = yarn.BetaSlow;
                fields["truncate"] = yarn.Truncate;
                if (yarn.AttentionFactor is { } factor)
                {
                    fields["attention_factor"] = factor;
                }

                break;
            default:
                fields["rope_type"] = "linear";
                break;
        }

        return fields;
    }

    /// <summary>Frequencies that some checkpoints store and that the config says already.</summary>
    [GeneratedRegex(@"\.rotary_emb\.inv_freq$")]
    private static partial Regex Buffers();
}
