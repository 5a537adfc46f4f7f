using System.Text.Json.Nodes;
using Pangu.Core;

namespace Pangu.Formats;

/// <summary>Mixtral: Mistral's attention, and in every layer a mixture of experts: the best by softmax over all, their scores divided by their sum.</summary>
internal sealed class Mixtral : Architecture
{
    private static readonly LlamaDefaults Defaults = new() { Inner = 14_336, Positions = 131_072, NormEpsilon = 1e-5, RotaryBase = 1_000_000 };

    /// <inheritdoc/>
    public override string ModelType => "mixtral";

    /// <inheritdoc/>
    public override ForeignModel Read(ForeignConfig config)
    {
        var name = Choose(config, "MixtralForCausalLM");
        var norm = LlamaParts.ReadNorm(config, Defaults);
        var experts = new Experts
        {
            Router = new TopRouter(config.Whole("num_experts_per_tok", 2), Renormalize: true),
            Count = config.Whole("num_local_experts", 8),
            Expert = LlamaParts.ReadDense(config, Defaults),
        };

        // The balance loss, its logits and the noise on a router's input exist in training only.
        config.WithoutEffect("output_router_logits", "router_aux_loss_coef");
        config.TrainingOnly("router_jitter_noise");
        var attention = LlamaParts.ReadAttention(config, Defaults, queryKeyValueBias: false, outputBias: false);
        var model = LlamaParts.Assemble(config, Defaults, new Branch(attention, norm), new Branch(experts, norm), [LayerWindows.Window(config, absent: null)]);
        return LlamaParts.Finish(config, name, model, Defaults, LlamaParts.Names(model, (foreign, slot) => ExpertNames($"{foreign}.block_sparse_moe", slot, experts.Count)));
    }

    /// <inheritdoc/>
    public override JsonObject? Fields(ModelConfig model)
    {
        if (LlamaParts.Fields(model, ModelType, "MixtralForCausalLM") is not { } fields
            || ((Backbone)model.Body).Stages[0].Cycle is not [{ Branches: [{ Part: Attention { Scope: CausalScope scope } }, { Part: Experts experts }] }])
        {
            return null;
        }

        fields["hidden_act"] = ForeignActivations.Name(experts.Expert.Activation);
        fields["intermediate_size"] = experts.Expert.Inner;
        fields["num_experts_per_tok"] = experts.Router.ActiveCount;
        fields["num_local_experts"] = experts.Count;
        fields["sliding_window"] = scope.Window;
        return fields;
    }

    private static IEnumerable<NameRule> ExpertNames(string foreign, string slot, int count) =>
    [
        new($"{foreign}.gate.weight", $"{slot}.router.weight"),
        .. Enumerable.Range(0, count).SelectMany(expert => (NameRule[])
        [
            new($"{foreign}.experts.{expert}.w1.weight", $"{slot}.experts.{expert}.gate.weight"),
            new($"{foreign}.experts.{expert}.w3.weight", $"{slot}.experts.{expert}.up.weight"),
            new($"{foreign}.experts.{expert}.w2.weight", $"{slot}.experts.{expert}.down.weight"),
        ]),
    ];
}
