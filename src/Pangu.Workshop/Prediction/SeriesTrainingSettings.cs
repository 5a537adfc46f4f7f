namespace Pangu.Workshop.Prediction;

/// <summary>How a series network learns.</summary>
public sealed record SeriesTrainingSettings
{
    /// <summary>Optimizer steps.</summary>
    public required int Steps { get; init; }
}
