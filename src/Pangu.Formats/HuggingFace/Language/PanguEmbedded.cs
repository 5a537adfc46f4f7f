using System.Text.Json.Nodes;
using Pangu.Core;

namespace Pangu.Formats;

/// <summary>openPangu Embedded: Llama with <c>bias</c> on the four attention projections, nowhere else. Files also hold rotary buffers.</summary>
internal sealed class PanguEmbedded : Architecture
{
    private const string ClassName = "PanguEmbeddedForCausalLM";

    private static readonly LlamaDefaults Defaults = new() { Inner = 12_800, Layers = 34, Vocabulary = 153_376, Positions = 32_768, NormEpsilon = 1e-5 };

    /// <inheritdoc/>
    public override string ModelType => "PanguEmbedded";

    /// <inheritdoc/>
    public override ForeignModel Read(ForeignConfig config)
    {
        var name = Choose(config, ClassName);

        // The published configuration class has biases unless told otherwise.
        var bias = config.Flag("bias", true);
        var norm = LlamaParts.ReadNorm(config, Defaults);
        var attention = LlamaParts.ReadAttention(config, Defaults, bias, bias);
        var model = LlamaParts.Assemble(config, Defaults, new Branch(attention, norm), new Branch(LlamaParts.ReadDense(config, Defaults), norm));
        return LlamaParts.Finish(config, name, model, Defaults, LlamaParts.Names(model, (foreign, slot) => LlamaParts.GatedNames($"{foreign}.mlp", slot)));
    }
}
