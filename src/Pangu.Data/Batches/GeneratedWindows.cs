using Pangu.Core;
using Pangu.Data.Generated.Series;

namespace Pangu.Data;

/// <summary>Windows of fresh generated series; each channel of a window is a series of its own.</summary>
/// <param name="config">Weights of the families; validated by the caller.</param>
/// <param name="seriesLength">Steps of a series, of which a window shows a random part; 0 (the default) makes series as long as the window. Longer ones cost as much more, and show events and trends at the rate of long records.</param>
public sealed class GeneratedWindows(SeriesMixtureConfig config, int seriesLength = 0) : ISeriesSource
{
    private readonly SeriesMixture _mixture = new(config);
    private float[] _series = [];

    /// <inheritdoc/>
    public void Fill(SeriesWindow window, RandomStream random)
    {
        var context = window.Shape.Context;
        var shown = context + window.Shape.Horizon;
        var length = Math.Max(seriesLength, shown);
        if (_series.Length < length)
        {
            _series = new float[length];
        }

        var series = _series.AsSpan(0, length);
        for (var channel = 0; channel < window.Shape.Channels; channel++)
        {
            _mixture.Fill(series, random);
            var part = series.Slice(random.NextInt(length - shown + 1), shown);
            window.Write(channel, part[..context], part[context..]);
        }
    }
}
