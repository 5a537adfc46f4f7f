using Pangu.Core;
using Pangu.Modalities.Series;
using Pangu.Numerics;

namespace Pangu.Inference;

/// <summary>
/// A series forecaster, compiled once: network, linear paths, blend, intervals. Memory of calls is pooled, so that in steady state a call allocates only its result. Safe for many callers at once.
/// </summary>
internal sealed class ForecastEngine : IDisposable
{
    // Work below this many floating-point operations is not worth a second thread (about 100 microseconds).
    private const double SharedWorkFlops = 6e6;

    // Rows of tokens that a worker takes through the network together, so that its memory stays in the second-level cache.
    private const int TargetTokenRows = 160;
    private const int TargetLinearRows = 32;
    private const int KeptSessions = 16;

    private readonly WorkerPool _pool;
    private readonly Stack<ForecastSession> _sessions = new();
    private readonly double _flopsPerRow;

    /// <summary>Compiles a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="weights">Every slot.</param>
    /// <param name="preprocessor">What the package knows of its data.</param>
    /// <param name="threads">Threads; 0 for all processors.</param>
    /// <exception cref="PanguException">The model holds a part that the engine does not implement.</exception>
    internal ForecastEngine(ModelConfig model, IReadOnlyDictionary<string, TensorData> weights, SeriesPreprocessor preprocessor, int threads)
    {
        if (model.Embedder is not SeriesEmbedder embedder || model.Head is not ForecastHead head)
        {
            throw PanguException.Usage("forecast-model", $"The model has a {model.Embedder.GetType().Name} and a {model.Head.GetType().Name}; a forecaster needs a series embedder and a forecast head.");
        }

        var store = new WeightStore(weights);
        Head = head;
        Network = CompiledNetwork.Of(model, store);
        Linear = new LinearMembers(head, store);
        Blend = head.Members > 1 ? store.Read("head.blend") : [];
        Spread = head.Intervals == IntervalSource.CalibratedNetwork ? store.Read("head.spread") : [];
        Residuals = head.Intervals == IntervalSource.Residuals ? store.Read("head.residuals") : [];
        Scaler = preprocessor.Channels.Count > 0 ? SeriesScaler.Of(preprocessor.Channels) : null;
        FixedChannels = new[] { preprocessor.Channels.Count, head.Channels, Network is null ? 0 : embedder.Channels }.Max();
        Context = Math.Max(Network?.Context ?? 0, Linear.Context);
        _flopsPerRow = model.ForwardFlops(embedder.Tokens) * (head.Antisymmetric ? 2 : 1);
        _pool = new WorkerPool(threads);
    }

    /// <summary>The head's settings.</summary>
    internal ForecastHead Head { get; }

    /// <summary>The network; null when the head has none.</summary>
    internal CompiledNetwork? Network { get; }

    /// <summary>The linear paths.</summary>
    internal LinearMembers Linear { get; }

    /// <summary>[M, C]: weights of the members; empty when there is one.</summary>
    internal float[] Blend { get; }

    /// <summary>[C, H]: factors of the network's quantile distances; empty for 1.</summary>
    internal float[] Spread { get; }

    /// <summary>[C, H, Q]: distances of quantiles from the mean, z-scored; empty for the network's.</summary>
    internal float[] Residuals { get; }

    /// <summary>Means and deviations of the channels; null when values are z-scored already.</summary>
    internal SeriesScaler? Scaler { get; }

    /// <summary>The number of channels it was made for; 0 when any will do.</summary>
    internal int FixedChannels { get; }

    /// <summary>Most history steps that it looks at.</summary>
    internal int Context { get; }

    /// <summary>Forecasts.</summary>
    /// <param name="batch">The windows.</param>
    /// <param name="horizon">Steps.</param>
    /// <param name="cancellationToken">Stops between pieces of work.</param>
    /// <returns>Mean [B, C, horizon] and quantiles [B, C, horizon, Q].</returns>
    internal ForecastResult Forecast(SeriesBatch batch, int horizon, CancellationToken cancellationToken)
    {
        CheckChannels(batch.Channels);
        var session = Rent();
        try
        {
            var pieceRows = PieceRows(batch.Channels);
            var shared = batch.Rows * _flopsPerRow >= SharedWorkFlops ? _pool : null;
            return session.Run(batch, horizon, pieceRows, shared, cancellationToken);
        }
        finally
        {
            Return(session);
        }
    }

    /// <summary>Refuses windows with other channels than the model was made for.</summary>
    /// <param name="channels">C.</param>
    internal void CheckChannels(int channels)
    {
        if (FixedChannels > 0 && channels != FixedChannels)
        {
            throw PanguException.Usage("forecast-channels", $"The windows have {channels} channel(s), expected {FixedChannels}; the model was made for that many, in the order of its traits.");
        }

        if (Network is { MixesChannels: true } && channels > CompiledNetwork.MaxMixedChannels)
        {
            throw PanguException.Usage("forecast-channels", $"The windows have {channels} channels; in this model channels see each other, and then at most {CompiledNetwork.MaxMixedChannels} are possible.");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _pool.Dispose();

    private int PieceRows(int channels)
    {
        if (Network is null)
        {
            return TargetLinearRows;
        }

        var rows = Math.Max(1, TargetTokenRows / Network.Tokens);
        return Network.MixesChannels ? Math.Max(channels, rows / channels * channels) : rows;
    }

    private ForecastSession Rent()
    {
        lock (_sessions)
        {
            if (_sessions.TryPop(out var session))
            {
                return session;
            }
        }

        return new ForecastSession(this, _pool.Threads);
    }

    private void Return(ForecastSession session)
    {
        lock (_sessions)
        {
            if (_sessions.Count < KeptSessions)
            {
                _sessions.Push(session);
            }
        }
    }
}
