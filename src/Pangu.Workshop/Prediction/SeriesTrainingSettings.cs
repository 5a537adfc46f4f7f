using Pangu.Training;
using Pangu.Workshop.Recipes;

namespace Pangu.Workshop.Prediction;

/// <summary>How a series network learns.</summary>
public sealed record SeriesTrainingSettings : LearningSettings
{
    /// <summary>Windows of a micro-batch; each channel is a window of its own. Default 128.</summary>
    public int Batch { get; init; } = 128;

    /// <summary>Share of each kind of data; generated series are fresh every step. Default generated alone.</summary>
    public IReadOnlyList<SeriesShareSettings> Data { get; init; } = [new() { Share = 1, Generated = true }];

    /// <summary>Share of activations left out, a whole channel of the width at a time. Default 0.</summary>
    public double Dropout { get; init; }

    /// <summary>Weight of the squared error of the mean beside the quantile loss. Default 1.</summary>
    public double MeanWeight { get; init; } = 1;

    /// <summary>Error of the mean beyond which its loss grows linearly (Huber), in deviations of the window. Default 1.</summary>
    public double HuberThreshold { get; init; } = 1;

    /// <summary>A window counts its history's deviation to this power: 0 counts all windows the same, 2 as the mean squared error in scaled units does. Default 0.</summary>
    public double DeviationExponent { get; init; }

    /// <summary>Targets further than this many deviations of the window from its mean are clipped. Default 8.</summary>
    public double ClipDeviations { get; init; } = 8;

    /// <summary>Share of windows whose history begins late. Default 0.25.</summary>
    public double ShortHistories { get; init; } = 0.25;

    /// <summary>Share of windows with gaps in their history. Default 0.1.</summary>
    public double MissingValues { get; init; } = 0.1;

    /// <summary>Share of windows that are mirrored at zero: a series turned upside down is as likely a series. Default 0.5.</summary>
    public double Mirrored { get; init; } = 0.5;

    /// <summary>Share of recorded windows that show two channels of a site added up, the second with a random share and sign: such a sum is as likely a series, and there are many more of them. Default 0.</summary>
    public double Combined { get; init; }

    /// <summary>The loss that these settings stand for.</summary>
    /// <returns>Options of the loss.</returns>
    public ForecastLossOptions ToLoss() => new() { MeanWeight = MeanWeight, HuberThreshold = HuberThreshold, DeviationExponent = DeviationExponent, TargetLimit = ClipDeviations };

    /// <inheritdoc/>
    public override TrainingOptions ToOptions()
    {
        var options = base.ToOptions();
        // Patches of numbers enter through matrices like any other; tables of tokens would not.
        return options with { Optimizer = options.Optimizer with { Muon = options.Optimizer.Muon is { } muon ? muon with { Embedder = true } : null } };
    }
}

/// <summary>One kind of training data.</summary>
public sealed record SeriesShareSettings
{
    /// <summary>Its share of the windows; shares need not sum to 1.</summary>
    public required double Share { get; init; }

    /// <summary>Whether the windows are generated (the mixture of generators). This or <see cref="Sites"/>.</summary>
    public bool Generated { get; init; }

    /// <summary>Steps of a generated series, of which a window shows a random part; 0 makes series as long as the window. Longer ones show trends and events at the rate of long records. Default 0.</summary>
    public int Length { get; init; }

    /// <summary>Sites whose training parts the windows come from.</summary>
    public IReadOnlyList<string> Sites { get; init; } = [];
}
