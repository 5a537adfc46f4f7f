using Pangu.Core;
using Pangu.Modalities.Series;

namespace Pangu.Evaluation.Prediction.Linear;

/// <summary>Fits linear forecasters in closed form on the training part and chooses penalties, forms and contexts on the choice part.</summary>
/// <remarks>Sums over windows come from <see cref="LagGram"/>, errors on the choice part from sums too, so no window is ever built. Gaps are filled by the last value before them, in inputs and targets.</remarks>
public static class LinearSearch
{
    /// <summary>Fits every form with every context and keeps the best penalty of each.</summary>
    /// <param name="series">The data and its scale.</param>
    /// <param name="training">Rows whose windows are fitted; contexts lie inside as well.</param>
    /// <param name="choice">Rows whose windows choose; contexts may reach back before them.</param>
    /// <param name="settings">What to try.</param>
    /// <param name="cancellationToken">Stops between fits.</param>
    /// <returns>One candidate for each form and context that fits into the data, the smallest error on the choice part first.</returns>
    /// <exception cref="PanguException">No context fits into the training part.</exception>
    public static IReadOnlyList<LinearCandidate> Run(ScaledSeries series, RowRange training, RowRange choice, LinearSettings settings, CancellationToken cancellationToken = default)
    {
        var filled = Array.ConvertAll(series.Scaled, row => Gaps.Filled(row, 0));
        var fitting = Array.ConvertAll(filled, row => row[training.Start..training.End]);
        var kinds = settings.Kinds.Where(kind => settings.Season is not null || !ByPhase(kind));
        var candidates = new List<LinearCandidate>();
        foreach (var group in kinds.SelectMany(kind => settings.Contexts.Select(context => (Kind: kind, Context: Whole(kind, context, settings)))).Distinct().GroupBy(pair => pair.Context, pair => pair.Kind))
        {
            var context = group.Key;
            if (context < 1 || training.Count < context + settings.Horizon || choice.Start < context)
            {
                continue;
            }

            var problem = new LinearProblem(
                Array.ConvertAll(fitting, row => LagGram.Of(row, new RowRange(0, row.Length), context, settings.Horizon)),
                Array.ConvertAll(filled, row => LagGram.Of(row, choice, context, settings.Horizon)),
                settings);
            foreach (var kind in group)
            {
                cancellationToken.ThrowIfCancellationRequested();
                candidates.AddRange(problem.Best(kind));
            }
        }

        if (candidates.Count == 0)
        {
            throw PanguException.Usage("too-few-rows", $"the training part has {training.Count} rows; the shortest context of {settings.Contexts.Min()} and the horizon of {settings.Horizon} steps do not fit. Use shorter contexts or more rows.");
        }

        return [.. candidates.OrderBy(candidate => candidate.ChoiceError)];
    }

    internal static bool ByPhase(LinearKind kind) => kind is LinearKind.Phase or LinearKind.PhaseCentred or LinearKind.PhaseLastValue;

    private static int Whole(LinearKind kind, int context, LinearSettings settings) => ByPhase(kind) ? context / settings.Season!.Value * settings.Season.Value : context;
}
