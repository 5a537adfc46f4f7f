using System.Text.Json.Serialization;

namespace Pangu.Core;

/// <summary>
/// Cuts each channel of a window into patches and projects each to a token. Channels are independent rows of the batch:
/// [B, C, L] becomes [B * C, tokens, D] with tokens = (class token) + patches + future tokens.
/// </summary>
/// <remarks>Nie et al. 2023 (PatchTST), section 3; patches are aligned to the end of the window, the first values are dropped where they do not fit.</remarks>
public sealed record SeriesEmbedder : Embedder
{
    /// <inheritdoc/>
    public override required int Width { get; init; }

    /// <summary>History steps L of a window.</summary>
    public required int Context { get; init; }

    /// <summary>Steps of one patch.</summary>
    public required int PatchLength { get; init; }

    /// <summary>Steps from one patch to the next.</summary>
    public required int PatchStride { get; init; }

    /// <summary>Scaling of each window.</summary>
    public required SeriesScaling Scaling { get; init; }

    /// <summary>What stands for a missing value. Default zero after scaling.</summary>
    public MissingValues Missing { get; init; } = MissingValues.ZeroAfterScaling;

    /// <summary>Whether a patch is [values, observed flags] (twice its length) instead of values alone. Default false.</summary>
    public bool ObservedFlags { get; init; }

    /// <summary>Whether all channels share the projection. Default true.</summary>
    public bool SharedProjection { get; init; } = true;

    /// <summary>Number of channels C where weights depend on it; 0 when any number will do.</summary>
    public int Channels { get; init; }

    /// <summary>Inner width of a residual block (linear, SiLU, linear, plus a linear of the input) in place of one linear layer; 0 for one linear layer. Default 0.</summary>
    public int Inner { get; init; }

    /// <summary>Whether a learned token stands first. Default false.</summary>
    public bool ClassToken { get; init; }

    /// <summary>Learned tokens after the patches, one a patch of the future; 0 for none. Default 0.</summary>
    public int FutureTokens { get; init; }

    /// <summary>Table of absolute positions added to the tokens.</summary>
    public PositionTable Positions { get; init; } = PositionTable.Learned;

    /// <summary>Patches of one window.</summary>
    [JsonIgnore]
    public int Patches => ((Context - PatchLength) / PatchStride) + 1;

    /// <summary>Tokens of one channel of one window.</summary>
    [JsonIgnore]
    public int Tokens => (ClassToken ? 1 : 0) + Patches + FutureTokens;

    /// <summary>Numbers that go into the projection of one patch.</summary>
    [JsonIgnore]
    public int PatchInputs => ObservedFlags ? 2 * PatchLength : PatchLength;

    /// <inheritdoc/>
    public override IEnumerable<Slot> Slots()
    {
        if (Inner > 0)
        {
            foreach (var slot in (Slot[])[.. Slot.Linear("embedder.inner", Inner, PatchInputs, true), .. Slot.Linear("embedder.outer", Width, Inner, true), .. Slot.Linear("embedder.skip", Width, PatchInputs, true)])
            {
                yield return slot;
            }
        }
        else if (SharedProjection)
        {
            foreach (var slot in Slot.Linear("embedder.patch", Width, PatchInputs, true))
            {
                yield return slot;
            }
        }
        else
        {
            for (var channel = 0; channel < Channels; channel++)
            {
                foreach (var slot in Slot.Linear($"embedder.patch.{channel}", Width, PatchInputs, true))
                {
                    yield return slot;
                }
            }
        }

        if (ClassToken)
        {
            yield return new Slot("embedder.class", [Width], new Initial.Normal(0.02));
        }

        if (FutureTokens > 0)
        {
            yield return new Slot("embedder.future", [FutureTokens, Width], new Initial.Normal(0.5));
        }

        if (Positions != PositionTable.None)
        {
            yield return new Slot("embedder.positions", [Tokens, Width], Positions == PositionTable.Sinusoids ? new Initial.Sinusoids() : new Initial.Normal(0.1), Positions == PositionTable.Sinusoids ? SlotKind.Statistic : SlotKind.Parameter);
        }
    }

    /// <inheritdoc/>
    public override double ForwardFlops(int tokens) => 2.0 * Patches * (Inner > 0 ? ((double)PatchInputs * (Inner + Width)) + ((double)Inner * Width) : (double)PatchInputs * Width);

    /// <inheritdoc/>
    public override IEnumerable<string> Validate()
    {
        if (Width < 1 || PatchLength < 1 || PatchStride < 1)
        {
            yield return $"embedder has width {Width}, patchLength {PatchLength} and patchStride {PatchStride}; each must be at least 1";
        }

        if (Context < PatchLength)
        {
            yield return $"embedder.context is {Context} but patchLength is {PatchLength}; a window must hold at least one patch";
        }

        if (!SharedProjection && Channels < 1)
        {
            yield return "embedder.sharedProjection is false but channels is 0; a projection a channel needs the number of channels";
        }

        if (!SharedProjection && Inner > 0)
        {
            yield return $"embedder.inner is {Inner} but sharedProjection is false; the residual block is shared by all channels";
        }
    }
}

/// <summary>What stands for a missing value of a window.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<MissingValues>))]
public enum MissingValues
{
    /// <summary>0 after scaling: the window's level.</summary>
    [JsonStringEnumMemberName("zero-after-scaling")] ZeroAfterScaling,

    /// <summary>0 before scaling, scaled like any value (PatchTST).</summary>
    [JsonStringEnumMemberName("zero-before-scaling")] ZeroBeforeScaling,
}

/// <summary>Table of absolute positions.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PositionTable>))]
public enum PositionTable
{
    /// <summary>None.</summary>
    [JsonStringEnumMemberName("none")] None,

    /// <summary>Learned.</summary>
    [JsonStringEnumMemberName("learned")] Learned,

    /// <summary>Fixed sinusoids, kept as weights.</summary>
    [JsonStringEnumMemberName("sinusoids")] Sinusoids,
}
