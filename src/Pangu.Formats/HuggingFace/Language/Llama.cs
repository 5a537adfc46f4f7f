using System.Text.Json.Nodes;
using Pangu.Core;

namespace Pangu.Formats;

/// <summary>Llama: causal grouped-query attention with rotary positions and gated feed-forward layers, RMS norms before each. <c>attention_bias</c> covers all four projections.</summary>
internal sealed class Llama : Architecture
{
    private static readonly LlamaDefaults Defaults = new();

    /// <inheritdoc/>
    public override string ModelType => "llama";

    /// <inheritdoc/>
    public override ForeignModel Read(ForeignConfig config)
    {
        var name = Choose(config, "LlamaForCausalLM");
        var bias = config.Flag("attention_bias", false);
        var norm = LlamaParts.ReadNorm(config, Defaults);
        var dense = LlamaParts.ReadDense(config, Defaults, config.Flag("mlp_bias", false));
        var model = LlamaParts.Assemble(config, Defaults, new Branch(LlamaParts.ReadAttention(config, Defaults, bias, bias), norm), new Branch(dense, norm));
        return LlamaParts.Finish(config, name, model, Defaults, LlamaParts.Names(model, (foreign, slot) => LlamaParts.GatedNames($"{foreign}.mlp", slot, dense.Bias)));
    }

    /// <inheritdoc/>
    public override JsonObject? Fields(ModelConfig model)
    {
        if (LlamaParts.Fields(model, ModelType, "LlamaForCausalLM") is not { } fields || ((Backbone)model.Body).Stages[0].Cycle[0].Branches is not [{ Part: Attention attention }, { Part: Dense dense }])
        {
            return null;
        }

        fields["attention_bias"] = attention.QueryKeyValueBias;
        fields["hidden_act"] = ForeignActivations.Name(dense.Activation);
        fields["intermediate_size"] = dense.Inner;
        fields["mlp_bias"] = dense.Bias;
        return fields;
    }
}
