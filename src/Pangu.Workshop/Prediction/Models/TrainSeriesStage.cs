using System.Text.Json.Nodes;
using Pangu.Core;
using Pangu.Data;
using Pangu.Data.Generated.Series;
using Pangu.Formats;
using Pangu.Modalities.Series;
using Pangu.Models;
using Pangu.Tensors;
using Pangu.Training;
using Pangu.Workshop.Learning;
using Pangu.Workshop.Plans;
using Pangu.Workshop.Prediction.Costs;
using Pangu.Workshop.Prediction.Sites;
using Pangu.Workshop.Recipes;
using Pangu.Workshop.Reports;
using Pangu.Workshop.Stages;

namespace Pangu.Workshop.Prediction.Models;

/// <summary>Trains a series network: from nothing, or from a parent's weights. Its output holds the package and the loss curve.</summary>
internal sealed class TrainSeriesStage : Stage, ITrainingStage
{
    private static readonly LearningFigure s_figure = new("training loss (quantiles and mean, scaled units)", "error on the choice half (MSE, scaled units)");

    /// <summary>Name of the model within the recipe.</summary>
    public required string Model { get; init; }

    /// <summary>Shape of a network from nothing; null where there is a parent.</summary>
    public required NetworkSettings? Network { get; init; }

    /// <summary>Stage whose output holds the parent's package; null for a network from nothing.</summary>
    public required Stage? Parent { get; init; }

    /// <summary>Shape of the parent's network, for the plan, which cannot read it yet.</summary>
    public required NetworkSettings Shape { get; init; }

    /// <summary>How it learns.</summary>
    public required SeriesTrainingSettings Training { get; init; }

    /// <summary>What the body computes in while it trains.</summary>
    public required Precision Precision { get; init; }

    /// <summary>The generators' mixture.</summary>
    public required SeriesMixtureConfig Mixture { get; init; }

    /// <summary>Sites whose training parts may be learned from, by id.</summary>
    public required IReadOnlyDictionary<string, LoadSiteStage> Sites { get; init; }

    /// <summary>Site whose choice half validates; null for no validation.</summary>
    public required LoadSiteStage? ValidationSite { get; init; }

    /// <summary>What pieces of the recipe's work cost, for the plan.</summary>
    public required SeriesCosts Costs { get; init; }

    /// <inheritdoc/>
    public TrainingLoad LoadOf(Calibration calibration)
    {
        var config = SeriesNetworkShape.ToConfig(Shape);
        return new TrainingLoad(config, Training.Batch, ((SeriesEmbedder)config.Embedder).Tokens, Training.ToOptions().Optimizer) { MicroBatches = Training.MicroBatches };
    }

    /// <inheritdoc/>
    public override string Kind => "train-series";

    /// <inheritdoc/>
    public override int Revision => 4;

    /// <inheritdoc/>
    public override bool UsesLibtorch => true;

    /// <inheritdoc/>
    public override JsonNode Settings => Canonical(new { Network, Training, Precision, Mixture, Sites = Sites.Keys.Order(StringComparer.Ordinal), Validates = ValidationSite?.Site.Id });

    /// <inheritdoc/>
    public override IReadOnlyList<Stage> Inputs =>
    [
        .. Parent is null ? Array.Empty<Stage>() : [Parent],
        .. Sites.OrderBy(site => site.Key, StringComparer.Ordinal).Select(site => site.Value),
        .. ValidationSite is null || Sites.Values.Contains(ValidationSite) ? Array.Empty<Stage>() : [ValidationSite],
    ];

    /// <inheritdoc/>
    public override void Execute(StageContext context)
    {
        Libtorch.Load(context.Threads);
        using var model = NetworkTraining.Open(context, Parent, () => SeriesNetworkShape.ToConfig(Network!), SeriesPackages.Json);
        var network = new SeriesNetwork(model);
        var sites = Sites.ToDictionary(site => site.Key, site => SiteData.Read(context.Input(site.Value)));
        using var batches = Batches(model.Config, sites.ToDictionary(site => site.Key, site => new RecordPart(site.Value.Scaled.Scaled, site.Value.Splits.Train.Start, site.Value.Splits.Train.End)), context.Seeds);
        using var objective = Objective(network, batches, context.Seeds);
        using var validation = ValidationSite is null ? null : new ChoiceValidation(network, SiteData.Read(context.Input(ValidationSite)));
        var result = new NetworkTraining { Stage = this, Settings = Training, Model = model, Objective = objective, Validate = validation is null ? null : validation.Measure }.Run(context);
        ModelPackage.Write(context.OutputFile("package"), Family.Prediction, Capability.Forecast, model.Config, model.Export(), Preprocessor(sites), SeriesPackages.Json);
        Figure.Write(context.OutputFile("figures.json"), [s_figure.Of(Model, result)]);
    }

    /// <inheritdoc/>
    public override StageEstimate Estimate(Calibration calibration)
    {
        Libtorch.Load(calibration.Threads);
        var config = SeriesNetworkShape.ToConfig(Shape);
        using var model = TorchModel.Create(config, calibration.Seeds);
        using var batches = Batches(config, Sites.ToDictionary(site => site.Key, site => Costs.Site(site.Value, calibration).Training), calibration.Seeds);
        using var objective = Objective(new SeriesNetwork(model), batches, calibration.Seeds);
        var seconds = new NetworkTraining { Stage = this, Settings = Training, Model = model, Objective = objective }.EstimateSeconds(calibration);
        if (ValidationSite is not null && Training.ValidateEvery is { } every)
        {
            var site = Costs.Site(ValidationSite, calibration);
            seconds += Costs.Trained(Shape, site, ChoiceValidation.Windows(site.Splits.Choice, Shape.Horizon) * (1 + (double)(Training.Steps / every)), calibration);
        }

        return SeriesCosts.Estimate(seconds, 0.15);
    }

    private BatchesAhead Batches(ModelConfig config, Dictionary<string, RecordPart> sites, Seeds seeds)
    {
        var head = (ForecastHead)config.Head;
        var shape = new SeriesBatchShape(Training.Batch, 1, ((SeriesEmbedder)config.Embedder).Context, head.Horizon);
        var parts = Training.Data.Select(share => ((ISeriesSource)(share.Generated
            ? new GeneratedWindows(Mixture, share.Length)
            : new RecordWindows([.. share.Sites.Select(id => sites[id])], Training.Combined)), share.Share)).ToArray();
        ISeriesSource source = parts.Length == 1 ? parts[0].Item1 : new MixedWindows(parts);
        var lossy = new HistoryLoss(new MirroredWindows(source, Training.Mirrored), new HistoryLossConfig(Training.ShortHistories, 32, Training.MissingValues));
        return new BatchesAhead(new SampledBatches(lossy, shape, seeds), Training.MicroBatches);
    }

    private ForecastObjective Objective(SeriesNetwork network, BatchesAhead batches, Seeds seeds) => new(
        network,
        batches,
        new ForecastObjectiveOptions
        {
            Loss = Training.ToLoss(),
            Dropout = Training.Dropout,
            Precision = Precision == Precision.BFloat16 ? TrainingPrecision.BFloat16 : TrainingPrecision.Single,
        },
        seeds,
        Training.MicroBatches);

    private static Dictionary<string, string> Preprocessor(Dictionary<string, SiteData> sites)
    {
        // A network on windows of single channels takes any channels; only its season and interval are worth keeping, where all sites agree.
        var intervals = sites.Values.Select(site => site.Facts.IntervalSeconds).Distinct().ToList();
        var seasons = sites.Values.Select(site => site.Facts.Season).Distinct().ToList();
        var preprocessor = new SeriesPreprocessor
        {
            IntervalSeconds = intervals is [{ } interval] ? interval : null,
            Season = seasons is [{ } season] ? season : null,
        };
        return new Dictionary<string, string> { [SeriesPackages.PreprocessorName] = preprocessor.ToJson() };
    }
}
