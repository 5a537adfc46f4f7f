using Pangu.Core;
using Pangu.Data.Generated.Series;
using Pangu.Data.Sources;
using Pangu.Workshop.Prediction.Costs;
using Pangu.Workshop.Prediction.Evaluation;
using Pangu.Workshop.Prediction.Models;
using Pangu.Workshop.Prediction.Sites;
using Pangu.Workshop.Recipes;
using Pangu.Workshop.Sources;
using Pangu.Workshop.Stages;

namespace Pangu.Workshop.Prediction;

/// <summary>Teaches the recipe engine the prediction family: sites, networks on series, scenario forecasters and anomaly models.</summary>
/// <param name="catalogue">The data sets that recipes may name.</param>
/// <param name="store">Brings them onto this machine.</param>
public sealed class SeriesRecipeFamily(Catalogue catalogue, DataStore store) : IRecipeFamily
{
    /// <inheritdoc/>
    public string Name => "prediction";

    /// <inheritdoc/>
    public Type RecipeType => typeof(SeriesRecipe);

    /// <inheritdoc/>
    public void Validate(Recipe recipe, string folder, AddProblem add) => new SeriesRecipeCheck((SeriesRecipe)recipe, folder, catalogue, add).Run();

    /// <inheritdoc/>
    public string Replicate(Recipe recipe, Replica replica) => SeriesReplica.Write((SeriesRecipe)recipe, replica);

    /// <inheritdoc/>
    public RecipeWork Compose(Recipe recipe, string folder, IProgress<WorkProgress>? progress = null, CancellationToken cancellation = default)
    {
        var series = (SeriesRecipe)recipe;
        var resolver = new FileResolver(catalogue, store);
        var sources = series.Data.Load.Select((_, index) => resolver.Resolve(SiteSource.Reference(series.Data, index), folder, progress, cancellation)).ToList();
        var costs = new SeriesCosts();
        var sites = series.Data.Load.Select((site, index) => new LoadSiteStage { Name = $"load-{site.Id}", Site = site, Source = sources[index], Costs = costs }).ToDictionary(stage => stage.Site.Id);
        var composer = new SeriesComposer(series, sites, sources, costs);
        foreach (var (name, settings) in series.Models)
        {
            composer.Add(name, settings);
        }

        return new RecipeWork(composer.Stages, composer.Models, sources.Any(source => source.Simulated), [.. sources.Select(source => source.Note).OfType<string>()]) { ReplicaData = "load=meters.csv" };
    }
}

/// <summary>Builds the stages of a recipe, model by model.</summary>
internal sealed class SeriesComposer
{
    private readonly SeriesRecipe _recipe;
    private readonly IReadOnlyDictionary<string, LoadSiteStage> _sites;
    private readonly IReadOnlyList<ResolvedFile> _sources;
    private readonly SeriesCosts _costs;
    private readonly Dictionary<string, Stage> _packages = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Stage> _baselines = new(StringComparer.Ordinal);
    private readonly List<Stage> _stages = [];
    private readonly List<RecipeModel> _models = [];

    public SeriesComposer(SeriesRecipe recipe, IReadOnlyDictionary<string, LoadSiteStage> sites, IReadOnlyList<ResolvedFile> sources, SeriesCosts costs)
    {
        _costs = costs;
        _recipe = recipe;
        _sites = sites;
        _sources = sources;
        _stages.AddRange(sites.Values);
    }

    public IReadOnlyList<Stage> Stages => _stages;

    public IReadOnlyList<RecipeModel> Models => _models;

    /// <summary>Adds a model's stages: training, fitting, baselines of its sites, evaluation.</summary>
    public void Add(string name, SeriesModelSettings settings)
    {
        var package = settings.Parent is { } parent ? _packages[parent] : null;
        if (settings.Training is { } training)
        {
            package = Put(Train(name, settings, training, package));
        }

        if (settings.Blend is { } blend)
        {
            package = Put(new FitForecastStage { Name = $"fit-{name}", Network = package!, Site = _sites[settings.Site!], Blend = blend, Shape = ShapeOf(name), Costs = _costs });
        }

        if (settings.Anomaly is { } anomaly)
        {
            package = Put(new FitAnomalyStage { Name = $"fit-{name}", Forecaster = package!, Site = _sites[settings.Site!], Anomaly = anomaly, Shape = ShapeOf(name), Blend = BlendOf(name), Costs = _costs });
        }

        _packages[name] = package!;
        _models.Add(new RecipeModel(name, settings.Tier, settings.Capability, package!, Evaluate(name, settings, package!), settings.Parent)
        {
            Data = Seen(name),
            Gated = settings.Gate is not null,
            Use = settings.Tier != Tier.Scenario ? null
                : settings.Capability == Capability.Forecast ? $"Forecast: ./pangu forecast {_recipe.Name}/{name} --input data.csv --output forecast.csv"
                : $"Find anomalies: ./pangu detect-anomaly {_recipe.Name}/{name} --input data.csv --output scores.csv",
        });
    }

    private TrainSeriesStage Train(string name, SeriesModelSettings settings, SeriesTrainingSettings training, Stage? parent) => new()
    {
        Name = $"train-{name}",
        Model = name,
        Network = parent is null ? settings.Network : null,
        Parent = parent,
        Shape = ShapeOf(name),
        Costs = _costs,
        Training = training,
        Precision = _recipe.Precision,
        Mixture = _recipe.Data.Generators,
        Sites = training.Data.SelectMany(share => share.Sites).Distinct().ToDictionary(id => id, id => _sites[id]),
        ValidationSite = training.ValidateEvery is null ? null : _sites[settings.Site ?? _sites.Keys.First()],
    };

    private Stage Evaluate(string name, SeriesModelSettings settings, Stage package)
    {
        if (settings.Anomaly is { } anomaly)
        {
            return Put(new EvaluateAnomalyStage { Name = $"evaluate-{name}", Model = name, Package = package, Site = _sites[settings.Site!], Anomaly = anomaly, Gate = settings.Gate, Shape = ShapeOf(name), Blend = BlendOf(name), Costs = _costs });
        }

        var judged = settings.Site is { } site ? [site] : _recipe.Evaluation.Sites.Count > 0 ? _recipe.Evaluation.Sites : [.. _sites.Keys];
        return Put(new EvaluateForecastStage
        {
            Name = $"evaluate-{name}",
            Model = name,
            Package = package,
            Sites = [.. judged.Select(id => (_sites[id], BaselinesOf(id)))],
            Horizon = _recipe.Evaluation.Horizon,
            Gate = settings.Gate,
            Shape = ShapeOf(name),
            Costs = _costs,
        });
    }

    private Stage BaselinesOf(string site)
    {
        if (!_baselines.TryGetValue(site, out var stage))
        {
            stage = Put(new BaselinesStage { Name = $"baselines-{site}", Site = _sites[site], Evaluation = _recipe.Evaluation, Costs = _costs });
            _baselines[site] = stage;
        }

        return stage;
    }

    private NetworkSettings ShapeOf(string model) => _recipe.Models[model] is { Network: { } network } ? network : ShapeOf(_recipe.Models[model].Parent!);

    private BlendRecipe? BlendOf(string model) => _recipe.Models[model] is var settings && settings.Blend is null && settings.Parent is { } parent ? BlendOf(parent) : settings.Blend;

    /// <summary>Data of a model and its ancestors: sites by their bytes, generators by their settings.</summary>
    private List<DataFingerprint> Seen(string model)
    {
        var settings = _recipe.Models[model];
        var seen = settings.Parent is { } parent ? Seen(parent) : [];
        var used = (settings.Training?.Data.SelectMany(share => share.Sites) ?? []).Concat(settings.Site is { } site ? [site] : Array.Empty<string>());
        seen.AddRange(used.Distinct().Select(id => _sources[_recipe.Data.Load.ToList().FindIndex(candidate => candidate.Id == id)].Fingerprint));
        if (settings.Training?.Data.Any(share => share.Generated) == true)
        {
            seen.Add(new DataFingerprint("generated series", GeneratorFingerprint.Of(_recipe.Data.Generators, _recipe.Seed), "Apache-2.0 (generated)", "train"));
        }

        return [.. seen.DistinctBy(data => (data.Id, data.Sha256))];
    }

    private Stage Put(Stage stage)
    {
        _stages.Add(stage);
        return stage;
    }
}
