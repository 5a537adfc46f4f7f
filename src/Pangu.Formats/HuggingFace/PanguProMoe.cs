using Pangu.Core;

namespace Pangu.Formats;

/// <summary>Pangu Pro MoE: Llama's attention with biases everywhere, and in every layer a mixture of grouped experts (one of each group, scores times a learned scale) beside a shared expert.</summary>
internal sealed class PanguProMoe : Architecture
{
    /// <inheritdoc/>
    public override string ModelType => "PanguProMoE";

    /// <inheritdoc/>
    public override ForeignModel Read(ForeignConfig config)
    {
        var name = Choose(config, "PanguProMoEForCausalLM");
        var width = config.Whole("hidden_size", 5120);
        var attention = LlamaAttention.Read(config, width, queryKeyValueBias: true, outputBias: true);
        var experts = ReadExperts(config, LlamaAttention.ReadActivation(config));
        LlamaAttention.SkipTrainingFields(config);

        // The balance loss and its logits exist in training only.
        config.WithoutEffect("output_router_logits", "router_aux_loss_coef");
        var norm = new RmsNorm { Epsilon = config.Number("rms_norm_eps", 1e-5) };
        var model = new ModelConfig(
            new TokenEmbedder { Width = width, Vocabulary = config.Whole("vocab_size", 153_376) },
            new Backbone([new Blocks(width, config.Whole("num_hidden_layers", 48), [new Block([new Branch(attention, norm), new Branch(experts, norm)])])], norm),
            new NextTokenHead { Tied = config.Flag("tie_word_embeddings", false) });
        config.Finish(name);
        return new ForeignModel(name, Family.Language, Capability.Generate, model, new NameTable([.. Names(model, experts.Count)], Llama.RotaryBuffers()));
    }

    private static Experts ReadExperts(ForeignConfig config, ActivationKind activation)
    {
        var count = config.Whole("num_experts", 64);
        var groups = config.Whole("num_experts_per_tok", 8);
        if (count % groups != 0)
        {
            config.Refuse("num_experts_per_tok", $"a divisor of num_experts, {count}: one expert of each equal group");
            groups = 1;
        }

        return new Experts
        {
            Router = new GroupRouter(groups, 1, LearnedScale: true),
            Count = count,
            Expert = new Dense { Inner = config.Whole("moe_intermediate_size", 1344), Activation = activation, Gated = true },
            Shared = new Dense { Inner = config.Whole("shared_expert_intermediate_size", 5376), Activation = activation, Gated = true },
        };
    }

    private static IEnumerable<NameRule> Names(ModelConfig model, int count) => LlamaAttention.Names(model, (foreign, slot) =>
    [
        new($"{foreign}.mlp.gate.weight", $"{slot}.router.weight"),
        new($"{foreign}.mlp.router_scale", $"{slot}.router.scale", [1, count]),
        .. Enumerable.Range(0, count).SelectMany(expert => Gated($"{foreign}.mlp.experts.{expert}", $"{slot}.experts.{expert}")),
        .. Gated($"{foreign}.mlp.shared_expert", $"{slot}.shared"),
    ]);

    private static IEnumerable<NameRule> Gated(string foreign, string slot) =>
    [
        new($"{foreign}.gate_proj.weight", $"{slot}.gate.weight"),
        new($"{foreign}.up_proj.weight", $"{slot}.up.weight"),
        new($"{foreign}.down_proj.weight", $"{slot}.down.weight"),
    ];
}
