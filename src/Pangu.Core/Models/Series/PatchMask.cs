namespace Pangu.Core;

/// <summary>Which patches masked pre-training hides. Legend: <c>B</c> windows, <c>C</c> channels, <c>P</c> patches.</summary>
/// <remarks>PatchTST's masking: of each row the <c>floor(P (1 - ratio))</c> patches with the smallest noise stay, the others are masked.</remarks>
public static class PatchMask
{
    /// <summary>The mask of one batch.</summary>
    /// <param name="head">Says which kind of mask.</param>
    /// <param name="noise">[B, C, P] row-major, uniform in [0, 1); or [B, 1, P], then all channels of a window share it. Not looked at for <see cref="MaskKind.LastPatches"/>.</param>
    /// <param name="windows">B.</param>
    /// <param name="channels">C.</param>
    /// <param name="patches">P.</param>
    /// <returns>[B, C, P] row-major; true where masked.</returns>
    /// <exception cref="PanguException">The noise has another size, an unmasked channel does not exist, or several counts of last patches are asked for (which window gets which is drawn anew in every step).</exception>
    public static bool[] Create(ReconstructionHead head, ReadOnlySpan<float> noise, int windows, int channels, int patches)
    {
        var mask = new bool[windows * channels * patches];
        if (head.Mask == MaskKind.LastPatches)
        {
            MaskLast(head, mask, patches);
        }
        else
        {
            MaskRandom(head, noise, mask, windows, channels, patches);
        }

        foreach (var channel in head.UnmaskedChannels)
        {
            if (channel >= channels)
            {
                throw PanguException.Usage("mask-channel", $"head.unmaskedChannels holds {channel} but the windows have {channels} channels; channels count from 0.");
            }

            for (var window = 0; window < windows; window++)
            {
                mask.AsSpan(((window * channels) + channel) * patches, patches).Clear();
            }
        }

        return mask;
    }

    private static void MaskLast(ReconstructionHead head, bool[] mask, int patches)
    {
        if (head.MaskedLastPatches.Distinct().Count() != 1)
        {
            throw PanguException.Usage("mask-last-patches", $"head.maskedLastPatches is [{string.Join(", ", head.MaskedLastPatches)}]; which window gets which count is drawn at random, so a fixed mask needs a single count.");
        }

        var masked = head.MaskedLastPatches[0];
        for (var row = 0; row < mask.Length; row += patches)
        {
            mask.AsSpan(row + patches - masked, masked).Fill(true);
        }
    }

    private static void MaskRandom(ReconstructionHead head, ReadOnlySpan<float> noise, bool[] mask, int windows, int channels, int patches)
    {
        var shared = noise.Length == windows * patches && (channels == 1 || noise.Length != mask.Length);
        if (!shared && noise.Length != mask.Length)
        {
            throw PanguException.Usage("mask-noise", $"The masking noise has {noise.Length} numbers; expected [{windows}, {channels}, {patches}] or [{windows}, 1, {patches}].");
        }

        var kept = (int)(patches * (1 - head.MaskRatio));
        var order = new int[patches];
        var keys = new float[patches];
        for (var row = 0; row < windows * channels; row++)
        {
            var window = row / channels;
            var source = shared ? window : head.SameMaskForAllChannels ? window * channels : row;
            noise.Slice(source * patches, patches).CopyTo(keys);
            for (var patch = 0; patch < patches; patch++)
            {
                order[patch] = patch;
            }

            Array.Sort(order, (a, b) => keys[a] == keys[b] ? a.CompareTo(b) : keys[a].CompareTo(keys[b]));
            foreach (var patch in order.AsSpan(kept))
            {
                mask[(row * patches) + patch] = true;
            }
        }
    }
}
