using System.Text.Json.Nodes;
using Pangu.Core;

namespace Pangu.Formats;

/// <summary>Qwen 3: Llama with an RMS norm of every query and key head before positions, and windows in some layers where they are switched on.</summary>
internal sealed class Qwen3 : Architecture
{
    private static readonly LlamaDefaults Defaults = new() { Inner = 22_016, Vocabulary = 151_936, Positions = 32_768 };

    /// <inheritdoc/>
    public override string ModelType => "qwen3";

    /// <inheritdoc/>
    public override ForeignModel Read(ForeignConfig config)
    {
        var name = Choose(config, "Qwen3ForCausalLM");
        var bias = config.Flag("attention_bias", false);
        var norm = LlamaParts.ReadNorm(config, Defaults);
        var attention = LlamaParts.ReadAttention(config, Defaults, bias, bias) with { QueryKeyNorm = norm };
        var windows = LayerWindows.Read(config, config.Whole("num_hidden_layers", Defaults.Layers));
        var model = LlamaParts.Assemble(config, Defaults, new Branch(attention, norm), new Branch(LlamaParts.ReadDense(config, Defaults), norm), windows);
        return LlamaParts.Finish(config, name, model, Defaults, LlamaParts.Names(model, (foreign, slot) => LlamaParts.GatedNames($"{foreign}.mlp", slot)));
    }

    /// <inheritdoc/>
    public override JsonObject? Fields(ModelConfig model)
    {
        if (LlamaParts.Fields(model, ModelType, "Qwen3ForCausalLM") is not { } fields || ((Backbone)model.Body).Stages[0] is not { Cycle: [{ Branches: [{ Part: Attention attention }, { Part: Dense dense }] }, ..] cycle } blocks)
        {
            return null;
        }

        int?[] windows = [.. Enumerable.Range(0, blocks.Count).Select(layer => (((Attention)cycle[layer % cycle.Count].Branches[0].Part).Scope as CausalScope)?.Window)];
        fields["attention_bias"] = attention.QueryKeyValueBias;
        fields["hidden_act"] = ForeignActivations.Name(dense.Activation);
        fields["intermediate_size"] = dense.Inner;
        fields["layer_types"] = new JsonArray([.. windows.Select(window => (JsonNode)(window is null ? "full_attention" : "sliding_attention"))]);
        fields["sliding_window"] = windows.FirstOrDefault(window => window is not null);
        fields["use_sliding_window"] = windows.Any(window => window is not null);
        return fields;
    }
}
