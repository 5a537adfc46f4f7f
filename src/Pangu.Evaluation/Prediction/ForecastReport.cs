using Pangu.Evaluation.Metrics;

namespace Pangu.Evaluation.Prediction;

/// <summary>Errors of forecasts for each channel and step, summed as windows come.</summary>
/// <param name="channels">C.</param>
/// <param name="horizon">H.</param>
/// <param name="quantiles">Quantile levels; may be empty.</param>
public sealed class ForecastErrors(int channels, int horizon, IReadOnlyList<double> quantiles) : IForecastConsumer
{
    private readonly PointErrors[] _points = [.. Enumerable.Range(0, channels * horizon).Select(_ => new PointErrors())];
    private readonly QuantileErrors[] _quantiles = quantiles.Count == 0 ? [] : [.. Enumerable.Range(0, channels * horizon).Select(_ => new QuantileErrors(quantiles))];

    /// <summary>C.</summary>
    public int Channels => channels;

    /// <summary>H.</summary>
    public int Horizon => horizon;

    /// <summary>Windows taken.</summary>
    public int Windows { get; private set; }

    /// <inheritdoc/>
    public void Take(in ForecastWindow window)
    {
        Windows++;
        for (var cell = 0; cell < _points.Length; cell++)
        {
            _points[cell].Add(window.Truth[cell], window.Mean[cell]);
        }

        for (var cell = 0; cell < _quantiles.Length; cell++)
        {
            _quantiles[cell].Add(window.Truth[cell], window.Quantiles.Slice(cell * quantiles.Count, quantiles.Count));
        }
    }

    /// <summary>Point errors over the chosen channels and steps.</summary>
    /// <param name="channel">Channel; null for all.</param>
    /// <param name="step">Step from 0; null for all.</param>
    /// <returns>A new sum.</returns>
    public PointErrors Points(int? channel = null, int? step = null)
    {
        var sum = new PointErrors();
        foreach (var cell in Cells(channel, step))
        {
            sum.Add(_points[cell]);
        }

        return sum;
    }

    /// <summary>Quantile errors over the chosen channels and steps.</summary>
    /// <param name="channel">Channel; null for all.</param>
    /// <param name="step">Step from 0; null for all.</param>
    /// <returns>A new sum; null when there are no quantiles.</returns>
    public QuantileErrors? Quantiles(int? channel = null, int? step = null)
    {
        if (_quantiles.Length == 0)
        {
            return null;
        }

        var sum = new QuantileErrors(quantiles);
        foreach (var cell in Cells(channel, step))
        {
            sum.Add(_quantiles[cell]);
        }

        return sum;
    }

    private IEnumerable<int> Cells(int? channel, int? step) =>
        from c in channel is { } one ? [one] : Enumerable.Range(0, channels)
        from h in step is { } single ? [single] : Enumerable.Range(0, horizon)
        select (c * horizon) + h;
}

/// <summary>What a forecast task found.</summary>
/// <param name="Errors">Errors by channel and step, in scaled units.</param>
/// <param name="Examples">A few windows for plots.</param>
public sealed record ForecastReport(ForecastErrors Errors, IReadOnlyList<ForecastExample> Examples)
{
    /// <summary>Windows evaluated.</summary>
    public int Windows => Errors.Windows;

    /// <summary>Mean squared error over all windows, channels and steps, in scaled units.</summary>
    public double MeanSquaredError => Errors.Points().MeanSquaredError ?? double.NaN;

    /// <summary>Mean absolute error over all windows, channels and steps, in scaled units.</summary>
    public double MeanAbsoluteError => Errors.Points().MeanAbsoluteError ?? double.NaN;

    /// <summary>Share of values inside the outermost quantiles; null when there are none.</summary>
    public double? Coverage => Errors.Quantiles()?.Coverage;

    /// <summary>The pooled figures by their metric keys (<c>mse</c>, <c>mae</c>, <c>coverage</c>, <c>wql</c>, <c>crps</c>, <c>interval-score</c>); undefined ones are left out.</summary>
    public IReadOnlyDictionary<string, double> Figures
    {
        get
        {
            var points = Errors.Points();
            var quantiles = Errors.Quantiles();
            (string Key, double? Value)[] all =
            [
                ("mse", points.MeanSquaredError), ("mae", points.MeanAbsoluteError), ("coverage", quantiles?.Coverage),
                ("wql", quantiles?.WeightedQuantileLoss), ("crps", quantiles?.ContinuousRankedProbabilityScore), ("interval-score", quantiles?.IntervalScore),
            ];
            return new SortedDictionary<string, double>(all.Where(item => item.Value is not null).ToDictionary(item => item.Key, item => item.Value!.Value), StringComparer.Ordinal);
        }
    }

    /// <summary>A figure for each channel, in order.</summary>
    /// <typeparam name="T">Type of the figure.</typeparam>
    /// <param name="figure">Takes it from the errors of one channel.</param>
    /// <returns>[C].</returns>
    public T[] ByChannel<T>(Func<PointErrors, QuantileErrors?, T> figure) =>
        [.. Enumerable.Range(0, Errors.Channels).Select(channel => figure(Errors.Points(channel), Errors.Quantiles(channel)))];

    /// <summary>A figure for each step, in order.</summary>
    /// <typeparam name="T">Type of the figure.</typeparam>
    /// <param name="figure">Takes it from the errors of one step.</param>
    /// <returns>[H].</returns>
    public T[] ByStep<T>(Func<PointErrors, QuantileErrors?, T> figure) =>
        [.. Enumerable.Range(0, Errors.Horizon).Select(step => figure(Errors.Points(step: step), Errors.Quantiles(step: step)))];
}
