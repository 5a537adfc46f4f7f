using Pangu.Core;

namespace Pangu.Data;

/// <summary>Turns a share of another source's windows upside down, history and future: neither sign is special to a model that scales each window.</summary>
/// <param name="source">Where windows come from.</param>
/// <param name="share">Share of the windows, 0 to 1. Default half.</param>
public sealed class MirroredWindows(ISeriesSource source, double share = 0.5) : ISeriesSource
{
    /// <inheritdoc/>
    public void Fill(SeriesWindow window, RandomStream random)
    {
        source.Fill(window, random);
        if (random.NextBool(share))
        {
            Negate(window.Values);
            Negate(window.Future);
        }
    }

    private static void Negate(Span<float> values)
    {
        foreach (ref var value in values)
        {
            value = -value;
        }
    }
}
