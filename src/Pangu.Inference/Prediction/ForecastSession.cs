using Pangu.Core;
using Pangu.Numerics;

namespace Pangu.Inference;

/// <summary>
/// One call of a forecaster: its memory and its way through the pieces. Used by one caller at a time, pooled by the engine. Legend: <c>B</c> windows, <c>C</c> channels, <c>R</c> = B C rows,
/// <c>H</c> horizon of the model, <c>Q</c> quantiles.
/// </summary>
/// <remarks>
/// Horizons beyond H: the mean of a block of H steps is fed back as history of the next. Distances of quantiles then grow as if the errors of blocks were independent:
/// distance' = sqrt(distance^2 + (distance at the last step of the block before)^2).
/// </remarks>
internal sealed class ForecastSession(ForecastEngine engine, int workers) : IPieces
{
    private readonly ForecastFrame?[] _frames = new ForecastFrame?[workers];
    private float[] _history = [];
    private float[] _batchScales = [];
    private float[] _lastDistances = [];
    private CancellationToken _cancellationToken;
    private SeriesBatch _batch;
    private int _pieceRows;
    private int _horizon;
    private int _block;
    private float[] _mean = [];
    private float[] _quantiles = [];
    private IActivationTap? _tap;

    private int Levels => engine.Head.Quantiles.Count;

    // Only patch outputs give quantiles; a flattened output gives a mean alone.
    private int NetworkLevels => engine.Head.Output is PatchOutput ? Levels : 0;

    /// <summary>Forecasts.</summary>
    /// <param name="batch">The windows.</param>
    /// <param name="horizon">Steps.</param>
    /// <param name="pieceRows">Rows of a piece.</param>
    /// <param name="pool">Threads to share the pieces; null for the caller's alone.</param>
    /// <param name="cancellationToken">Stops between pieces.</param>
    /// <param name="tap">Receives intermediate values of the first block; null for none. With a tap, all rows must be one piece.</param>
    /// <returns>The forecast.</returns>
    internal ForecastResult Run(SeriesBatch batch, int horizon, int pieceRows, WorkerPool? pool, CancellationToken cancellationToken, IActivationTap? tap = null)
    {
        (_batch, _horizon, _pieceRows, _cancellationToken, _tap) = (batch, horizon, pieceRows, cancellationToken, tap);
        var result = new ForecastResult(new float[checked(batch.Rows * horizon)], new float[checked(batch.Rows * horizon * Levels)]);
        (_mean, _quantiles) = (result.Mean, result.Quantiles);
        Reserve(ref _history, checked(batch.Rows * engine.Context));
        Reserve(ref _lastDistances, batch.Rows * Levels);
        batch.CopyEnds(_history, engine.Context);
        var pieces = (batch.Rows + pieceRows - 1) / pieceRows;
        for (_block = 0; _block * engine.Head.Horizon < horizon; _block++)
        {
            if (_block > 0)
            {
                FeedBack();
            }

            MeasureBatch();
            if (pool is null)
            {
                for (var piece = 0; piece < pieces; piece++)
                {
                    Run(piece, 0);
                }
            }
            else
            {
                pool.Run(this, pieces);
            }
        }

        (_mean, _quantiles, _tap) = ([], [], null);
        return result;
    }

    /// <summary>What the last piece of worker 0 was scaled by; for verification, where all rows are one piece.</summary>
    internal SeriesRows? ScaledRows => _frames[0]?.Network?.Rows;

    /// <summary>Mean magnitude of each channel over a batch, for windows with nothing observed.</summary>
    /// <param name="history">[B C, stride], read at the end of each row.</param>
    /// <param name="stride">Distance between rows.</param>
    /// <param name="context">Steps looked at.</param>
    /// <param name="batch">Sizes.</param>
    /// <returns>[C].</returns>
    internal static float[] ChannelMagnitudes(ReadOnlySpan<float> history, int stride, int context, SeriesBatch batch)
    {
        var magnitudes = new float[batch.Channels];
        for (var channel = 0; channel < batch.Channels; channel++)
        {
            var (sum, count) = (0.0, 0);
            for (var row = channel; row < batch.Rows; row += batch.Channels)
            {
                var window = WindowScaling.Magnitudes(history.Slice(((row + 1) * stride) - context, context));
                (sum, count) = (sum + window.Sum, count + window.Count);
            }

            magnitudes[channel] = (float)(sum / Math.Max(count, 1));
        }

        return magnitudes;
    }

    /// <inheritdoc/>
    public void Run(int piece, int worker)
    {
        _cancellationToken.ThrowIfCancellationRequested();
        var first = piece * _pieceRows;
        var count = Math.Min(_pieceRows, _batch.Rows - first);
        var frame = _frames[worker];
        if (frame is null || frame.MaxRows < count)
        {
            frame = _frames[worker] = new ForecastFrame(engine, Math.Max(count, Math.Min(_pieceRows, _batch.Rows)));
        }

        if (engine.Network is not null)
        {
            RunNetwork(engine.Network, frame, first, count);
        }

        Combine(frame, first, count);
    }

    // The network's steps in scaled units, averaged with the negated steps of the negated window where the head says so.
    private void RunNetwork(CompiledNetwork network, ForecastFrame frame, int first, int count)
    {
        var memory = frame.Network!;
        (memory.Rows.First, memory.Rows.Count, memory.Rows.Channels) = (first, count, _batch.Channels);
        network.Scale(_history.AsSpan(first * engine.Context, count * engine.Context), engine.Context, _batchScales, memory);
        network.Run(memory, _block == 0 ? _tap : null);
        memory.Output.AsSpan(0, count * network.Numbers).CopyTo(frame.Steps);
        if (!engine.Head.Antisymmetric)
        {
            return;
        }

        CompiledNetwork.Negate(memory);
        network.Run(memory, null);
        var stride = 1 + NetworkLevels;
        for (var step = 0; step < count * engine.Head.Horizon; step++)
        {
            var steps = frame.Steps.AsSpan(step * stride, stride);
            var mirrored = memory.Output.AsSpan(step * stride, stride);
            steps[0] = (steps[0] - mirrored[0]) * 0.5f;
            for (var level = 1; level <= NetworkLevels; level++)
            {
                steps[level] = (steps[level] - mirrored[NetworkLevels + 1 - level]) * 0.5f;
            }
        }
    }

    private void Combine(ForecastFrame frame, int first, int count)
    {
        var offset = _block * engine.Head.Horizon;
        var steps = Math.Min(engine.Head.Horizon, _horizon - offset);
        var member = 0;
        for (var row = 0; engine.Network is not null && row < count; row++)
        {
            AddNetworkMean(frame, first, row, _mean.AsSpan(((first + row) * _horizon) + offset, steps));
        }

        member += engine.Network is null ? 0 : 1;
        if (engine.Linear.Count > 0)
        {
            Score(frame, first, count);
        }

        for (var path = 0; path < engine.Linear.Count; path++, member++)
        {
            engine.Linear.Run(path, frame.Scores, frame.Path, first, count, _batch.Channels);
            for (var row = 0; row < count; row++)
            {
                var channel = (first + row) % _batch.Channels;
                var weight = Weight(member, channel);
                var mean = _mean.AsSpan(((first + row) * _horizon) + offset, steps);
                for (var step = 0; step < steps; step++)
                {
                    var score = frame.Path[(row * engine.Head.Horizon) + step];
                    mean[step] += weight * (engine.Scaler?.Unscale(channel, score) ?? score);
                }
            }
        }

        for (var row = 0; Levels > 0 && row < count; row++)
        {
            PlaceQuantiles(frame, first, row, offset, steps);
        }
    }

    private void AddNetworkMean(ForecastFrame frame, int first, int row, Span<float> mean)
    {
        var stride = 1 + NetworkLevels;
        var weight = Weight(0, (first + row) % _batch.Channels);
        var rows = frame.Network!.Rows;
        for (var step = 0; step < mean.Length; step++)
        {
            var scaled = frame.Steps[(((row * engine.Head.Horizon) + step) * stride)];
            mean[step] = weight * ((scaled * rows.Scales[row]) + rows.Locations[row]);
        }
    }

    private void Score(ForecastFrame frame, int first, int count)
    {
        var context = engine.Linear.Context;
        for (var row = 0; row < count; row++)
        {
            var window = _history.AsSpan(((first + row + 1) * engine.Context) - context, context);
            LinearMembers.Score(window, frame.Scores.AsSpan(row * context, context), engine.Scaler, (first + row) % _batch.Channels);
        }
    }

    private void PlaceQuantiles(ForecastFrame frame, int first, int row, int offset, int steps)
    {
        var channel = (first + row) % _batch.Channels;
        var last = _lastDistances.AsSpan((first + row) * Levels, Levels);
        for (var step = 0; step < steps; step++)
        {
            var at = ((first + row) * _horizon) + offset + step;
            var levels = _quantiles.AsSpan(at * Levels, Levels);
            for (var level = 0; level < Levels; level++)
            {
                var distance = Distance(frame, row, channel, step, level);
                distance = _block == 0 ? distance : MathF.CopySign(MathF.Sqrt((distance * distance) + (last[level] * last[level])), distance + last[level]);
                levels[level] = distance;
            }

            if (step == engine.Head.Horizon - 1)
            {
                levels.CopyTo(last);
            }

            foreach (ref var quantile in levels)
            {
                quantile += _mean[at];
            }

            levels.Sort();
        }
    }

    // From the mean to a quantile, in the units of the data.
    private float Distance(ForecastFrame frame, int row, int channel, int step, int level)
    {
        var horizon = engine.Head.Horizon;
        if (engine.Residuals.Length > 0)
        {
            var residual = engine.Residuals[(((channel * horizon) + step) * Levels) + level];
            return engine.Scaler is null ? residual : (float)(residual * engine.Scaler.Deviations[channel]);
        }

        var steps = frame.Steps.AsSpan(((row * horizon) + step) * (1 + Levels));
        var distance = (steps[1 + level] - steps[0]) * frame.Network!.Rows.Scales[row];
        return engine.Spread.Length > 0 ? distance * engine.Spread[(channel * horizon) + step] : distance;
    }

    private float Weight(int member, int channel) => engine.Blend.Length > 0 ? engine.Blend[(member * engine.Head.Channels) + channel] : 1;

    // The block's mean becomes the end of the history.
    private void FeedBack()
    {
        var (context, fed) = (engine.Context, Math.Min(engine.Context, engine.Head.Horizon));
        var end = _block * engine.Head.Horizon;
        for (var row = 0; row < _batch.Rows; row++)
        {
            var history = _history.AsSpan(row * context, context);
            history[fed..].CopyTo(history);
            _mean.AsSpan((row * _horizon) + end - fed, fed).CopyTo(history[(context - fed)..]);
        }
    }

    private void MeasureBatch()
    {
        if (engine.Network is { Scaling.LooksAtBatch: true } network)
        {
            _batchScales = ChannelMagnitudes(_history, engine.Context, network.Context, _batch);
        }
    }

    private static void Reserve(ref float[] memory, int length)
    {
        if (memory.Length < length)
        {
            memory = new float[length];
        }
    }
}
