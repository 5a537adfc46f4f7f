using Pangu.Core;

namespace Pangu.Training;

/// <summary>One training: what is trained, on what, how, and where progress is kept.</summary>
public sealed record TrainingJob
{
    /// <summary>What it is called in progress, for example <c>train foundation</c>.</summary>
    public required string Work { get; init; }

    /// <summary>What is trained on what: a checkpoint is only taken up by a training of the same identity, options and seed.</summary>
    public required string Identity { get; init; }

    /// <summary>How.</summary>
    public required TrainingOptions Options { get; init; }

    /// <summary>The model's weights; training begins with their values and leaves its result in them.</summary>
    public required TrainableWeights Weights { get; init; }

    /// <summary>Batches and losses.</summary>
    public required IObjective Objective { get; init; }

    /// <summary>The run's seeds: libtorch's generator is seeded from them for every micro-batch (stream <c>training</c>), so that dropout needs no saved state.</summary>
    public required Seeds Seeds { get; init; }

    /// <summary>Error of the model as it stands, in its evaluation state; lower is better. Needed where <see cref="TrainingOptions.Validation"/> is set.</summary>
    public Func<CancellationToken, double>? Validate { get; init; }

    /// <summary>Where checkpoints are kept; null keeps the last one in memory, for going back after a failed step alone.</summary>
    public CheckpointStore? Checkpoints { get; init; }
}

/// <summary>What a training came to. The weights are in the model.</summary>
public sealed record TrainingResult
{
    /// <summary>Steps done.</summary>
    public required long Steps { get; init; }

    /// <summary>The loss log.</summary>
    public required IReadOnlyList<LossEntry> Losses { get; init; }

    /// <summary>Validations in order.</summary>
    public required IReadOnlyList<ValidationFigure> Validations { get; init; }

    /// <summary>The validation whose weights are in the model; null where the last weights are.</summary>
    public ValidationFigure? Best { get; init; }

    /// <summary>Failed steps, in order, with what was done about them.</summary>
    public required IReadOnlyList<TrainingFailure> Failures { get; init; }

    /// <summary>Steps whose batches held nothing to learn from.</summary>
    public required long EmptySteps { get; init; }

    /// <summary>Whether training ended before its last step for want of better figures.</summary>
    public required bool StoppedEarly { get; init; }

    /// <summary>The step that this call went on from; null when it began afresh.</summary>
    public long? ResumedFromStep { get; init; }

    /// <summary>Damaged checkpoints that were passed over.</summary>
    public required IReadOnlyList<Problem> DamagedCheckpoints { get; init; }
}
