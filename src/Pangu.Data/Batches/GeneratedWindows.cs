using Pangu.Core;
using Pangu.Data.Generated.Series;

namespace Pangu.Data;

/// <summary>Windows of fresh generated series; each channel of a window is a series of its own.</summary>
/// <param name="config">Weights of the families; validated by the caller.</param>
public sealed class GeneratedWindows(SeriesMixtureConfig config) : ISeriesSource
{
    private readonly SeriesMixture _mixture = new(config);
    private float[] _series = [];

    /// <inheritdoc/>
    public void Fill(SeriesWindow window, RandomStream random)
    {
        var context = window.Shape.Context;
        var length = context + window.Shape.Horizon;
        if (_series.Length < length)
        {
            _series = new float[length];
        }

        var series = _series.AsSpan(0, length);
        for (var channel = 0; channel < window.Shape.Channels; channel++)
        {
            _mixture.Fill(series, random);
            window.Write(channel, series[..context], series[context..]);
        }
    }
}
