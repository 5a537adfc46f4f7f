using Pangu.Core;
using Pangu.Evaluation.Prediction.Boosting;
using Pangu.Evaluation.Prediction.Linear;
using Pangu.Evaluation.Prediction.Statistical;
using Pangu.Modalities.Series;

namespace Pangu.Evaluation.Prediction.Baselines;

/// <summary>What baselines need to know.</summary>
public sealed record BaselineSettings
{
    /// <summary>Steps to forecast.</summary>
    public required int Horizon { get; init; }

    /// <summary>Steps of the season.</summary>
    public required int Season { get; init; }

    /// <summary>Contexts among which the choice part decides for the linear ones.</summary>
    public IReadOnlyList<int> Contexts { get; init; } = [96, 192, 336, 512, 720];

    /// <summary>Seasons of history that the statistical baseline looks at. Default 60: two months of a daily season.</summary>
    public int StatisticalSeasons { get; init; } = 60;

    /// <summary>Quantile levels of the statistical baseline; may be empty. Default nine.</summary>
    public IReadOnlyList<double> Quantiles { get; init; } = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

    /// <summary>Trees of the boosted baseline. Default 150.</summary>
    public int Trees { get; init; } = 150;

    /// <summary>Most threads of closed-form fits; 0 for all processors. Does not change results.</summary>
    public int Threads { get; init; }
}

/// <summary>A baseline ready to be run.</summary>
/// <param name="Name">Name as in a recipe.</param>
/// <param name="Forecaster">The forecaster; the caller disposes it.</param>
/// <param name="Detail">What was chosen, for example <c>nlinear-336</c>.</param>
/// <param name="Linear">The linear fit where it is one; null else.</param>
/// <param name="Slow">Whether a window costs milliseconds: evaluate it on fewer, evenly spaced windows.</param>
public sealed record FittedBaseline(string Name, IForecaster Forecaster, string Detail, LinearFit? Linear, bool Slow) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => Forecaster.Dispose();
}

/// <summary>Fits baselines by name on the training part, choosing forms and contexts on the choice part.</summary>
public static class BaselineFits
{
    /// <summary>Names that are known.</summary>
    public static IReadOnlyList<string> Names { get; } = ["repeat-last", "seasonal-naive", "ridge", "dlinear", "phase", "statistical", "gradient-boosting"];

    /// <summary>Forms of linear forecaster that a name stands for.</summary>
    /// <param name="name">ridge, dlinear or phase.</param>
    /// <returns>The forms; empty for other names.</returns>
    public static IReadOnlyList<LinearKind> Kinds(string name) => name switch
    {
        "ridge" => [LinearKind.Ridge, LinearKind.Centred, LinearKind.LastValue],
        "dlinear" => [LinearKind.Decomposed],
        "phase" => [LinearKind.Phase, LinearKind.PhaseCentred, LinearKind.PhaseLastValue],
        _ => [],
    };

    /// <summary>Fits one baseline.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="series">The data and its scale.</param>
    /// <param name="training">Rows to fit on.</param>
    /// <param name="choice">Rows to choose on.</param>
    /// <param name="settings">What it needs to know.</param>
    /// <param name="cancellationToken">Stops between fits.</param>
    /// <returns>The baseline.</returns>
    /// <exception cref="PanguException">The name is unknown, or the data is too short.</exception>
    public static FittedBaseline Fit(string name, ScaledSeries series, RowRange training, RowRange choice, BaselineSettings settings, CancellationToken cancellationToken = default)
    {
        switch (name)
        {
            case "repeat-last":
                return new FittedBaseline(name, new RepeatLast(settings.Horizon), "the last value", null, false);
            case "seasonal-naive":
                return new FittedBaseline(name, new SeasonalNaive(settings.Season, settings.Horizon), $"season {settings.Season}", null, false);
            case "statistical":
                var context = settings.StatisticalSeasons * settings.Season;
                return new FittedBaseline(name, new StatisticalForecaster(context, settings.Horizon, settings.Quantiles, settings.Season), $"context {context}", null, true);
            case "gradient-boosting":
                var boosted = BoostedTraining.Train(series, training, new BoostedSettings { Horizon = settings.Horizon, Season = settings.Season, Trees = settings.Trees });
                return new FittedBaseline(name, boosted, $"{boosted.Trainer}, {settings.Trees} trees", null, true);
            case var _ when Kinds(name) is { Count: > 0 } kinds:
                var search = new LinearSettings { Horizon = settings.Horizon, Contexts = settings.Contexts, Kinds = kinds, Season = settings.Season, Threads = settings.Threads };
                var best = LinearSearch.Run(series, training, choice, search, cancellationToken)[0];
                return new FittedBaseline(name, new LinearForecaster(best.Fit, series), best.Fit.Name, best.Fit, false);
            default:
                throw PanguException.Usage("unknown-baseline", $"\"{name}\" is not a baseline; expected one of {string.Join(", ", Names)}.");
        }
    }
}
