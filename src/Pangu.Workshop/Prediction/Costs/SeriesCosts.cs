using Pangu.Core;
using Pangu.Data.Splits;
using Pangu.Evaluation.Prediction;
using Pangu.Evaluation.Prediction.Fitting;
using Pangu.Evaluation.Prediction.Linear;
using Pangu.Inference;
using Pangu.Modalities.Series;
using Pangu.Models;
using Pangu.Tensors;
using Pangu.Training;
using Pangu.Workshop.Plans;
using Pangu.Workshop.Prediction.Sites;
using Pangu.Workshop.Stages;

namespace Pangu.Workshop.Prediction.Costs;

/// <summary>What pieces of a series recipe's work cost on this machine.</summary>
internal sealed class SeriesCosts : PieceCosts
{
    private const int SmallContext = 240;
    private const int PieceWindows = 64; // ForecastTask.BatchWindows

    private readonly Dictionary<string, SiteSketch> _sites = new(StringComparer.Ordinal);

    /// <summary>The first rows of a site.</summary>
    public SiteSketch Site(LoadSiteStage stage, Calibration calibration)
    {
        if (!_sites.TryGetValue(stage.Name, out var sketch))
        {
            sketch = SiteSketch.Of(stage, calibration);
            _sites.Add(stage.Name, sketch);
        }

        return sketch;
    }

    /// <summary>Seconds to forecast windows of a site with the served engine and to sum up their errors.</summary>
    /// <param name="network">Shape of the network.</param>
    /// <param name="blend">Linear paths beside it; null for none.</param>
    /// <param name="site">The site.</param>
    /// <param name="windows">Windows.</param>
    /// <param name="horizon">Steps ahead.</param>
    /// <param name="calibration">Threads and seeds.</param>
    public double Served(NetworkSettings network, BlendRecipe? blend, SiteSketch site, double windows, int horizon, Calibration calibration) => windows * Once(("served", network, blend, site.Series.Channels, horizon), () =>
    {
        using var forecaster = Untrained(network, blend, site, calibration);
        return SecondsAWindow(forecaster, site, horizon, calibration);
    });

    /// <summary>A served forecaster of some shape, its weights as training begins with them.</summary>
    /// <param name="network">Shape of the network.</param>
    /// <param name="blend">Linear paths beside it; null for none.</param>
    /// <param name="site">Its channels.</param>
    /// <param name="calibration">Threads and seeds.</param>
    /// <returns>The forecaster; the caller disposes it.</returns>
    public static Forecaster Untrained(NetworkSettings network, BlendRecipe? blend, SiteSketch site, Calibration calibration)
    {
        Libtorch.Load(calibration.Threads);
        var config = SeriesNetworkShape.ToConfig(network);
        if (blend is { Linear.Count: > 0 })
        {
            // How many paths are kept, and how long they are, is known when they are fitted; the most and the longest bound it.
            var paths = Enumerable.Range(0, Math.Min(blend.MostLinear, blend.Linear.Count)).Select(path => new LinearPath($"path-{path}", blend.Contexts.Max(), false));
            config = config with { Head = (ForecastHead)config.Head with { Linear = [.. paths], Channels = site.Series.Channels, Intervals = IntervalSource.CalibratedNetwork } };
        }

        using var model = TorchModel.Create(config, calibration.Seeds);
        return Forecaster.Create(config, model.Export(), new SeriesPreprocessor(), calibration.Threads);
    }

    /// <summary>Seconds to forecast windows of a site with the network as training has it.</summary>
    /// <param name="network">Shape of the network.</param>
    /// <param name="site">The site.</param>
    /// <param name="windows">Windows.</param>
    /// <param name="calibration">Threads and seeds.</param>
    public double Trained(NetworkSettings network, SiteSketch site, double windows, Calibration calibration) => windows * Once(("trained", network, site.Series.Channels), () =>
    {
        Libtorch.Load(calibration.Threads);
        using var model = TorchModel.Create(SeriesNetworkShape.ToConfig(network), calibration.Seeds);
        using var forecaster = new NetworkForecaster(new SeriesNetwork(model));
        return SecondsAWindow(forecaster, site, network.Horizon, calibration);
    });

    /// <summary>Seconds to search linear forecasters.</summary>
    /// <param name="kinds">Forms.</param>
    /// <param name="contexts">Contexts.</param>
    /// <param name="site">The site.</param>
    /// <param name="horizon">Steps ahead.</param>
    /// <param name="calibration">Threads.</param>
    public double Linear(IReadOnlyList<LinearKind> kinds, IReadOnlyList<int> contexts, SiteSketch site, int horizon, Calibration calibration)
    {
        var possible = contexts.Where(context => site.Splits.Train.Count >= context + horizon).ToList();
        var small = possible.DefaultIfEmpty(0).Max() > SmallContext ? SmallContext : possible.DefaultIfEmpty(0).Max();
        if (kinds.Count == 0 || small == 0)
        {
            return 0;
        }

        // Longer ones cost as their sums do: by the square of the context to gather and compare, by its cube to solve.
        var settings = new LinearSettings { Horizon = horizon, Contexts = [small], Kinds = kinds, Season = site.Season, Threads = calibration.Threads };
        var measured = Once(("linear", string.Join(' ', kinds), site.Series.Channels, site.Parts, horizon, small), () => Seconds(() => LinearSearch.Run(site.Series, site.Parts.Train, site.Parts.Choice, settings, calibration.Cancellation)));
        return possible.Sum(context => measured * LinearWork(kinds, context, site.Splits, site.Series.Channels, settings) / LinearWork(kinds, small, site.Parts, site.Series.Channels, settings));
    }

    /// <summary>Seconds to forecast windows with linear paths, and to fit shares and intervals to all forecasts.</summary>
    /// <param name="network">Shape of the network.</param>
    /// <param name="blend">The linear paths and the fits.</param>
    /// <param name="site">The site.</param>
    /// <param name="windows">Windows.</param>
    /// <param name="calibration">Threads and seeds.</param>
    public double Blended(NetworkSettings network, BlendRecipe blend, SiteSketch site, double windows, Calibration calibration) => windows * Once(("blended", network, blend, site.Series.Channels), () =>
    {
        var members = Math.Min(blend.MostLinear, blend.Linear.Count);
        var linear = members == 0 ? 0 : members * LinearWindow(blend.Contexts.Max(), site, network.Horizon, calibration);
        using var forecaster = Untrained(network, null, site, calibration);
        var set = ForecastSet.Collect(Piece(site, network.Horizon, PieceWindows), forecaster, site.Series, cancellationToken: calibration.Cancellation);
        ForecastSet[] sets = [.. Enumerable.Repeat(set, 1 + members)];
        return linear + (Seconds(() => IntervalFit.Spread(set, BlendFit.Apply(sets, BlendFit.Fit(sets, blend.Fit).Weights), blend.Intervals)) / set.Windows);
    });

    /// <summary>Seconds that a linear forecaster takes for a window.</summary>
    /// <param name="context">Steps it looks at.</param>
    /// <param name="site">The site.</param>
    /// <param name="horizon">Steps ahead.</param>
    /// <param name="calibration">Asks for a stop.</param>
    public static double LinearWindow(int context, SiteSketch site, int horizon, Calibration calibration)
    {
        var fit = new LinearFit { Name = "plan", Context = context, Horizon = horizon, PerChannel = false, Weight = new float[horizon * context], Bias = new float[horizon] };
        using var forecaster = new LinearForecaster(fit, site.Series);
        return SecondsAWindow(forecaster, site, horizon, calibration);
    }

    /// <summary>Seconds that a forecaster takes for a window of a site, its errors summed up.</summary>
    /// <param name="forecaster">The forecaster.</param>
    /// <param name="site">The site.</param>
    /// <param name="horizon">Steps ahead.</param>
    /// <param name="calibration">Asks for a stop.</param>
    /// <param name="batch">Windows a piece; many for what is fast a window.</param>
    public static double SecondsAWindow(IForecaster forecaster, SiteSketch site, int horizon, Calibration calibration, int batch = PieceWindows)
    {
        var task = Piece(site, horizon, batch);
        return Seconds(() => task.Evaluate(forecaster, site.Series, cancellationToken: calibration.Cancellation)) / task.Origins().Length;
    }

    /// <summary>A few windows whose histories are whole, as most of the real ones are: those of the last training rows.</summary>
    private static ForecastTask Piece(SiteSketch site, int horizon, int windows) => new()
    {
        Range = new RowRange(Math.Max(1, site.Parts.Train.End - horizon - windows + 1), site.Parts.Train.End),
        Horizon = horizon,
        BatchWindows = windows,
    };

    /// <summary>Multiplications, as LinearProblem, LinearMap and LagGram make them: sums over windows for both parts; then, a form and penalty, a factorisation, a solution a step ahead, and the error.</summary>
    private static double LinearWork(IReadOnlyList<LinearKind> kinds, int context, DataSplits splits, int channels, LinearSettings settings)
    {
        double size = context + settings.Horizon;
        var sums = channels * ((size * (splits.Train.Count + splits.Choice.Count)) + (4 * size * size));
        var error = settings.Horizon * (double)context * context;
        var solution = (Math.Pow(context, 3) / 3) + (2 * error);
        return sums + kinds.Sum(kind => settings.Strengths.Count * (error + (ByPhase(kind) ? 0 : solution)));
    }

    private static bool ByPhase(LinearKind kind) => kind is LinearKind.Phase or LinearKind.PhaseCentred or LinearKind.PhaseLastValue;
}
