using Microsoft.ML;
using Microsoft.ML.Data;
using Pangu.Core;

namespace Pangu.Evaluation.Prediction.Boosting;

/// <summary>Gradient boosting as a forecaster of means, in the units of the data. Safe for many callers at once.</summary>
public sealed class BoostedForecaster : IForecaster
{
    private readonly MLContext _context;
    private readonly ITransformer _model;
    private readonly SchemaDefinition _definition;
    private readonly BoostedInputs _inputs;
    private readonly ScaledSeries _series;

    internal BoostedForecaster(string trainer, MLContext context, ITransformer model, SchemaDefinition definition, BoostedInputs inputs, ScaledSeries series, int horizon)
    {
        Trainer = trainer;
        _context = context;
        _model = model;
        _definition = definition;
        _inputs = inputs;
        _series = series;
        Traits = new ForecasterTraits(inputs.Context, horizon, horizon, [], series.Names);
    }

    /// <summary>What trained it: <c>lightgbm</c> or <c>fasttree</c>.</summary>
    public string Trainer { get; }

    /// <inheritdoc/>
    public ForecasterTraits Traits { get; }

    /// <inheritdoc/>
    public ForecastResult Forecast(ForecastRequest request, CancellationToken cancellationToken = default)
    {
        if (request.Horizon > Traits.MaxHorizon || request.Channels != _series.Channels)
        {
            throw PanguException.Usage("request-shape", $"the request has {request.Channels} channels and {request.Horizon} steps; this forecaster was trained for {_series.Channels} channels and up to {Traits.MaxHorizon} steps.");
        }

        var rows = new List<BoostedRow>(request.Windows * request.Channels * request.Horizon);
        var references = new float[request.Windows * request.Channels];
        for (var row = 0; row < references.Length; row++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var channel = row % request.Channels;
            var history = History(request.Values.Span.Slice(row * request.Length, request.Length), channel);
            var shared = new float[BoostedInputs.Count];
            references[row] = _inputs.WriteWindow(history, channel, shared);
            for (var step = 0; step < request.Horizon; step++)
            {
                var features = (float[])shared.Clone();
                _inputs.WriteStep(history, step, references[row], features);
                rows.Add(new BoostedRow { Features = features });
            }
        }

        var scores = _model.Transform(_context.Data.LoadFromEnumerable(rows, _definition)).GetColumn<float>("Score").ToArray();
        for (var i = 0; i < scores.Length; i++)
        {
            var row = i / request.Horizon;
            var channel = row % request.Channels;
            scores[i] = (float)(((scores[i] + references[row]) * _series.Deviations[channel]) + _series.Means[channel]);
        }

        return new ForecastResult(scores, []);
    }

    /// <inheritdoc/>
    public void Dispose() => (_model as IDisposable)?.Dispose();

    // Shorter histories are extended backwards by their first value.
    private float[] History(ReadOnlySpan<float> values, int channel)
    {
        var history = new float[_inputs.Context];
        var kept = values[^Math.Min(values.Length, history.Length)..];
        var filled = Gaps.Filled(kept, (float)_series.Means[channel]);
        for (var i = 0; i < history.Length; i++)
        {
            var source = filled[Math.Max(0, i - (history.Length - filled.Length))];
            history[i] = (float)((source - _series.Means[channel]) / _series.Deviations[channel]);
        }

        return history;
    }
}

/// <summary>One row of ML.NET's data view.</summary>
internal sealed class BoostedRow
{
    /// <summary>Inputs.</summary>
    public float[] Features { get; set; } = [];

    /// <summary>Target, relative to the history's mean, in scaled units.</summary>
    public float Label { get; set; }
}
