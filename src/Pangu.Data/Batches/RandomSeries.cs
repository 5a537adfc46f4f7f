using Pangu.Core;

namespace Pangu.Data;

/// <summary>Windows of normal noise: for measuring the speed of steps.</summary>
public sealed class RandomSeries : ISeriesSource
{
    /// <inheritdoc/>
    public void Fill(SeriesWindow window, RandomStream random)
    {
        window.Observed.Fill(true);
        foreach (ref var value in window.Values)
        {
            value = (float)random.NextGaussian();
        }

        foreach (ref var value in window.Future)
        {
            value = (float)random.NextGaussian();
        }
    }
}
