using System.Text.Json.Nodes;
using Pangu.Core;

namespace Pangu.Formats;

/// <summary>Pangu Pro MoE: Llama's attention with biases everywhere, and in every layer a mixture of grouped experts (one of each group, scores times a learned scale) beside a shared expert.</summary>
internal sealed class PanguProMoe : Architecture
{
    private const string ClassName = "PanguProMoEForCausalLM";

    private static readonly LlamaDefaults Defaults = new() { Width = 5120, Layers = 48, Heads = 40, Vocabulary = 153_376, Positions = 131_072, NormEpsilon = 1e-5 };

    /// <inheritdoc/>
    public override string ModelType => "PanguProMoE";

    /// <inheritdoc/>
    public override ForeignModel Read(ForeignConfig config)
    {
        var name = Choose(config, ClassName);
        var norm = LlamaParts.ReadNorm(config, Defaults);
        var attention = LlamaParts.ReadAttention(config, Defaults, queryKeyValueBias: true, outputBias: true);
        var experts = ReadExperts(config);

        // The balance loss and its logits exist in training only.
        config.WithoutEffect("output_router_logits", "router_aux_loss_coef");
        var model = LlamaParts.Assemble(config, Defaults, new Branch(attention, norm), new Branch(experts, norm));
        return LlamaParts.Finish(config, name, model, Defaults, LlamaParts.Names(model, (foreign, slot) => ExpertNames($"{foreign}.mlp", slot, experts.Count)));
    }

    /// <inheritdoc/>
    public override JsonObject? Fields(ModelConfig model)
    {
        if (LlamaParts.Fields(model, ModelType, ClassName) is not { } fields
            || ((Backbone)model.Body).Stages[0].Cycle is not [{ Branches: [_, { Part: Experts { Router: GroupRouter router, Shared: { } shared } experts }] }])
        {
            return null;
        }

        fields["hidden_act"] = ForeignActivations.Name(experts.Expert.Activation);
        fields["moe_intermediate_size"] = experts.Expert.Inner;
        fields["num_experts"] = experts.Count;
        fields["num_experts_per_tok"] = router.Groups;
        fields["shared_expert_intermediate_size"] = shared.Inner;
        return fields;
    }

    private static Experts ReadExperts(ForeignConfig config)
    {
        var activation = ForeignActivations.Read(config, "hidden_act", "silu");
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

    private static IEnumerable<NameRule> ExpertNames(string foreign, string slot, int count) =>
    [
        new($"{foreign}.gate.weight", $"{slot}.router.weight"),
        new($"{foreign}.router_scale", $"{slot}.router.scale", [1, count]),
        .. Enumerable.Range(0, count).SelectMany(expert => LlamaParts.GatedNames($"{foreign}.experts.{expert}", $"{slot}.experts.{expert}")),
        .. LlamaParts.GatedNames($"{foreign}.shared_expert", $"{slot}.shared"),
    ];
}
