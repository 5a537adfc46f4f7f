using System.Numerics.Tensors;
using Pangu.Evaluation.Prediction.Baselines;

namespace Pangu.Evaluation.Prediction.Linear;

/// <summary>A linear fit as a forecaster in the units of the data. Safe for many callers at once.</summary>
/// <param name="fit">The fit.</param>
/// <param name="series">Names and scale of the channels.</param>
public sealed class LinearForecaster(LinearFit fit, ScaledSeries series) : ChannelForecaster(fit.Context, fit.Horizon, fit.Horizon, series.Names)
{
    /// <summary>The fit.</summary>
    public LinearFit Fit { get; } = fit;

    /// <inheritdoc/>
    protected override float Fallback(int channel) => (float)series.Means[channel];

    /// <inheritdoc/>
    protected override void Continue(int channel, Span<float> history, Span<float> mean)
    {
        for (var t = 0; t < history.Length; t++)
        {
            history[t] = (float)((history[t] - series.Means[channel]) / series.Deviations[channel]);
        }

        Span<float> padded = history.Length == Fit.Context ? history : Padded(history);
        var weight = Fit.WeightOf(channel);
        var bias = Fit.BiasOf(channel);
        for (var step = 0; step < mean.Length; step++)
        {
            var scaled = TensorPrimitives.Dot<float>(weight.Slice(step * Fit.Context, Fit.Context), padded) + bias[step];
            mean[step] = (float)((scaled * series.Deviations[channel]) + series.Means[channel]);
        }
    }

    private float[] Padded(ReadOnlySpan<float> history)
    {
        var padded = new float[Fit.Context];
        padded.AsSpan(0, Fit.Context - history.Length).Fill(history[0]);
        history.CopyTo(padded.AsSpan(Fit.Context - history.Length));
        return padded;
    }
}
