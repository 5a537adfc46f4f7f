using System.Text.Json.Nodes;
using Pangu.Core;

namespace Pangu.Formats;

/// <summary>Mistral: Llama without biases; every layer looks through a window where <c>sliding_window</c> is a number.</summary>
internal sealed class Mistral : Architecture
{
    private static readonly LlamaDefaults Defaults = new() { Inner = 14_336, Positions = 131_072 };

    /// <inheritdoc/>
    public override string ModelType => "mistral";

    /// <inheritdoc/>
    public override ForeignModel Read(ForeignConfig config)
    {
        var name = Choose(config, "MistralForCausalLM");
        var norm = LlamaParts.ReadNorm(config, Defaults);
        var attention = LlamaParts.ReadAttention(config, Defaults, queryKeyValueBias: false, outputBias: false);
        var model = LlamaParts.Assemble(config, Defaults, new Branch(attention, norm), new Branch(LlamaParts.ReadDense(config, Defaults), norm), [LayerWindows.Window(config, absent: 4096)]);
        return LlamaParts.Finish(config, name, model, Defaults, LlamaParts.Names(model, (foreign, slot) => LlamaParts.GatedNames($"{foreign}.mlp", slot)));
    }

    /// <inheritdoc/>
    public override JsonObject? Fields(ModelConfig model)
    {
        if (LlamaParts.Fields(model, ModelType, "MistralForCausalLM") is not { } fields
            || ((Backbone)model.Body).Stages[0].Cycle is not [{ Branches: [{ Part: Attention { Scope: CausalScope scope } }, { Part: Dense dense }] }])
        {
            return null;
        }

        fields["hidden_act"] = ForeignActivations.Name(dense.Activation);
        fields["intermediate_size"] = dense.Inner;
        fields["sliding_window"] = scope.Window;
        return fields;
    }
}
