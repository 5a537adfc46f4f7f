using System.Text.Json;
using System.Text.RegularExpressions;
using Pangu.Core;

namespace Pangu.Formats;

/// <summary>Llama: causal grouped-query attention with rotary positions and gated feed-forward layers, RMS norms before each.</summary>
internal sealed partial class Llama : Architecture
{
    /// <inheritdoc/>
    public override string ModelType => "llama";

    /// <inheritdoc/>
    public override ForeignModel Read(ForeignConfig config)
    {
        var name = Choose(config, "LlamaForCausalLM");
        var width = config.Whole("hidden_size", 4096);
        var attentionBias = config.Flag("attention_bias", false);
        var attention = LlamaAttention.Read(config, width, attentionBias, attentionBias);
        var dense = new Dense
        {
            Inner = config.Whole("intermediate_size", 11_008),
            Activation = LlamaAttention.ReadActivation(config),
            Gated = true,
            Bias = config.Flag("mlp_bias", false),
        };
        LlamaAttention.SkipTrainingFields(config);
        var norm = new RmsNorm { Epsilon = config.Number("rms_norm_eps", 1e-6) };
        var model = new ModelConfig(
            new TokenEmbedder { Width = width, Vocabulary = config.Whole("vocab_size", 32_000) },
            new Backbone([new Blocks(width, config.Whole("num_hidden_layers", 32), [new Block([new Branch(attention, norm), new Branch(dense, norm)])])], norm),
            new NextTokenHead { Tied = config.Flag("tie_word_embeddings", false) });
        config.Finish(name);
        return new ForeignModel(name, Family.Language, Capability.Generate, model, new NameTable([.. Names(model)], RotaryBuffers()));
    }

    private static IEnumerable<NameRule> Names(ModelConfig model)
    {
        var blocks = ((Backbone)model.Body).Stages[0];
        var bias = ((Dense)blocks.Cycle[0].Branches[1].Part).Bias;
        return LlamaAttention.Names(model, (foreign, slot) =>
        [
            .. NameTable.Layer($"{foreign}.mlp.gate_proj", $"{slot}.gate", bias),
            .. NameTable.Layer($"{foreign}.mlp.up_proj", $"{slot}.up", bias),
            .. NameTable.Layer($"{foreign}.mlp.down_proj", $"{slot}.down", bias),
        ]);
    }

    /// <summary>Frequencies that some checkpoints store and that the config says already.</summary>
    [GeneratedRegex(@"rotary_emb\.inv_freq$")]
    internal static partial Regex RotaryBuffers();
}

/// <summary>What the architectures that descend from Llama share: attention, norms' places, embedding and head.</summary>
internal static class LlamaAttention
{
    public static Attention Read(ForeignConfig config, int width, bool queryKeyValueBias, bool outputBias)
    {
        var heads = config.Whole("num_attention_heads", 32);
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
            Positions = new Rotary { Base = ReadRotaryBase(config), Width = headWidth },
            QueryKeyValueBias = queryKeyValueBias,
            OutputBias = outputBias,
        };
    }

    public static ActivationKind ReadActivation(ForeignConfig config) => config.Choose("hidden_act", "silu", new Dictionary<string, ActivationKind>
    {
        ["silu"] = ActivationKind.Silu,
        ["swish"] = ActivationKind.Silu,
        ["gelu"] = ActivationKind.Gelu,
        ["gelu_pytorch_tanh"] = ActivationKind.GeluTanh,
        ["relu"] = ActivationKind.Relu,
    });

    /// <summary>How new weights are drawn, dropout, and how the original pre-training was split over machines; max_position_embeddings is the longest training sequence and limits nothing that is computed.</summary>
    public static void SkipTrainingFields(ForeignConfig config)
    {
        config.TrainingOnly("attention_dropout");
        config.WithoutEffect("initializer_range", "pretraining_tp", "max_position_embeddings");
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

    private static double ReadRotaryBase(ForeignConfig config)
    {
        if (config.Value("rope_scaling") is not null)
        {
            config.Refuse("rope_scaling", "null; stretched rotary positions are not implemented");
        }

        var rotaryBase = config.Number("rope_theta", 10_000);
        if (config.Value("rope_parameters") is not { } parameters)
        {
            return rotaryBase;
        }

        var plain = parameters.ValueKind == JsonValueKind.Object && parameters.EnumerateObject().All(property => property.Name switch
        {
            "rope_theta" => property.Value.ValueKind == JsonValueKind.Number,
            "rope_type" => property.Value.ValueKind == JsonValueKind.String && property.Value.ValueEquals("default"),
            _ => false,
        });
        if (!plain)
        {
            config.Refuse("rope_parameters", "rope_theta with rope_type \"default\"");
        }
        else if (parameters.TryGetProperty("rope_theta", out var theta))
        {
            rotaryBase = theta.GetDouble();
        }

        return rotaryBase;
    }
}
