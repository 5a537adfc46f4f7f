namespace Pangu.Data.Generated.Series;

/// <summary>How often finished series are roughened as records are; each property is a share in 0 .. 1.</summary>
public sealed record SeriesAugmentationConfig
{
    /// <summary>Added noise (autoregressive or heavy-tailed, of changing spread). Default 0.6.</summary>
    public double Noise { get; init; } = 0.6;

    /// <summary>A few isolated spikes. Default 0.12.</summary>
    public double Spikes { get; init; } = 0.12;

    /// <summary>One or two level shifts. Default 0.08.</summary>
    public double LevelShift { get; init; } = 0.08;

    /// <summary>Stretches in which the reading stands still. Default 0.05.</summary>
    public double FlatStretches { get; init; } = 0.05;

    /// <summary>Rounding to a coarse step. Default 0.1.</summary>
    public double Quantisation { get; init; } = 0.1;

    /// <summary>Clipping at a floor or a ceiling. Default 0.08.</summary>
    public double Clipping { get; init; } = 0.08;

    /// <summary>An exponential of the series: skewed, positive values. Default 0.12.</summary>
    public double Exponential { get; init; } = 0.12;

    /// <summary>Lists every problem of these settings; empty if there is none.</summary>
    public IReadOnlyList<string> Validate()
    {
        (string Name, double Share)[] shares =
        [
            ("noise", Noise), ("spikes", Spikes), ("levelShift", LevelShift), ("flatStretches", FlatStretches),
            ("quantisation", Quantisation), ("clipping", Clipping), ("exponential", Exponential),
        ];
        return [.. shares.Where(each => !(each.Share is >= 0 and <= 1))
            .Select(each => $"augmentation.{each.Name} is {each.Share}; it must lie in 0 .. 1.")];
    }
}
