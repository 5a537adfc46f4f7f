namespace Pangu.Core;

/// <summary>Projects every patch token back to the values of its patch, in scaled units: PatchTST's masked pre-training head.</summary>
public sealed record ReconstructionHead : Head
{
    /// <summary>Whether all channels share the projection. Default true.</summary>
    public bool SharedProjection { get; init; } = true;

    /// <summary>Number of channels where weights depend on it; 0 when any number will do.</summary>
    public int Channels { get; init; }

    /// <summary>What a masked patch holds before it is embedded, in scaled units. Default 0.</summary>
    public double MaskValue { get; init; }

    /// <summary>Share of patches masked in training. Default 0.4.</summary>
    public double MaskRatio { get; init; } = 0.4;

    /// <inheritdoc/>
    public override IEnumerable<Slot> Slots(ModelConfig model)
    {
        var embedder = (SeriesEmbedder)model.Embedder;
        return SharedProjection
            ? Slot.Linear("head.projection", embedder.PatchLength, embedder.Width, true)
            : Enumerable.Range(0, Channels).SelectMany(channel => Slot.Linear($"head.projection.{channel}", embedder.PatchLength, embedder.Width, true));
    }

    /// <inheritdoc/>
    public override double ForwardFlops(ModelConfig model, int tokens) => 2.0 * tokens * model.Embedder.Width * ((SeriesEmbedder)model.Embedder).PatchLength;

    /// <inheritdoc/>
    public override IEnumerable<string> Validate(ModelConfig model)
    {
        if (model.Embedder is not SeriesEmbedder)
        {
            yield return $"head.kind is reconstruction but embedder is {model.Embedder.GetType().Name}; a reconstruction head needs a series embedder";
        }

        if (!SharedProjection && Channels < 1)
        {
            yield return "head.sharedProjection is false but channels is 0; a projection a channel needs the number of channels";
        }
    }
}
