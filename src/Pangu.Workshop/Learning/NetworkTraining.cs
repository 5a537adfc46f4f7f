using System.Diagnostics;
using Pangu.Core;
using Pangu.Formats;
using Pangu.Models;
using Pangu.Training;
using Pangu.Workshop.Plans;
using Pangu.Workshop.Recipes;
using Pangu.Workshop.Stages;

namespace Pangu.Workshop.Learning;

/// <summary>The training of one stage's network, of any family: with checkpoints when it runs, a few steps of it when it is planned.</summary>
internal sealed record NetworkTraining
{
    private const int ProbeWarmSteps = 10; // Until the batches prepared ahead are used up and the code is compiled.
    private const int ProbeSteps = 16;
    private const int FewestProbeSteps = 6;
    private const double MostProbeSeconds = 1.2;

    /// <summary>The stage that trains.</summary>
    public required Stage Stage { get; init; }

    /// <summary>How it learns.</summary>
    public required LearningSettings Settings { get; init; }

    /// <summary>The network's model.</summary>
    public required TorchModel Model { get; init; }

    /// <summary>Batches and losses.</summary>
    public required IObjective Objective { get; init; }

    /// <summary>Error of the network as it stands; null where it is not validated.</summary>
    public Func<CancellationToken, double>? Validate { get; init; }

    /// <summary>The model that a stage trains: its parent's, or a new one.</summary>
    /// <param name="context">The stage's context.</param>
    /// <param name="parent">Stage whose output holds the parent's package; null for a model from nothing.</param>
    /// <param name="fromNothing">Config of a model from nothing.</param>
    /// <param name="json">Reads configs of the family.</param>
    /// <param name="initial">How a weight of a model from nothing starts, where not as its slot says; null where all do.</param>
    /// <returns>The model; the caller disposes it.</returns>
    public static TorchModel Open(StageContext context, Stage? parent, Func<ModelConfig> fromNothing, ModelConfigJson json, Func<Slot, Initial>? initial = null)
    {
        if (parent is null)
        {
            return TorchModel.Create(fromNothing(), context.Seeds, initial);
        }

        using var package = ModelPackage.Open(Path.Combine(context.Input(parent), "package"), json);
        return TorchModel.Load(package.Config, package.Weights);
    }

    /// <summary>Trains to the end, from the last checkpoint where there is one.</summary>
    /// <param name="context">The stage's context.</param>
    /// <returns>What came of it; the weights are in the model.</returns>
    public TrainingResult Run(StageContext context)
    {
        var parents = Settings.ParentShare > 0 ? Model.Export() : null;
        var result = new Trainer(new TrainingJob
        {
            Work = Stage.Name,
            Identity = Stage.Settings.ToJsonString(),
            Options = Settings.ToOptions(),
            Weights = TrainableWeights.Of(Model),
            Objective = Objective,
            Seeds = context.Seeds,
            Validate = Validate,
            Checkpoints = new CheckpointStore(Path.Combine(context.Scratch, "checkpoints")),
        }).Run(context.Progress, context.Cancellation);
        if (parents is not null)
        {
            Model.Import(Model.Export().ToDictionary(pair => pair.Key, pair => Mixed(pair.Value, parents[pair.Key], (float)Settings.ParentShare)));
        }

        return result;
    }

    /// <summary>What all steps will take, by taking a few of them.</summary>
    /// <param name="calibration">Seeds, and whether to stop.</param>
    /// <returns>Seconds, without validations.</returns>
    public double EstimateSeconds(Calibration calibration)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(calibration.Cancellation);
        var clock = new StepClock(enough);
        var trainer = new Trainer(new TrainingJob
        {
            Work = Stage.Name,
            Identity = Stage.Name,
            // A schedule must reach to the last step, also where a training is shorter than the probe.
            Options = (Settings with { Steps = Math.Max(Settings.Steps, ProbeWarmSteps + ProbeSteps) }).ToOptions() with { Steps = ProbeWarmSteps + ProbeSteps, Validation = null },
            Weights = TrainableWeights.Of(Model),
            Objective = Objective,
            Seeds = calibration.Seeds,
        });
        try
        {
            trainer.Run(clock, enough.Token);
        }
        catch (OperationCanceledException) when (!calibration.Cancellation.IsCancellationRequested)
        {
            // A busy machine: the steps so far must do.
        }

        return clock.TypicalSeconds() * Settings.Steps;
    }

    /// <summary>Weights between two models.</summary>
    /// <param name="learned">A weight of the one.</param>
    /// <param name="parent">The same of the other.</param>
    /// <param name="share">The other's share.</param>
    /// <returns>(1 - share) learned + share parent.</returns>
    internal static TensorData Mixed(TensorData learned, TensorData parent, float share)
    {
        var (values, others) = (learned.ToSingles(), parent.ToSingles());
        for (var i = 0; i < values.Length; i++)
        {
            values[i] += share * (others[i] - values[i]);
        }

        return TensorData.Of(values, [.. learned.Shape]);
    }

    /// <summary>Takes the time from one reported step to the next.</summary>
    private sealed class StepClock(CancellationTokenSource enough) : IProgress<WorkProgress>
    {
        private readonly List<double> _seconds = [];
        private long _last = Stopwatch.GetTimestamp();

        public void Report(WorkProgress value)
        {
            _seconds.Add(Stopwatch.GetElapsedTime(_last).TotalSeconds);
            _last = Stopwatch.GetTimestamp();
            if (_seconds.Count > ProbeWarmSteps + FewestProbeSteps && _seconds.Sum() > MostProbeSeconds)
            {
                enough.Cancel();
            }
        }

        /// <summary>Mean of the faster half of the steps: on a machine that has nothing else to do, the others are what the probe itself disturbed.</summary>
        public double TypicalSeconds()
        {
            var sorted = _seconds[Math.Min(ProbeWarmSteps, _seconds.Count - 1)..].Order().ToList();
            return sorted[..((sorted.Count + 1) / 2)].Average();
        }
    }
}
