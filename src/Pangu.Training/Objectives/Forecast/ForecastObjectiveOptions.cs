using Pangu.Models;

namespace Pangu.Training;

/// <summary>How a forecaster is trained beyond what every training has.</summary>
public sealed record ForecastObjectiveOptions
{
    /// <summary>The loss.</summary>
    public ForecastLossOptions Loss { get; init; } = new();

    /// <summary>Share of what each branch adds that is set to 0 in training. Default 0.</summary>
    public double Dropout { get; init; }

    /// <summary>Over what one dropout decision is taken. Default a number of a whole row.</summary>
    public DropoutKind DropoutKind { get; init; } = DropoutKind.Row;

    /// <summary>What the body computes in while it trains. Default float32.</summary>
    public TrainingPrecision Precision { get; init; } = TrainingPrecision.Single;

    /// <summary>Whose operators the body runs on. Default our own, which are faster for models of this size (benchmarks/results/training-step.md).</summary>
    public KernelChoice Kernels { get; init; } = KernelChoice.Own;

    /// <summary>Every problem of the settings.</summary>
    /// <param name="path">Where they stand, for messages.</param>
    /// <returns>Messages that name the property; empty when the settings are sound.</returns>
    public IReadOnlyList<string> Validate(string path = "objective") =>
    [
        .. Loss.Validate($"{path}.loss"),
        .. TrainingOptions.Require(Dropout is >= 0 and < 1, $"{path}.dropout is {Dropout}; it must be at least 0 and below 1"),
    ];
}
