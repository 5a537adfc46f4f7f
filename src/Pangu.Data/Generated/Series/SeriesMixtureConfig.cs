namespace Pangu.Data.Generated.Series;

/// <summary>What share each family has in generated series, and how they are combined.</summary>
public sealed record SeriesMixtureConfig
{
    /// <summary>How often each sampling interval is drawn.</summary>
    public SamplingGridConfig SamplingGrid { get; init; } = new();

    /// <summary>Share of series that are layered: season + slow level + noise, each drawn on its own, as loads are. Default 0.6; the rest shows one family, or two added.</summary>
    public double LayeredShare { get; init; } = 0.6;

    /// <summary>Share of unlayered series that add a second family. Default 0.3.</summary>
    public double PairShare { get; init; } = 0.3;

    /// <summary>Relative weight of <see cref="SeriesFamily.TrendSeason"/>. Default 1.</summary>
    public double TrendSeason { get; init; } = 1;

    /// <summary>Relative weight of <see cref="SeriesFamily.MeanReverting"/>. Default 2: holds long horizons.</summary>
    public double MeanReverting { get; init; } = 2;

    /// <summary>Relative weight of <see cref="SeriesFamily.RandomWalk"/>. Default 1.</summary>
    public double RandomWalk { get; init; } = 1;

    /// <summary>Relative weight of <see cref="SeriesFamily.RandomFourier"/>. Default 1.</summary>
    public double RandomFourier { get; init; } = 1;

    /// <summary>Relative weight of <see cref="SeriesFamily.SeasonalAutoregressive"/>. Default 1.5.</summary>
    public double SeasonalAutoregressive { get; init; } = 1.5;

    /// <summary>Relative weight of <see cref="SeriesFamily.ModulatedSeason"/>. Default 2.</summary>
    public double ModulatedSeason { get; init; } = 2;

    /// <summary>Relative weight of <see cref="SeriesFamily.Event"/>. Default 0.7.</summary>
    public double Event { get; init; } = 0.7;

    /// <summary>Relative weight of <see cref="SeriesFamily.CycleShape"/>. Default 0.7.</summary>
    public double CycleShape { get; init; } = 0.7;

    /// <summary>Relative weight of <see cref="SeriesFamily.IntermittentLoad"/>. Default 0.7.</summary>
    public double IntermittentLoad { get; init; } = 0.7;

    /// <summary>Relative weight of <see cref="SeriesFamily.TransformerThermal"/>. Default 1.</summary>
    public double TransformerThermal { get; init; } = 1;

    /// <summary>Relative weight of <see cref="SeriesFamily.Pump"/>. Default 0.5.</summary>
    public double Pump { get; init; } = 0.5;

    /// <summary>Relative weight of <see cref="SeriesFamily.HeatExchanger"/>. Default 0.5.</summary>
    public double HeatExchanger { get; init; } = 0.5;

    /// <summary>What is done to a series afterwards.</summary>
    public SeriesAugmentationConfig Augmentation { get; init; } = new();

    /// <summary>Weight of a family.</summary>
    /// <param name="family">Which one.</param>
    public double WeightOf(SeriesFamily family) => family switch
    {
        SeriesFamily.TrendSeason => TrendSeason,
        SeriesFamily.MeanReverting => MeanReverting,
        SeriesFamily.RandomWalk => RandomWalk,
        SeriesFamily.RandomFourier => RandomFourier,
        SeriesFamily.SeasonalAutoregressive => SeasonalAutoregressive,
        SeriesFamily.ModulatedSeason => ModulatedSeason,
        SeriesFamily.Event => Event,
        SeriesFamily.CycleShape => CycleShape,
        SeriesFamily.IntermittentLoad => IntermittentLoad,
        SeriesFamily.TransformerThermal => TransformerThermal,
        SeriesFamily.Pump => Pump,
        SeriesFamily.HeatExchanger => HeatExchanger,
        _ => throw new ArgumentOutOfRangeException(nameof(family), family, "Unknown series family."),
    };

    /// <summary>Lists every problem of these settings; empty if there is none.</summary>
    public IReadOnlyList<string> Validate()
    {
        List<string> problems = [.. SamplingGrid.Validate(), .. Augmentation.Validate()];
        double total = 0;
        foreach (SeriesFamily family in Enum.GetValues<SeriesFamily>())
        {
            double weight = WeightOf(family);
            total += weight;
            if (!(weight >= 0) || double.IsInfinity(weight))
            {
                problems.Add($"mixture: the weight of {family} is {weight}; it must be a finite number >= 0.");
            }
        }

        if (!(total > 0))
        {
            problems.Add("mixture: all family weights are 0; at least one must be positive.");
        }

        if (!(LayeredShare is >= 0 and <= 1))
        {
            problems.Add($"mixture: layeredShare is {LayeredShare}; it must lie in 0 .. 1.");
        }

        if (!(PairShare is >= 0 and <= 1))
        {
            problems.Add($"mixture: pairShare is {PairShare}; it must lie in 0 .. 1.");
        }

        return problems;
    }
}
