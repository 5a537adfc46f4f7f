using System.Text.Json.Nodes;
using Pangu.Core;

namespace Pangu.Formats;

/// <summary>Pangu-pi (arXiv 2312.17276): Llama with bottlenecks beside attention (augmented shortcuts, error-function GELU) and a sum of shifted non-linearities in the feed-forward layer (series activation).</summary>
internal sealed class PanguPi : Architecture
{
    private const string ClassName = "PanguPiForCausalLM";

    private static readonly LlamaDefaults Defaults = new();

    /// <inheritdoc/>
    public override string ModelType => "pangu_pi";

    /// <inheritdoc/>
    public override ForeignModel Read(ForeignConfig config)
    {
        var name = Choose(config, ClassName);
        var bias = config.Flag("attention_bias", false);
        var norm = LlamaParts.ReadNorm(config, Defaults);
        var shortcuts = config.RequireWhole("augmented_shortcut_count", 0, minimum: 0);
        var reduction = shortcuts > 0 ? config.RequireWhole("augmented_shortcut_reduction", 1, minimum: 1) : config.Whole("augmented_shortcut_reduction", 1);
        var terms = config.RequireWhole("series_activation_terms", 0, minimum: 0);
        var attention = new Branch(LlamaParts.ReadAttention(config, Defaults, bias, bias), norm, Shortcuts: shortcuts == 0 ? null : [.. Enumerable.Repeat(new Shortcut(reduction, ActivationKind.Gelu), shortcuts)]);
        var dense = LlamaParts.ReadDense(config, Defaults) with { Series = terms == 0 ? null : new ActivationSeries(terms) };
        var model = LlamaParts.Assemble(config, Defaults, attention, new Branch(dense, norm));
        return LlamaParts.Finish(config, name, model, Defaults, Names(model, shortcuts, terms));
    }

    /// <inheritdoc/>
    public override JsonObject? Fields(ModelConfig model)
    {
        if (LlamaParts.Fields(model, ModelType, ClassName) is not { } fields
            || ((Backbone)model.Body).Stages[0].Cycle is not [{ Branches: [{ Part: Attention attention } first, { Part: Dense dense }] }])
        {
            return null;
        }

        fields["attention_bias"] = attention.QueryKeyValueBias;
        fields["augmented_shortcut_count"] = first.Shortcuts?.Count ?? 0;
        fields["augmented_shortcut_reduction"] = first.Shortcuts is [var shortcut, ..] ? shortcut.Reduction : 1;
        fields["hidden_act"] = ForeignActivations.Name(dense.Activation);
        fields["intermediate_size"] = dense.Inner;
        fields["series_activation_terms"] = dense.Series?.Terms ?? 0;
        return fields;
    }

    private static IEnumerable<NameRule> Names(ModelConfig model, int shortcuts, int terms) => LlamaParts.Names(model, (foreign, slot) =>
    [
        .. LlamaParts.GatedNames($"{foreign}.mlp", slot),
        .. terms == 0
            ? Array.Empty<NameRule>()
            : [new($"{foreign}.mlp.series_activation.scale", $"{slot}.series.scale"), new($"{foreign}.mlp.series_activation.shift", $"{slot}.series.shift")],
        .. Enumerable.Range(0, shortcuts).SelectMany(index => ShortcutNames($"{foreign}.augmented_shortcuts.{index}", $"{slot[..^1]}0.shortcuts.{index}")),
    ]);

    private static IEnumerable<NameRule> ShortcutNames(string foreign, string slot) => [new($"{foreign}.down_proj.weight", $"{slot}.down.weight"), new($"{foreign}.up_proj.weight", $"{slot}.up.weight")];
}
