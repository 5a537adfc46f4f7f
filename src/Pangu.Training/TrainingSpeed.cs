using Pangu.Core;
using Pangu.Models;
using Pangu.Tensors;

namespace Pangu.Training;

/// <summary>How fast a model trains on this machine.</summary>
/// <param name="Steps">Steps that were measured.</param>
/// <param name="SecondsPerStep">Median over rounds of steps.</param>
/// <param name="Products">Rates of products of matrices, median over the rounds' ends.</param>
public sealed record TrainingSpeed(int Steps, double SecondsPerStep, ProductRates Products)
{
    private const int ProductsPerRound = 5;

    /// <summary>Trains the model for some steps, as a recipe would, and measures products of matrices between rounds of them. The model's weights change.</summary>
    /// <param name="model">The model; stays the caller's.</param>
    /// <param name="objective">Its batches and loss.</param>
    /// <param name="options">Steps and what a step does.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellation">Asks for a stop.</param>
    /// <returns>What was measured.</returns>
    public static TrainingSpeed Measure(TorchModel model, IObjective objective, SpeedOptions options, TimeProvider time, CancellationToken cancellation = default)
    {
        var clock = new Rounds(options, time);
        new Trainer(new TrainingJob
        {
            Work = "measure steps",
            Identity = "measure",
            Options = new TrainingOptions
            {
                Steps = options.WarmSteps + (options.Rounds * options.StepsPerRound),
                MicroBatches = options.MicroBatches,
                Optimizer = options.Optimizer,
                Schedule = new ConstantSchedule(),
                Guard = new GuardOptions { SpikeFactor = null },
                Checkpoints = new CheckpointOptions(EverySteps: long.MaxValue),
            },
            Weights = TrainableWeights.Of(model),
            Objective = objective,
            Seeds = new Seeds(1),
        }).Run(clock, cancellation);
        return clock.Result();
    }

    /// <summary>Takes the time of rounds of steps; the trainer reports every step on its own thread.</summary>
    private sealed class Rounds(SpeedOptions options, TimeProvider time) : IProgress<WorkProgress>
    {
        private readonly List<double> _seconds = [];
        private readonly List<ProductRates> _products = [];
        private long _began;
        private long _steps;

        public void Report(WorkProgress value)
        {
            _steps++;
            if (_steps < options.WarmSteps)
            {
                return;
            }

            var inRound = (_steps - options.WarmSteps) % options.StepsPerRound;
            if (inRound != 0)
            {
                return;
            }

            if (_steps > options.WarmSteps)
            {
                _seconds.Add(time.GetElapsedTime(_began).TotalSeconds / options.StepsPerRound);
            }

            _products.Add(ProductRates.Measure(ProductsPerRound, time));
            _began = time.GetTimestamp();
        }

        public TrainingSpeed Result() => new(
            options.Rounds * options.StepsPerRound,
            Median(_seconds),
            new ProductRates(Median(_products.Select(rates => rates.Libtorch)), Median(_products.Select(rates => rates.Own))));

        private static double Median(IEnumerable<double> values)
        {
            var sorted = values.Order().ToList();
            return sorted[sorted.Count / 2];
        }
    }
}

/// <summary>What <see cref="TrainingSpeed"/> measures.</summary>
/// <param name="Optimizer">What moves the weights.</param>
public sealed record SpeedOptions(OptimizerOptions Optimizer)
{
    /// <summary>Steps before the first that counts, until code is compiled and memory is there. Default 10.</summary>
    public int WarmSteps { get; init; } = 10;

    /// <summary>Rounds; the median counts. Default 7.</summary>
    public int Rounds { get; init; } = 7;

    /// <summary>Steps of a round. Default 10.</summary>
    public int StepsPerRound { get; init; } = 10;

    /// <summary>Micro-batches a step. Default 1.</summary>
    public int MicroBatches { get; init; } = 1;
}
