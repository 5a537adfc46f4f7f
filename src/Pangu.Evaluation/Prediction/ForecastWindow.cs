using Pangu.Core;

namespace Pangu.Evaluation.Prediction;

/// <summary>Takes forecasts one window at a time.</summary>
public interface IForecastConsumer
{
    /// <summary>Takes a window; its spans are only valid during the call.</summary>
    /// <param name="window">The window, in scaled units.</param>
    void Take(in ForecastWindow window);
}

/// <summary>One forecast beside what happened, in scaled units. Legend: <c>C</c> channels, <c>H</c> horizon, <c>Q</c> quantiles.</summary>
public readonly ref struct ForecastWindow
{
    /// <summary>Number of the window, from 0.</summary>
    public required int Index { get; init; }

    /// <summary>First target row.</summary>
    public required int Origin { get; init; }

    /// <summary>[C, H] row-major, NaN where missing.</summary>
    public required ReadOnlySpan<float> Truth { get; init; }

    /// <summary>[C, H] row-major.</summary>
    public required ReadOnlySpan<float> Mean { get; init; }

    /// <summary>[C, H, Q] row-major; empty when there are none.</summary>
    public required ReadOnlySpan<float> Quantiles { get; init; }
}

/// <summary>Brings results from the units of the data to scaled units, one window at a time, in buffers of its own.</summary>
internal sealed class ResultScaling(ScaledSeries series, int horizon, int quantileCount)
{
    private readonly float[] _truth = new float[series.Channels * horizon];
    private readonly float[] _mean = new float[series.Channels * horizon];
    private readonly float[] _quantiles = new float[series.Channels * horizon * quantileCount];

    public ForecastWindow Window(ForecastResult result, int window, int origin, int index)
    {
        for (var channel = 0; channel < series.Channels; channel++)
        {
            series.Scaled[channel].AsSpan(origin, horizon).CopyTo(_truth.AsSpan(channel * horizon));
            Scale(result.Mean.AsSpan(((window * series.Channels) + channel) * horizon, horizon), channel, _mean.AsSpan(channel * horizon));
            var size = horizon * quantileCount;
            Scale(result.Quantiles.AsSpan(((window * series.Channels) + channel) * size, size), channel, _quantiles.AsSpan(channel * size));
        }

        return new ForecastWindow { Index = index, Origin = origin, Truth = _truth, Mean = _mean, Quantiles = _quantiles };
    }

    private void Scale(ReadOnlySpan<float> values, int channel, Span<float> scaled)
    {
        for (var i = 0; i < values.Length; i++)
        {
            scaled[i] = (float)((values[i] - series.Means[channel]) / series.Deviations[channel]);
        }
    }
}
