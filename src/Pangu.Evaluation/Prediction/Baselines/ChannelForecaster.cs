using Pangu.Core;

namespace Pangu.Evaluation.Prediction.Baselines;

/// <summary>A forecaster that continues every channel by itself, without quantiles. Histories longer than its context are cut, gaps are filled by the last value before them.</summary>
/// <param name="context">Most history steps that it looks at.</param>
/// <param name="horizon">Steps it forecasts at once.</param>
/// <param name="maxHorizon">Most steps that may be asked for.</param>
/// <param name="channels">Names of the channels it was made for; empty when any will do.</param>
public abstract class ChannelForecaster(int context, int horizon, int maxHorizon, IReadOnlyList<string> channels) : IForecaster
{
    /// <inheritdoc/>
    public ForecasterTraits Traits { get; } = new(context, horizon, maxHorizon, [], channels);

    /// <inheritdoc/>
    public ForecastResult Forecast(ForecastRequest request, CancellationToken cancellationToken = default)
    {
        if (request.Horizon > Traits.MaxHorizon)
        {
            throw PanguException.Usage("horizon-too-long", $"the horizon is {request.Horizon}; this forecaster gives at most {Traits.MaxHorizon} steps.");
        }

        if (Traits.Channels.Count > 0 && Traits.Channels.Count != request.Channels)
        {
            throw PanguException.Usage("channel-count", $"the request has {request.Channels} channels; this forecaster was made for {Traits.Channels.Count}: {string.Join(", ", Traits.Channels)}.");
        }

        var mean = new float[request.Windows * request.Channels * request.Horizon];
        var length = Math.Min(request.Length, Traits.Context);
        var history = new float[length];
        for (var row = 0; row < request.Windows * request.Channels; row++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var channel = row % request.Channels;
            request.Values.Span.Slice(((row + 1) * request.Length) - length, length).CopyTo(history);
            Gaps.Fill(history, Fallback(channel));
            Continue(channel, history, mean.AsSpan(row * request.Horizon, request.Horizon));
        }

        return new ForecastResult(mean, []);
    }

    /// <inheritdoc/>
    public void Dispose() => GC.SuppressFinalize(this);

    /// <summary>What stands for a history in which nothing was observed.</summary>
    /// <param name="channel">Number of the channel.</param>
    /// <returns>A value in the channel's unit.</returns>
    protected virtual float Fallback(int channel) => 0;

    /// <summary>Continues one history.</summary>
    /// <param name="channel">Number of the channel.</param>
    /// <param name="history">Values without gaps, oldest first, in the units of the data; may be changed.</param>
    /// <param name="mean">Receives the forecast.</param>
    protected abstract void Continue(int channel, Span<float> history, Span<float> mean);
}

/// <summary>Repeats the last value.</summary>
/// <param name="horizon">Steps it is asked for.</param>
public sealed class RepeatLast(int horizon) : ChannelForecaster(LongestGap, horizon, int.MaxValue, [])
{
    private const int LongestGap = 24;

    /// <inheritdoc/>
    protected override void Continue(int channel, Span<float> history, Span<float> mean) => mean.Fill(history[^1]);
}

/// <summary>Repeats the last season.</summary>
/// <param name="season">Steps of the season, at least 1.</param>
/// <param name="horizon">Steps it is asked for.</param>
public sealed class SeasonalNaive(int season, int horizon) : ChannelForecaster(2 * season, horizon, int.MaxValue, [])
{
    /// <inheritdoc/>
    protected override void Continue(int channel, Span<float> history, Span<float> mean)
    {
        var length = Math.Min(season, history.Length);
        for (var step = 0; step < mean.Length; step++)
        {
            mean[step] = history[history.Length - length + (step % length)];
        }
    }
}
