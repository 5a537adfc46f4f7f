namespace Pangu.Inference;

/// <summary>Windows on their way through a network, one worker's share: some rows, each one channel of one window. Legend: <c>N</c> rows, <c>L</c> context, <c>P</c> patches.</summary>
internal sealed class SeriesRows
{
    /// <summary>Allocates.</summary>
    /// <param name="maxRows">Most rows at once.</param>
    /// <param name="context">L.</param>
    /// <param name="patchNumbers">Numbers of all patches of a window, with the width of an embedder's inner layer if it has one.</param>
    internal SeriesRows(int maxRows, int context, int patchNumbers)
    {
        Context = context;
        Scaled = new float[checked(maxRows * context)];
        Observed = new float[Scaled.Length];
        Locations = new float[maxRows];
        Scales = new float[maxRows];
        Patches = new float[patchNumbers];
    }

    /// <summary>L.</summary>
    internal int Context { get; }

    /// <summary>Number of the first row among all rows (window * channels + channel).</summary>
    internal int First { get; set; }

    /// <summary>N now.</summary>
    internal int Count { get; set; }

    /// <summary>Channels of a window.</summary>
    internal int Channels { get; set; }

    /// <summary>[N, L]: scaled values, missing ones replaced.</summary>
    internal float[] Scaled { get; }

    /// <summary>[N, L]: 1 where a value is observed, else 0.</summary>
    internal float[] Observed { get; }

    /// <summary>[N]: what was subtracted.</summary>
    internal float[] Locations { get; }

    /// <summary>[N]: what was then divided by.</summary>
    internal float[] Scales { get; }

    /// <summary>Memory for the patches of one window and what an embedder's inner layer makes of them.</summary>
    internal float[] Patches { get; }

    /// <summary>[rows of the batch, P]: patches that are hidden; null for none.</summary>
    internal bool[]? Masked { get; set; }

    /// <summary>The channel of a row of this share.</summary>
    internal int ChannelOf(int row) => (First + row) % Channels;
}
