using Pangu.Core;
using Pangu.Data.Sources;
using Pangu.Evaluation.Prediction.Baselines;
using Pangu.Workshop.Prediction.Sites;
using Pangu.Workshop.Recipes;

namespace Pangu.Workshop.Prediction;

/// <summary>Finds what the shape of a series recipe alone does not show.</summary>
internal sealed class SeriesRecipeCheck(SeriesRecipe recipe, string folder, Catalogue catalogue, AddProblem add)
{
    private readonly HashSet<string> _sites = [.. recipe.Data.Load.Select(site => site.Id)];

    /// <summary>Adds every problem.</summary>
    public void Run()
    {
        CheckSites();
        foreach (var (name, model) in recipe.Models)
        {
            CheckModel(name, model);
        }

        Require(recipe.Models.Count > 0, recipe, "models", "models is empty; a recipe makes at least one model");
        Require(recipe.Evaluation.Horizon >= 1, recipe.Evaluation, "horizon", $"horizon is {recipe.Evaluation.Horizon}; it must be at least 1");
        foreach (var unknown in recipe.Evaluation.Baselines.Except(BaselineFits.Names))
        {
            add(recipe.Evaluation, "baselines", $"baselines has \"{unknown}\"; expected {string.Join(", ", BaselineFits.Names)}");
        }

        KnownSites(recipe.Evaluation.Sites, recipe.Evaluation, "sites");
    }

    private void CheckSites()
    {
        Require(recipe.Data.Load.Count > 0, recipe.Data, "load", "load is empty; a recipe needs at least one site");
        Require(_sites.Count == recipe.Data.Load.Count, recipe.Data, "load", "two sites have the same id; each needs its own");
        if (recipe.Data.StandIn is { } standIn && !catalogue.Contains(standIn))
        {
            add(recipe.Data, "standIn", $"standIn is \"{standIn}\", which is not in the catalogue; it has {string.Join(", ", catalogue.Ids())}");
        }

        foreach (var site in recipe.Data.Load)
        {
            Require(site.Source is null != site.Path is null, site, null, $"site {site.Id} needs source (a catalogue id) or path (a CSV file), and only one of them");
            if (site.Source is { } source && !catalogue.Contains(source))
            {
                add(site, "source", $"source is \"{source}\", which is not in the catalogue; it has {string.Join(", ", catalogue.Ids())}. For a file of your own use path");
            }

            if (site.Path is { } path && !File.Exists(Path.Combine(folder, path)))
            {
                add(site, "path", $"path is \"{path}\" but {Path.GetFullPath(Path.Combine(folder, path))} does not exist; give it relative to the recipe");
            }

            CheckReading(site);
            var splits = site.Splits;
            Require(splits is { Train: > 0, Validation: > 0, Test: > 0 }, site, "splits", $"splits of {site.Id} are {splits.Train}, {splits.Validation}, {splits.Test}; each must be above 0 (a share up to 1, or rows)");
            Require(new[] { splits.Train, splits.Validation, splits.Test }.Where(part => part <= 1).Sum() <= 1 + 1e-9, site, "splits", $"the shares of {site.Id} add up to more than 1");
            Require(site.Season is null or > 0, site, "season", $"season is {site.Season}; it must be at least 1 step");
            Require(site.IntervalSeconds is null or > 0, site, "intervalSeconds", $"intervalSeconds is {site.IntervalSeconds}; it must be above 0");
        }
    }

    private void CheckReading(SiteSettings site)
    {
        try
        {
            SiteSource.ReadOptions(site);
        }
        catch (PanguException exception)
        {
            foreach (var problem in exception.Problems)
            {
                add(site, null, $"the file of {site.Id} cannot be read so: {problem.Message}");
            }
        }
    }

    private void CheckModel(string name, SeriesModelSettings model)
    {
        var before = recipe.Models.Keys.TakeWhile(other => other != name).ToList();
        if (model.Parent is { } parent && !before.Contains(parent))
        {
            add(model, "parent", $"parent of {name} is \"{parent}\"; expected a model that stands before it: {(before.Count == 0 ? "there is none" : string.Join(", ", before))}");
            return;
        }

        Require(model.Tier == Tier.Foundation == model.Parent is null, model, "tier", $"{name} has tier {Text(model.Tier)} and {(model.Parent is null ? "no parent" : $"parent {model.Parent}")}; foundation models have none, the others one");
        Require(model.Parent is null != model.Network is null, model, "network", $"{name} needs a network or a parent, and only one of them");
        Require(model.Training is not null || model.Parent is not null, model, "training", $"{name} has no parent, so it needs training");
        Require(model.Training is not null || model.Blend is not null || model.Anomaly is not null, model, null, $"{name} does nothing: it needs training, blend or anomaly");
        Require(model.Capability == Capability.DetectAnomaly == model.Anomaly is not null, model, "capability", $"{name} has capability {Text(model.Capability)}; an anomaly section and the capability detect-anomaly belong together");
        Require(model.Capability is Capability.Forecast or Capability.DetectAnomaly, model, "capability", $"{name} has capability {Text(model.Capability)}; expected forecast or detect-anomaly");
        Require(model.Tier != Tier.Scenario || model.Site is not null, model, "site", $"{name} is a scenario model, so it needs the site whose job it does");
        Require((model.Blend is null && model.Anomaly is null) || model.Site is not null, model, "site", $"{name} is fitted to a site, so it needs site");
        Require(model.Gate is null || model.Blend is not null || model.Anomaly is not null, model, "gate", $"{name} has a gate but neither blend nor anomaly; only fitted scenario models are gated");
        Require(model.Blend is null || model.Anomaly is null, model, "anomaly", $"{name} has both blend and anomaly; make the forecaster a model of its own and name it as parent");
        Require(model.Blend is null || QuantilesOf(model) is [var low, .., var high] && low < 0.5 && high > 0.5, model, "blend", $"{name} is fitted with intervals, but its network has quantiles on one side of 0.5 only, or none; give at least one on either side");
        Require(model.Gate is null || model.Blend is null || QuantilesOf(model) is [0.1, .., 0.9], model, "gate", $"{name} is gated on the coverage of [q0.1, q0.9], but the outermost quantiles of its network are others");
        KnownSites(model.Site is { } site ? [site] : [], model, "site");
        if (model.Network is { } network)
        {
            CheckNetwork(network);
        }

        if (model.Training is { } training)
        {
            CheckTraining(name, model, training);
        }

        if (model.Anomaly is { } anomaly)
        {
            Require(anomaly.FalseAlarmRate is > 0 and < 1, anomaly, "falseAlarmRate", $"falseAlarmRate is {anomaly.FalseAlarmRate}; it must lie between 0 and 1");
            Require(anomaly.Stride >= 1 && anomaly.Smoothing >= 1, anomaly, null, $"stride is {anomaly.Stride} and smoothing {anomaly.Smoothing}; both must be at least 1");
        }
    }

    /// <summary>Levels of the network that a model ends up with; empty where none is found.</summary>
    private IReadOnlyList<double> QuantilesOf(SeriesModelSettings model) => model.Network?.Quantiles
        ?? (model.Parent is { } parent && recipe.Models.TryGetValue(parent, out var above) && above != model ? QuantilesOf(above) : []);

    private void CheckNetwork(NetworkSettings network)
    {
        Require(network.Patch >= 1 && network.Horizon % Math.Max(1, network.Patch) == 0, network, "horizon", $"horizon is {network.Horizon}; it must be a multiple of patch, {network.Patch}");
        NetworkSettings[] shapes = [network, .. network.Members.Select(member => member.Of(network))];
        foreach (var heads in shapes.Select(shape => shape.Heads).Distinct())
        {
            Require(heads >= 1 && network.Width % Math.Max(1, heads) == 0, network, "width", $"width is {network.Width}; it must be a multiple of heads, {heads}");
        }

        if (network.Patch >= 1 && shapes.All(shape => shape.Heads >= 1))
        {
            foreach (var problem in SeriesNetworkShape.ToConfig(network).Validate())
            {
                add(network, null, problem);
            }
        }
    }

    private void CheckTraining(string name, SeriesModelSettings model, SeriesTrainingSettings training)
    {
        foreach (var problem in training.Problems(model.Parent is not null))
        {
            add(training, null, problem);
        }

        foreach (var problem in training.ToLoss().Validate("training"))
        {
            add(training, null, problem);
        }

        Require(training.Combined is >= 0 and <= 1, training, "combined", $"combined is {training.Combined}; it must lie in 0 .. 1");
        Require(training.Batch >= 1, training, "batch", $"batch is {training.Batch}; it must be at least 1");
        Require(training.Data.Count > 0 && training.Data.Sum(share => share.Share) > 0 && training.Data.All(share => share.Share >= 0), training, "data", "data needs at least one entry with a share above 0, and none below 0");
        foreach (var share in training.Data)
        {
            Require(share.Generated != share.Sites.Count > 0, share, null, $"an entry of data of {name} needs generated: true or sites, and only one of them");
            Require(share.Length >= 0, share, "length", $"length is {share.Length}; it must be at least 0 steps");
            Require(share.Length == 0 || share.Generated, share, "length", $"length is {share.Length}, but recorded series are as long as they are; it belongs to generated: true");
            KnownSites(share.Sites, share, "sites");
        }

        Require(training.ValidateEvery is null || model.Site is not null, training, "validateEvery", $"validateEvery is {training.ValidateEvery}, but {name} has no site to validate on");
        foreach (var problem in recipe.Data.Generators.Validate())
        {
            add(recipe.Data, "generators", problem);
        }
    }

    private void KnownSites(IEnumerable<string> ids, object settings, string key)
    {
        foreach (var unknown in ids.Where(id => !_sites.Contains(id)))
        {
            add(settings, key, $"{key} names \"{unknown}\"; the recipe's sites are {string.Join(", ", _sites)}");
        }
    }

    private void Require(bool condition, object settings, string? key, string message)
    {
        if (!condition)
        {
            add(settings, key, message);
        }
    }

    private static string Text<T>(T value)
        where T : struct, Enum => RecipeBinder.EnumName(typeof(T).GetField(value.ToString())!);
}
