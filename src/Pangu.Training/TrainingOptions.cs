namespace Pangu.Training;

/// <summary>How a model is trained. Everything that decides a number stands here; budgets are steps, never time.</summary>
public sealed record TrainingOptions
{
    /// <summary>Optimizer steps in all.</summary>
    public required long Steps { get; init; }

    /// <summary>Micro-batches whose gradients are added up for one step, weighted by their samples. Default 1.</summary>
    public int MicroBatches { get; init; } = 1;

    /// <summary>Optimizers with their peak learning rates.</summary>
    public required OptimizerOptions Optimizer { get; init; }

    /// <summary>Learning rate over the steps, as a share of each peak.</summary>
    public required Schedule Schedule { get; init; }

    /// <summary>Largest L2 norm of all gradients together; null for no clipping. Default 1.</summary>
    public double? ClipNorm { get; init; } = 1;

    /// <summary>Running average of the weights, which is what is validated and kept; null for none. Default none.</summary>
    public AverageOptions? Average { get; init; }

    /// <summary>What is done about losses that explode.</summary>
    public GuardOptions Guard { get; init; } = new();

    /// <summary>When progress is saved.</summary>
    public CheckpointOptions Checkpoints { get; init; } = new();

    /// <summary>Steps from one entry of the loss log to the next. Default 1.</summary>
    public int LogEverySteps { get; init; } = 1;

    /// <summary>When the model is validated and how that decides; null for never. Default never.</summary>
    public ValidationOptions? Validation { get; init; }

    /// <summary>Every problem of the settings.</summary>
    /// <returns>Messages that name the property; empty when the settings are sound.</returns>
    public IReadOnlyList<string> Validate() =>
    [
        .. Require(Steps >= 1, $"training.steps is {Steps}; it must be at least 1"),
        .. Require(MicroBatches >= 1, $"training.microBatches is {MicroBatches}; it must be at least 1"),
        .. Require(LogEverySteps >= 1, $"training.logEverySteps is {LogEverySteps}; it must be at least 1"),
        .. Require(ClipNorm is not <= 0 and not double.NaN, $"training.clipNorm is {ClipNorm}; it must be above 0, or left out for no clipping"),
        .. Optimizer.Validate("training.optimizer"),
        .. Schedule.Validate("training.schedule"),
        .. Require(Schedule.CoveredSteps is null || Schedule.CoveredSteps >= Steps, $"training.schedule.totalSteps is {Schedule.CoveredSteps} but training.steps is {Steps}; the schedule must reach to the last step"),
        .. Average?.Validate("training.average") ?? [],
        .. Guard.Validate("training.guard"),
        .. Checkpoints.Validate("training.checkpoints"),
        .. Validation?.Validate("training.validation") ?? [],
    ];

    internal static IEnumerable<string> Require(bool condition, string problem) => condition ? [] : [problem];
}

/// <summary>Running average of the weights: average = d * average + (1 - d) * weights after every step, begun with the initial weights.</summary>
/// <param name="Decay">d, at least 0 and below 1.</param>
/// <param name="Warmed">Whether the decay is min(d, (1 + s) / (10 + s)) at step s, so that the early weights are forgotten soon. Default true.</param>
public sealed record AverageOptions(double Decay, bool Warmed = true)
{
    internal IEnumerable<string> Validate(string path) =>
        TrainingOptions.Require(Decay is >= 0 and < 1, $"{path}.decay is {Decay}; it must be at least 0 and below 1");
}

/// <summary>When a step counts as failed (a loss or gradient that is not finite, or a spike of the loss) and how often training begins again from the last checkpoint without the data at fault.</summary>
public sealed record GuardOptions
{
    /// <summary>A loss above this many times the median of the recent ones is a spike; null for no such check (losses below 0). Default 10.</summary>
    public double? SpikeFactor { get; init; } = 10;

    /// <summary>Recent losses that the median is taken of. Default 64.</summary>
    public int Window { get; init; } = 64;

    /// <summary>Losses seen before spikes are looked for. Default 16.</summary>
    public int WarmSteps { get; init; } = 16;

    /// <summary>Batches left out after the first failure: the failed one and those before it, for what spoils a model may come before what shows it. Each further failure leaves out twice as many. Default 1.</summary>
    public int SkippedBatches { get; init; } = 1;

    /// <summary>Failures after which training is given up. Default 3.</summary>
    public int MaximumRollbacks { get; init; } = 3;

    internal IEnumerable<string> Validate(string path) =>
    [
        .. TrainingOptions.Require(SpikeFactor is null or > 1, $"{path}.spikeFactor is {SpikeFactor}; it must be above 1, or left out for no check"),
        .. TrainingOptions.Require(Window >= 1, $"{path}.window is {Window}; it must be at least 1"),
        .. TrainingOptions.Require(WarmSteps >= 1 && WarmSteps <= Window, $"{path}.warmSteps is {WarmSteps}; it must lie in 1 .. window, which is {Window}"),
        .. TrainingOptions.Require(SkippedBatches >= 1, $"{path}.skippedBatches is {SkippedBatches}; it must be at least 1"),
        .. TrainingOptions.Require(MaximumRollbacks >= 0, $"{path}.maximumRollbacks is {MaximumRollbacks}; it must be 0 or more"),
    ];
}

/// <summary>When progress is saved, and how much of it is kept.</summary>
/// <param name="EverySteps">Steps from one checkpoint to the next. Default 500.</param>
/// <param name="Keep">Checkpoints kept; more than one, so that a damaged one has a predecessor. Default 2.</param>
public sealed record CheckpointOptions(long EverySteps = 500, int Keep = 2)
{
    internal IEnumerable<string> Validate(string path) =>
    [
        .. TrainingOptions.Require(EverySteps >= 1, $"{path}.everySteps is {EverySteps}; it must be at least 1"),
        .. TrainingOptions.Require(Keep >= 1, $"{path}.keep is {Keep}; it must be at least 1"),
    ];
}

/// <summary>When the model is validated and how that decides. Figures are errors: lower is better.</summary>
/// <param name="EverySteps">Steps from one validation to the next; the last step is validated as well.</param>
/// <param name="Patience">Validations without a better figure after which training stops early; 0 for never. Default 0.</param>
/// <param name="KeepBest">Whether the weights with the best figure are the result, in place of the last ones. Default true.</param>
/// <param name="AtStart">Whether the initial weights take part, so that tuning can end where it began. Default true.</param>
public sealed record ValidationOptions(long EverySteps, int Patience = 0, bool KeepBest = true, bool AtStart = true)
{
    internal IEnumerable<string> Validate(string path) =>
    [
        .. TrainingOptions.Require(EverySteps >= 1, $"{path}.everySteps is {EverySteps}; it must be at least 1"),
        .. TrainingOptions.Require(Patience >= 0, $"{path}.patience is {Patience}; it must be 0 or more"),
    ];
}
