namespace Pangu.Evaluation.Prediction.Anomalies;

/// <summary>What can go wrong with a sensor or a machine, as far as a series shows it.</summary>
public enum FaultKind
{
    /// <summary>Single steps far off.</summary>
    Spike,

    /// <summary>The level jumps and comes back.</summary>
    LevelShift,

    /// <summary>The level wanders off steadily and comes back at the end.</summary>
    Drift,

    /// <summary>The sensor repeats its last value.</summary>
    Stuck,

    /// <summary>Noise is added.</summary>
    NoiseBurst,

    /// <summary>Swings around the local mean grow.</summary>
    ScaleChange,

    /// <summary>The series runs late: values of some steps before.</summary>
    TimeShift,
}

/// <summary>Which faults are injected into healthy data.</summary>
public sealed record FaultSettings
{
    /// <summary>Kinds, taken in turn. Default all.</summary>
    public IReadOnlyList<FaultKind> Kinds { get; init; } = Enum.GetValues<FaultKind>();

    /// <summary>Faults in all; fewer where the range has no room. Default 40.</summary>
    public int Count { get; init; } = 40;

    /// <summary>Smallest size, in deviations of the channel over the training part. Default 1.</summary>
    public double SmallestSize { get; init; } = 1;

    /// <summary>Largest size, in deviations. Default 4.</summary>
    public double LargestSize { get; init; } = 4;

    /// <summary>Fewest steps of a fault other than a spike. Default 3.</summary>
    public int ShortestLength { get; init; } = 3;

    /// <summary>Most steps of a fault other than a spike (drifts take twice as many). Default 10: 40 faults then strike about a fifth of 1,440 rows.</summary>
    public int LongestLength { get; init; } = 10;

    /// <summary>Most channels that a fault strikes at once. Default 2.</summary>
    public int MostChannels { get; init; } = 2;

    /// <summary>Healthy steps kept between faults. Default 12.</summary>
    public int Distance { get; init; } = 12;
}

/// <summary>One injected fault.</summary>
/// <param name="Kind">What was done.</param>
/// <param name="Channels">Channels struck.</param>
/// <param name="Start">First row.</param>
/// <param name="Length">Rows.</param>
/// <param name="Size">Deviations; for scale changes the factor less 1, for time shifts the steps.</param>
public sealed record Fault(FaultKind Kind, IReadOnlyList<int> Channels, int Start, int Length, double Size);

/// <summary>Healthy data with faults put in. Legend: <c>C</c> channels, <c>N</c> rows.</summary>
/// <param name="Values">[C][N]: the whole table, faults included, in the units of the data.</param>
/// <param name="Faulty">[N]: whether a fault lies on the row.</param>
/// <param name="Faults">What was done, in order of time.</param>
public sealed record FaultySeries(float[][] Values, bool[] Faulty, IReadOnlyList<Fault> Faults);
