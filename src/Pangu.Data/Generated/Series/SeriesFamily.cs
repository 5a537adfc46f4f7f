namespace Pangu.Data.Generated.Series;

/// <summary>The families of generated series; a place in this list is a family's place in <see cref="SeriesMixtureConfig"/>'s weights.</summary>
public enum SeriesFamily
{
    /// <summary><see cref="TrendSeasonGenerator"/>.</summary>
    TrendSeason,

    /// <summary><see cref="MeanRevertingGenerator"/>.</summary>
    MeanReverting,

    /// <summary><see cref="RandomWalkGenerator"/>.</summary>
    RandomWalk,

    /// <summary><see cref="RandomFourierGenerator"/>.</summary>
    RandomFourier,

    /// <summary><see cref="SeasonalAutoregressiveGenerator"/>.</summary>
    SeasonalAutoregressive,

    /// <summary><see cref="ModulatedSeasonGenerator"/>.</summary>
    ModulatedSeason,

    /// <summary><see cref="EventGenerator"/>.</summary>
    Event,

    /// <summary><see cref="CycleShapeGenerator"/>.</summary>
    CycleShape,

    /// <summary><see cref="IntermittentLoadGenerator"/>.</summary>
    IntermittentLoad,

    /// <summary><see cref="TransformerThermalGenerator"/>.</summary>
    TransformerThermal,

    /// <summary><see cref="PumpGenerator"/>.</summary>
    Pump,

    /// <summary><see cref="HeatExchangerGenerator"/>.</summary>
    HeatExchanger,
}
