using System.Text.Json.Serialization;

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

    /// <summary>Which patches are masked in training. Default random ones.</summary>
    public MaskKind Mask { get; init; } = MaskKind.Random;

    /// <summary>For <see cref="MaskKind.LastPatches"/>: how many patches at the end are masked; several counts are spread evenly over the batch. Default 2.</summary>
    public IReadOnlyList<int> MaskedLastPatches { get; init; } = [2];

    /// <summary>Whether all channels of a window share one random mask. Default false.</summary>
    public bool SameMaskForAllChannels { get; init; }

    /// <summary>Channels, from 0, that are never masked. Default none.</summary>
    public IReadOnlyList<int> UnmaskedChannels { get; init; } = [];

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
        if (model.Embedder is not SeriesEmbedder embedder)
        {
            yield return $"head.kind is reconstruction but embedder is {model.Embedder.GetType().Name}; a reconstruction head needs a series embedder";
            yield break;
        }

        if (MaskRatio is < 0 or >= 1)
        {
            yield return $"head.maskRatio is {MaskRatio}; it must be at least 0 and below 1";
        }

        if (Mask == MaskKind.LastPatches && (MaskedLastPatches.Count == 0 || MaskedLastPatches.Any(count => count < 1 || count >= embedder.Patches)))
        {
            yield return $"head.maskedLastPatches is [{string.Join(", ", MaskedLastPatches)}]; each count must be at least 1 and below the number of patches, {embedder.Patches}";
        }

        if (UnmaskedChannels.Any(channel => channel < 0))
        {
            yield return $"head.unmaskedChannels is [{string.Join(", ", UnmaskedChannels)}]; channels count from 0";
        }

        if (!SharedProjection && Channels < 1)
        {
            yield return "head.sharedProjection is false but channels is 0; a projection a channel needs the number of channels";
        }
    }
}

/// <summary>Which patches a masked pre-training hides.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<MaskKind>))]
public enum MaskKind
{
    /// <summary>Random patches, a share of <see cref="ReconstructionHead.MaskRatio"/>.</summary>
    [JsonStringEnumMemberName("random")] Random,

    /// <summary>The patches at the end, as a forecast would need them.</summary>
    [JsonStringEnumMemberName("last-patches")] LastPatches,
}
