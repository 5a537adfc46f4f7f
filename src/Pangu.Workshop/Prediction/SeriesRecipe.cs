using Pangu.Core;
using Pangu.Data.Generated.Series;
using Pangu.Evaluation.Prediction.Anomalies;
using Pangu.Evaluation.Prediction.Baselines;
using Pangu.Evaluation.Prediction.Fitting;
using Pangu.Evaluation.Prediction.Linear;
using Pangu.Workshop.Recipes;

namespace Pangu.Workshop.Prediction;

/// <summary>A recipe of the prediction family: sites with series, models of up to three tiers, evaluation beside baselines.</summary>
public sealed record SeriesRecipe : Recipe
{
    /// <summary>The sites whose series are learned from and judged on.</summary>
    public required SeriesDataSettings Data { get; init; }

    /// <summary>The models by name, parents before children.</summary>
    public required IReadOnlyDictionary<string, SeriesModelSettings> Models { get; init; }

    /// <summary>What is measured beside which baselines.</summary>
    public SeriesEvaluationSettings Evaluation { get; init; } = new();
}

/// <summary>The recipe's data.</summary>
public sealed record SeriesDataSettings
{
    /// <summary>The sites.</summary>
    public required IReadOnlyList<SiteSettings> Load { get; init; }

    /// <summary>Catalogue id of a simulated set that takes the place of sources that cannot be reached; its files go to the sites in order. Default none.</summary>
    public string? StandIn { get; init; }

    /// <summary>What share each family has in generated series. Default an even hand.</summary>
    public SeriesMixtureConfig Generators { get; init; } = new();
}

/// <summary>One site: one table of series.</summary>
public sealed record SiteSettings
{
    /// <summary>Name of the site in metrics and reports, for example <c>etth1</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Catalogue id of the data; this or <see cref="Path"/>.</summary>
    public string? Source { get; init; }

    /// <summary>File of the catalogue entry; default its first.</summary>
    public string? File { get; init; }

    /// <summary>Path of a CSV file, relative to the file that states it; this or <see cref="Source"/>.</summary>
    [RecipePath]
    public string? Path { get; init; }

    /// <summary>Time column; default the one that is found.</summary>
    public string? Time { get; init; }

    /// <summary>Channels to use, in order; default all numeric columns.</summary>
    public IReadOnlyList<string> Channels { get; init; } = [];

    /// <summary>Seconds from one row to the next; default what is found.</summary>
    public double? IntervalSeconds { get; init; }

    /// <summary>Steps of the main season, for baselines and blends; default what is found.</summary>
    public int? Season { get; init; }

    /// <summary>How the file separates columns; default what is found.</summary>
    public string? Delimiter { get; init; }

    /// <summary>Decimal mark; default what is found.</summary>
    public string? Decimal { get; init; }

    /// <summary>Format of the time column (.NET custom format); default what is found.</summary>
    public string? TimeFormat { get; init; }

    /// <summary>Zone of times written without one; default they are taken as they stand.</summary>
    public string? TimeZone { get; init; }

    /// <summary>Whether the first line names the columns; default what is found.</summary>
    public bool? Header { get; init; }

    /// <summary>Further texts that mark a missing value, such as -999. Default none.</summary>
    public IReadOnlyList<string> Missing { get; init; } = [];

    /// <summary>Of two rows of one time: error, first, last or mean. Default error.</summary>
    public string? Duplicates { get; init; }

    /// <summary>Lines to leave out before the header. Default 0.</summary>
    public int SkipLines { get; init; }

    /// <summary>How rows are divided, in time order.</summary>
    public required SplitSettings Splits { get; init; }
}

/// <summary>Division of rows in time order: whole numbers above 1 are rows, numbers up to 1 are shares of all rows.</summary>
public sealed record SplitSettings
{
    /// <summary>First part: learned from.</summary>
    public required double Train { get; init; }

    /// <summary>Next part: its first half serves choices, its second half the gate.</summary>
    public required double Validation { get; init; }

    /// <summary>Next part: evaluated once a run, decides nothing.</summary>
    public required double Test { get; init; }
}

/// <summary>One model of the recipe.</summary>
public sealed record SeriesModelSettings
{
    /// <summary>Tier.</summary>
    public required Tier Tier { get; init; }

    /// <summary>What it can be asked.</summary>
    public required Capability Capability { get; init; }

    /// <summary>Name of the model it starts from; none for a model from nothing.</summary>
    public string? Parent { get; init; }

    /// <summary>Site whose job it does; needed for scenario models.</summary>
    public string? Site { get; init; }

    /// <summary>Shape of the network; needed where there is no parent and the model has a network.</summary>
    public NetworkSettings? Network { get; init; }

    /// <summary>How the network learns; none leaves the parent's network as it is.</summary>
    public SeriesTrainingSettings? Training { get; init; }

    /// <summary>Linear paths, blend and intervals of a scenario forecaster.</summary>
    public BlendRecipe? Blend { get; init; }

    /// <summary>Scoring and threshold of an anomaly model.</summary>
    public AnomalySettings? Anomaly { get; init; }

    /// <summary>The bars it must pass to be released; none leaves it only reported.</summary>
    public SeriesGateSettings? Gate { get; init; }
}

/// <summary>Shape of a patch Transformer with quantiles.</summary>
public sealed record NetworkSettings
{
    /// <summary>History steps. Default 512.</summary>
    public int Context { get; init; } = 512;

    /// <summary>Steps forecast at once; a multiple of <see cref="Patch"/>. Default 96.</summary>
    public int Horizon { get; init; } = 96;

    /// <summary>Steps of a patch. Default 16.</summary>
    public int Patch { get; init; } = 16;

    /// <summary>Width of a token. Default 64.</summary>
    public int Width { get; init; } = 64;

    /// <summary>Blocks. Default 3.</summary>
    public int Layers { get; init; } = 3;

    /// <summary>Attention heads; divides the width. Default 4.</summary>
    public int Heads { get; init; } = 4;

    /// <summary>Inner width of the feed-forward network. Default 256.</summary>
    public int FeedForward { get; init; } = 256;

    /// <summary>Non-linearity. Default gelu.</summary>
    public ActivationKind Activation { get; init; } = ActivationKind.Gelu;

    /// <summary>Inner width of residual blocks in embedder and head; 0 for linear layers. Default 0.</summary>
    public int ResidualInner { get; init; }

    /// <summary>Base of the rotary positions of queries and keys; 0 for none. Default 200: a window has some tens of tokens.</summary>
    public double RotaryBase { get; init; } = 200;

    /// <summary>Whether queries and keys are normalised. Default false.</summary>
    public bool QueryKeyNorm { get; init; }

    /// <summary>Quantile levels. Default 0.1 to 0.9.</summary>
    public IReadOnlyList<double> Quantiles { get; init; } = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

    /// <summary>Whether the forecast is averaged with the negated forecast of the negated window. Default true.</summary>
    public bool Antisymmetric { get; init; } = true;

    /// <summary>Transformers whose mean is the network's forecast (an ensemble; each learns from its share of the windows), by what differs from the settings here. Default none: one Transformer.</summary>
    public IReadOnlyList<MemberSettings> Members { get; init; } = [];
}

/// <summary>One Transformer of an ensemble; what is left out is as its network says.</summary>
public sealed record MemberSettings
{
    /// <summary>Blocks.</summary>
    public int? Layers { get; init; }

    /// <summary>Attention heads; divides the width.</summary>
    public int? Heads { get; init; }

    /// <summary>Inner width of the feed-forward network.</summary>
    public int? FeedForward { get; init; }

    /// <summary>Base of the rotary positions of queries and keys; 0 for none.</summary>
    public double? RotaryBase { get; init; }

    /// <summary>The network with this member's differences.</summary>
    /// <param name="network">What the members share.</param>
    /// <returns>The member's settings.</returns>
    internal NetworkSettings Of(NetworkSettings network) => network with
    {
        Layers = Layers ?? network.Layers,
        Heads = Heads ?? network.Heads,
        FeedForward = FeedForward ?? network.FeedForward,
        RotaryBase = RotaryBase ?? network.RotaryBase,
    };
}

/// <summary>Linear paths beside the network, and what is fitted on the choice half of validation.</summary>
public sealed record BlendRecipe
{
    /// <summary>Forms of linear forecaster offered to the blend; empty for the network alone. Default all.</summary>
    public IReadOnlyList<LinearKind> Linear { get; init; } = Enum.GetValues<LinearKind>();

    /// <summary>Contexts among which the choice half chooses for each of them.</summary>
    public IReadOnlyList<int> Contexts { get; init; } = [336, 504, 720];

    /// <summary>Most linear members: the best forms by the choice half. Default 4.</summary>
    public int MostLinear { get; init; } = 4;

    /// <summary>Members whose share is smaller than this for every channel are left out. Default 0.02.</summary>
    public double SmallestWeight { get; init; } = 0.02;

    /// <summary>How the weights are fitted.</summary>
    public BlendFitSettings Fit { get; init; } = new();

    /// <summary>How intervals are fitted.</summary>
    public IntervalSettings Intervals { get; init; } = new();
}

/// <summary>How an anomaly model scores and where it draws the line.</summary>
public sealed record AnomalySettings
{
    /// <summary>Steps forecast at once before the window moves on. Default 1.</summary>
    public int Stride { get; init; } = 1;

    /// <summary>Steps over which scores are averaged. Default 1.</summary>
    public int Smoothing { get; init; } = 1;

    /// <summary>Share of healthy steps that may be flagged. Default 0.01.</summary>
    public double FalseAlarmRate { get; init; } = 0.01;

    /// <summary>Faults injected into the gate half, to measure how well scores rank them.</summary>
    public FaultSettings Faults { get; init; } = new();
}

/// <summary>The bars of a model. They stand in the recipe before its first test evaluation.</summary>
public sealed record SeriesGateSettings
{
    /// <summary>Share by which the model's MSE on the gate half must lie below the best baseline's. Default 0: at least as good.</summary>
    public double Margin { get; init; }

    /// <summary>Least share of values inside [q0.1, q0.9]. Default 0.76.</summary>
    public double CoverageMinimum { get; init; } = 0.76;

    /// <summary>Largest share of values inside [q0.1, q0.9]. Default 0.84.</summary>
    public double CoverageMaximum { get; init; } = 0.84;

    /// <summary>Largest difference between the served forecast and training's, in scaled units. Default 1e-4.</summary>
    public double ServedTolerance { get; init; } = 1e-4;

    /// <summary>Largest false-alarm rate on the gate half, as a multiple of the stated one. Default 2.</summary>
    public double FalseAlarmFactor { get; init; } = 2;
}

/// <summary>What is measured beside which baselines.</summary>
public sealed record SeriesEvaluationSettings
{
    /// <summary>Steps ahead of the main figures. Default 96.</summary>
    public int Horizon { get; init; } = 96;

    /// <summary>Baselines that are run on the same windows.</summary>
    public IReadOnlyList<string> Baselines { get; init; } = BaselineFits.Names;

    /// <summary>Contexts among which validation chooses for the linear ones.</summary>
    public IReadOnlyList<int> Contexts { get; init; } = [96, 336, 512, 720];

    /// <summary>Largest number of windows for baselines that are slow a window (statistical), spread evenly. Default 200.</summary>
    public int SlowBaselineWindows { get; init; } = 200;

    /// <summary>Sites that are evaluated; default all.</summary>
    public IReadOnlyList<string> Sites { get; init; } = [];
}
