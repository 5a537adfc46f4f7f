namespace Pangu.Training;

/// <summary>How wrong a forecast is, in units of its window's deviation.</summary>
public sealed record ForecastLossOptions
{
    /// <summary>Weight of the quantiles' loss: twice the mean pinball loss over levels, which approximates the continuous ranked probability score. Default 1.</summary>
    public double QuantileWeight { get; init; } = 1;

    /// <summary>Weight of the mean's loss. Default 1.</summary>
    public double MeanWeight { get; init; } = 1;

    /// <summary>Error beyond which the mean's loss grows linearly (Huber 1964), in deviations; null for half the squared error everywhere. Default 1.</summary>
    public double? HuberThreshold { get; init; } = 1;

    /// <summary>Targets are clipped at this many deviations from the window's level, so that no single event rules a batch. Default 8.</summary>
    public double TargetLimit { get; init; } = 8;

    /// <summary>Windows whose observed history deviates less than this, in units of the input, count as constant and teach nothing. Default 0.001.</summary>
    public double MinimumDeviation { get; init; } = 1e-3;

    /// <summary>What counts the same. Default <see cref="SampleWeighting.Value"/>.</summary>
    public SampleWeighting Weighting { get; init; } = SampleWeighting.Value;

    /// <summary>A window counts its history's standard deviation (units of the input) to this power: 0 counts all windows the same, 2 counts errors as the squared error in units of the input does. Default 0.</summary>
    public double DeviationExponent { get; init; }

    /// <summary>Every problem of the settings.</summary>
    /// <param name="path">Where they stand, for messages.</param>
    /// <returns>Messages that name the property; empty when the settings are sound.</returns>
    public IReadOnlyList<string> Validate(string path = "loss") =>
    [
        .. TrainingOptions.Require(QuantileWeight >= 0 && MeanWeight >= 0 && QuantileWeight + MeanWeight is > 0 and < double.PositiveInfinity, $"{path} has quantileWeight {QuantileWeight} and meanWeight {MeanWeight}; both must be 0 or more and one above 0"),
        .. TrainingOptions.Require(HuberThreshold is null or > 0, $"{path}.huberThreshold is {HuberThreshold}; it must be above 0, or left out for the squared error"),
        .. TrainingOptions.Require(TargetLimit > 0, $"{path}.targetLimit is {TargetLimit}; it must be above 0"),
        .. TrainingOptions.Require(DeviationExponent is >= 0 and <= 4, $"{path}.deviationExponent is {DeviationExponent}; it must lie in 0 .. 4"),
        .. TrainingOptions.Require(MinimumDeviation >= 0, $"{path}.minimumDeviation is {MinimumDeviation}; it must be 0 or more"),
    ];
}

/// <summary>What counts the same in a loss.</summary>
public enum SampleWeighting
{
    /// <summary>Every observed value of the future.</summary>
    Value,

    /// <summary>Every series with at least one observed value of the future, however many it has.</summary>
    Series,
}
