using Pangu.Core;
using Pangu.Data;
using Pangu.Models;
using Pangu.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Pangu.Training;

/// <summary>Trains a series network to forecast, in the scaled space of each window. Legend: <c>B</c> windows, <c>C</c> channels, <c>N</c> = B C series, <c>L</c> history, <c>H</c> horizon, <c>Q</c> quantiles.</summary>
public sealed class ForecastObjective : IObjective, IDisposable
{
    private readonly SeriesNetwork _network;
    private readonly ISeriesBatches _batches;
    private readonly ForecastLossOptions _options;
    private readonly ForecastLoss _loss;
    private readonly ForecastTargets _targets;
    private readonly TrainingMode _mode;
    private readonly int _microBatches;

    /// <summary>Brings a network and its data together.</summary>
    /// <param name="network">A network with a forecast of its own; stays the caller's.</param>
    /// <param name="batches">Data; stays the caller's.</param>
    /// <param name="options">Loss and dropout; validated here.</param>
    /// <param name="seeds">The run's seeds, for dropout.</param>
    /// <param name="microBatches">Micro-batches a step, as in the training's options.</param>
    /// <exception cref="PanguException">Settings have problems, or network and batches do not fit.</exception>
    public ForecastObjective(SeriesNetwork network, ISeriesBatches batches, ForecastObjectiveOptions options, Seeds seeds, int microBatches = 1)
    {
        if (options.Validate() is { Count: > 0 } problems)
        {
            throw new PanguException(ErrorKind.Usage, "objective-options", problems[0] + ".", [.. problems.Select(problem => new Problem(null, null, problem))]);
        }

        if (network.Model.Config.Head is not ForecastHead { Output: not null } head)
        {
            throw PanguException.Usage("objective-head", "The model has no network forecast (its head has no output), so there is nothing to train; closed-form paths are fitted, not trained.");
        }

        if (batches.Shape.Horizon != head.Horizon)
        {
            throw PanguException.Usage("objective-horizon", $"Batches have a horizon of {batches.Shape.Horizon} steps, the model forecasts {head.Horizon}; they must agree.");
        }

        _network = network;
        _batches = batches;
        _options = options.Loss;
        _loss = new ForecastLoss(options.Loss, head.Output is PatchOutput ? head.Quantiles : []);
        _targets = new ForecastTargets(batches.Shape, options.Loss);
        _mode = new TrainingMode(seeds, options.Dropout, options.DropoutKind, options.Precision) { Kernels = options.Kernels };
        _microBatches = microBatches;
    }

    /// <inheritdoc/>
    public void SetTraining(bool training)
    {
        if (training)
        {
            _network.Model.StartTraining(_mode);
        }
        else
        {
            _network.Model.StopTraining();
        }
    }

    /// <inheritdoc/>
    public LossTerm Compute(BatchPlace place)
    {
        var shape = _batches.Shape;
        var batch = _batches.Get(place.Draw, place.MicroBatch);
        var weight = _targets.Read(batch);
        _mode.Step = (place.Draw * _microBatches) + place.MicroBatch;
        using var scope = NewDisposeScope();
        var values_BCL = Operators.Of(batch.Values, shape.Rows, shape.Channels, shape.Context);
        var observed_BCL = Operators.Of(_targets.Observed, shape.Rows, shape.Channels, shape.Context);
        var forecast = _network.ForwardScaled(values_BCL, observed_BCL);
        var target_NH = Scaled(forecast);
        var weight_NH = Operators.Of(_targets.Weights, target_NH.shape);
        return new LossTerm(_loss.Sum(forecast.Steps, target_NH, weight_NH).MoveToOuterDisposeScope(), weight);
    }

    /// <inheritdoc/>
    public void Dispose() => _loss.Dispose();

    private Tensor Scaled(ScaledForecast forecast)
    {
        using var scope = new StepScope(gradient: false);
        var target_NH = Operators.Of(_targets.Targets, forecast.Location.size(0), _batches.Shape.Horizon);
        using var low = (-_options.TargetLimit).ToScalar();
        using var high = _options.TargetLimit.ToScalar();
        return Operators.Add(target_NH, forecast.Location, -1).div(forecast.Scale).clamp_(low, high).MoveToOuterDisposeScope();
    }
}
