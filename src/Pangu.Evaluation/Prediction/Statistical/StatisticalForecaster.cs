using Pangu.Core;
using Pangu.Evaluation.Prediction.Fitting;

namespace Pangu.Evaluation.Prediction.Statistical;

/// <summary>
/// A forecaster that is never trained: each history is cut into seasons (found by an information criterion on a singular value decomposition), seen as level times shape,
/// the levels continued by ridge on their lags, and the quantiles taken from the residuals. Safe for many callers at once.
/// </summary>
/// <remarks>After FLAIR, the statistical entry of the GIFT-Eval leaderboard, reimplemented from its description. What is left of the last season decays with its own autocorrelation.</remarks>
/// <param name="context">Most history steps.</param>
/// <param name="horizon">Steps it is asked for.</param>
/// <param name="levels">Quantile levels, ascending; may be empty.</param>
/// <param name="season">A season known beforehand, tried beside the usual ones; null when unknown.</param>
public sealed class StatisticalForecaster(int context, int horizon, IReadOnlyList<double> levels, int? season = null) : IForecaster
{
    private static readonly int[] UsualSeasons = [4, 7, 12, 24, 48, 52, 96, 144, 168, 288, 336];
    private static readonly int[] LevelLags = [1, 2, 3, 7];

    private readonly int[] _seasons = [.. UsualSeasons.Concat(season is { } known ? [known] : []).Distinct().Order()];

    /// <inheritdoc/>
    public ForecasterTraits Traits { get; } = new(context, horizon, int.MaxValue, levels, []);

    /// <inheritdoc/>
    public ForecastResult Forecast(ForecastRequest request, CancellationToken cancellationToken = default)
    {
        var mean = new float[request.Windows * request.Channels * request.Horizon];
        var quantiles = new float[mean.Length * levels.Count];
        var length = Math.Min(request.Length, context);
        Parallel.For(0, request.Windows * request.Channels, new ParallelOptions { CancellationToken = cancellationToken }, row =>
        {
            var history = Gaps.Filled(request.Values.Span.Slice(((row + 1) * request.Length) - length, length), 0);
            Continue(
                Array.ConvertAll(history, value => (double)value),
                mean.AsSpan(row * request.Horizon, request.Horizon),
                quantiles.AsSpan(row * request.Horizon * levels.Count, request.Horizon * levels.Count));
        });
        return new ForecastResult(mean, quantiles);
    }

    /// <inheritdoc/>
    public void Dispose() => GC.SuppressFinalize(this);

    private void Continue(double[] history, Span<float> mean, Span<float> quantiles)
    {
        // Levels times shapes need positive numbers: everything is lifted by twice the spread above its smallest value.
        var average = history.Average();
        var deviation = Math.Max(Math.Sqrt(history.Average(value => (value - average) * (value - average))), 1e-9);
        var lift = (2 * deviation) - history.Min();
        double[] lifted = [.. history.Select(value => value + lift)];
        var parts = SeasonShape.Of(lifted, _seasons);
        var (future, levelErrors) = LevelModel.Continue(parts.Levels, LevelLags, ((mean.Length - 1) / parts.Season) + 1);
        double[] fitted = [.. Enumerable.Range(0, parts.Levels.Length * parts.Season).Select(i => parts.Levels[i / parts.Season] * parts.Shape[i % parts.Season])];
        double[] rest = [.. lifted.TakeLast(fitted.Length).Zip(fitted, (value, fit) => value - fit)];
        var memory = Math.Clamp(Autocorrelation(rest), 0, 0.99);
        double[] shapeErrors = [.. rest.Order()];
        double[] sortedLevels = [.. levelErrors.Order()];
        var carried = rest[^1];
        for (var step = 0; step < mean.Length; step++)
        {
            carried *= memory;
            var level = future[step / parts.Season];
            var value = (level * parts.Shape[step % parts.Season]) + carried;
            mean[step] = (float)(value - lift);
            for (var index = 0; index < levels.Count; index++)
            {
                var levelPart = level * IntervalFit.Quantile(sortedLevels, levels[index]) * Math.Sqrt((step / parts.Season) + 1);
                var shapePart = IntervalFit.Quantile(shapeErrors, levels[index]) * Math.Sqrt(1 - Math.Pow(memory, 2 * (step + 1)));
                quantiles[(step * levels.Count) + index] = (float)(value - lift + (Math.Sign(levelPart + shapePart) * Math.Sqrt((levelPart * levelPart) + (shapePart * shapePart))));
            }

            quantiles.Slice(step * levels.Count, levels.Count).Sort();
        }
    }

    private static double Autocorrelation(double[] values)
    {
        var (product, square) = (0.0, 1e-12);
        for (var t = 1; t < values.Length; t++)
        {
            product += values[t] * values[t - 1];
            square += values[t - 1] * values[t - 1];
        }

        return product / square;
    }
}
