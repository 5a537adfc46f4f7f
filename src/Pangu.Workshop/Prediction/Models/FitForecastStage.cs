using System.Text.Json.Nodes;
using Pangu.Core;
using Pangu.Evaluation.Prediction;
using Pangu.Evaluation.Prediction.Fitting;
using Pangu.Evaluation.Prediction.Linear;
using Pangu.Formats;
using Pangu.Models;
using Pangu.Training;
using Pangu.Tensors;
using Pangu.Workshop.Plans;
using Pangu.Workshop.Prediction.Costs;
using Pangu.Workshop.Prediction.Sites;
using Pangu.Workshop.Stages;

namespace Pangu.Workshop.Prediction.Models;

/// <summary>
/// Makes a scenario forecaster of a network: linear paths fitted on the training part, blend weights and the spread of intervals fitted on the choice half of validation.
/// Keeps training's own forecasts of some windows of the gate half, to compare what is served with them.
/// </summary>
internal sealed class FitForecastStage : Stage
{
    /// <summary>File with training's forecasts: <c>mean</c> [W, C, H] and <c>quantiles</c> [W, C, H, Q], in z-scored units.</summary>
    public const string ServedCheckName = "served-check.safetensors";

    /// <summary>Windows of the gate half on which serving is compared with training.</summary>
    public const int ServedCheckWindows = 48;

    /// <summary>Stage whose output holds the network's package.</summary>
    public required Stage Network { get; init; }

    /// <summary>The site whose job it does.</summary>
    public required LoadSiteStage Site { get; init; }

    /// <summary>What is offered to the blend.</summary>
    public required BlendRecipe Blend { get; init; }

    /// <summary>Shape of the network, for the plan, which cannot read it yet.</summary>
    public required NetworkSettings Shape { get; init; }

    /// <summary>What pieces of the recipe's work cost, for the plan.</summary>
    public required SeriesCosts Costs { get; init; }

    /// <inheritdoc/>
    public override string Kind => "fit-forecast";

    /// <inheritdoc/>
    public override int Revision => 1;

    /// <inheritdoc/>
    public override bool UsesLibtorch => true;

    /// <inheritdoc/>
    public override JsonNode Settings => Canonical(Blend);

    /// <inheritdoc/>
    public override IReadOnlyList<Stage> Inputs => [Network, Site];

    /// <summary>The windows of the gate half on which serving is compared with training.</summary>
    /// <param name="site">The site.</param>
    /// <param name="horizon">Steps ahead.</param>
    /// <returns>The task.</returns>
    public static ForecastTask ServedCheck(SiteData site, int horizon) => new()
    {
        Range = site.Splits.Gate,
        Horizon = horizon,
        MaxWindows = ServedCheckWindows,
    };

    /// <inheritdoc/>
    public override void Execute(StageContext context)
    {
        Libtorch.Load(context.Threads);
        var site = SiteData.Read(context.Input(Site));
        using var network = ModelPackage.Open(Path.Combine(context.Input(Network), "package"), SeriesPackages.Json);
        var head = (ForecastHead)network.Config.Head;
        var choice = new ForecastTask { Range = site.Splits.Choice, Horizon = head.Horizon };

        Report(context, 0, "forecasts of the network on the choice half");
        var ofNetwork = Collect(network, choice, site, context);
        Report(context, 1, "linear paths");
        var candidates = FitLinear(site, head.Horizon, context);
        var ofLinear = candidates.Select(candidate => ForecastSet.Collect(choice, new LinearForecaster(candidate.Fit, site.Scaled), site.Scaled, cancellationToken: context.Cancellation)).ToList();

        Report(context, 2, "blend and intervals");
        ForecastSet[] members = [ofNetwork, .. ofLinear];
        var (weights, kept) = Prune(BlendFit.Fit(members, Blend.Fit).Weights, members.Length, site.Scaled.Channels);
        members = [.. kept.Select(member => members[member])];
        var fits = kept.Where(member => member > 0).Select(member => candidates[member - 1].Fit).ToList();
        var mean = BlendFit.Apply(members, weights);
        var spread = IntervalFit.Spread(ofNetwork, mean, Blend.Intervals);

        var config = network.Config with
        {
            Head = head with { Linear = [.. fits.Select(fit => fit.Path)], Channels = site.Scaled.Channels, Intervals = IntervalSource.CalibratedNetwork },
        };
        var package = context.OutputFile("package");
        ModelPackage.Write(package, Family.Prediction, Capability.Forecast, config, Weights(network, fits, weights, spread, site.Scaled.Channels, head.Horizon), new Dictionary<string, string> { [SeriesPackages.PreprocessorName] = site.Preprocessor().ToJson() }, SeriesPackages.Json);
        Report(context, 3, "training's forecasts for the served check");
        KeepTrainingForecasts(package, site, context);
        Report(context, 4, null);
    }

    /// <inheritdoc/>
    public override StageEstimate Estimate(Calibration calibration)
    {
        var site = Costs.Site(Site, calibration);
        var windows = site.Splits.Choice.Count - Shape.Horizon + 1;
        var seconds = Costs.Trained(Shape, site, windows + ServedCheckWindows, calibration)
            + Costs.Linear(Blend.Linear, Blend.Contexts, site, Shape.Horizon, calibration)
            + Costs.Blended(Shape, Blend, site, windows, calibration);
        return SeriesCosts.Estimate(seconds, 0.2);
    }

    private static ForecastSet Collect(ModelPackage package, ForecastTask task, SiteData site, StageContext context)
    {
        using var model = TorchModel.Load(package.Config, package.Weights);
        using var forecaster = new NetworkForecaster(new SeriesNetwork(model));
        return ForecastSet.Collect(task, forecaster, site.Scaled, cancellationToken: context.Cancellation);
    }

    /// <summary>The best context and penalty of each form, then the best forms: what the choice half prefers.</summary>
    private List<LinearCandidate> FitLinear(SiteData site, int horizon, StageContext context) => Blend.Linear.Count == 0
        ? []
        : [.. LinearSearch.Run(
                site.Scaled,
                site.Splits.Train,
                site.Splits.Choice,
                new LinearSettings { Horizon = horizon, Contexts = Blend.Contexts, Kinds = Blend.Linear, Season = site.Facts.Season, Threads = context.Threads },
                context.Cancellation)
            .DistinctBy(candidate => candidate.Kind)
            .Take(Blend.MostLinear)];

    /// <summary>Leaves out members that no channel gives a share worth its cost, and scales the others up to 1 again.</summary>
    private (float[] Weights, List<int> Kept) Prune(float[] weights, int members, int channels)
    {
        var kept = Enumerable.Range(0, members).Where(member => member == 0 || weights.AsSpan(member * channels, channels).ToArray().Max() >= Blend.SmallestWeight).ToList();
        var pruned = new float[kept.Count * channels];
        for (var channel = 0; channel < channels; channel++)
        {
            var total = kept.Sum(member => weights[(member * channels) + channel]);
            for (var index = 0; index < kept.Count; index++)
            {
                pruned[(index * channels) + channel] = weights[(kept[index] * channels) + channel] / total;
            }
        }

        return (pruned, kept);
    }

    private static Dictionary<string, TensorData> Weights(ModelPackage network, List<LinearFit> fits, float[] blend, float[] spread, int channels, int horizon)
    {
        var weights = network.Weights.ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal);
        for (var path = 0; path < fits.Count; path++)
        {
            long[] perChannel = fits[path].PerChannel ? [channels] : [];
            weights[$"head.linear.{path}.weight"] = TensorData.Of(fits[path].Weight, [.. perChannel, horizon, fits[path].Context]);
            weights[$"head.linear.{path}.bias"] = TensorData.Of(fits[path].Bias, [.. perChannel, horizon]);
        }

        if (fits.Count > 0)
        {
            weights["head.blend"] = TensorData.Of(blend, 1 + fits.Count, channels);
        }

        weights["head.spread"] = TensorData.Of(spread, channels, horizon);
        return weights;
    }

    private static void KeepTrainingForecasts(string package, SiteData site, StageContext context)
    {
        using var opened = ModelPackage.Open(package, SeriesPackages.Json);
        using var model = TorchModel.Load(opened.Config, opened.Weights);
        using var forecaster = new NetworkForecaster(new SeriesNetwork(model, new ChannelStatistics(site.Scaled.Means, site.Scaled.Deviations)));
        var set = ForecastSet.Collect(ServedCheck(site, forecaster.Traits.Horizon), forecaster, site.Scaled, cancellationToken: context.Cancellation);
        SafetensorsWriter.Write(context.OutputFile(ServedCheckName), new Dictionary<string, TensorData>
        {
            ["mean"] = TensorData.Of(set.Mean, set.Windows, set.Channels, set.Horizon),
            ["quantiles"] = TensorData.Of(set.Quantiles, set.Windows, set.Channels, set.Horizon, set.Levels.Count),
        });
    }

    private void Report(StageContext context, int done, string? note) => context.Progress.Report(new WorkProgress(Name, done, 4, "parts", Note: note));
}
