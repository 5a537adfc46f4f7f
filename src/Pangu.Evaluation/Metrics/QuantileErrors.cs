namespace Pangu.Evaluation.Metrics;

/// <summary>Errors of quantile forecasts, added up one value at a time; values that are NaN do not count. Not safe for use by several threads at once.</summary>
/// <remarks>
/// Pinball = max(q (y - f), (q - 1)(y - f)); weighted quantile loss = 2 sum pinball / sum |y|; CRPS from quantiles = 2 x mean pinball over levels and values.
/// Interval score of the outermost pair (Gneiting and Raftery 2007): (hi - lo) + 2/a (lo - y) below + 2/a (y - hi) above, a = q_first + 1 - q_last.
/// </remarks>
/// <param name="levels">Quantile levels, ascending, at least one.</param>
public sealed class QuantileErrors(IReadOnlyList<double> levels)
{
    private readonly double[] _levels = [.. levels];
    private readonly double[] _pinball = new double[levels.Count];
    private double _truthMagnitudes;
    private double _intervalScore;
    private long _inside;

    /// <summary>Quantile levels, ascending.</summary>
    public IReadOnlyList<double> Levels => _levels;

    /// <summary>Values added.</summary>
    public long Count { get; private set; }

    /// <summary>Mean pinball loss of each level; null when nothing was added.</summary>
    public IReadOnlyList<double>? Pinball => Count > 0 ? Array.ConvertAll(_pinball, sum => sum / Count) : null;

    /// <summary>Weighted quantile loss of each level; null when the truth is 0 throughout.</summary>
    public IReadOnlyList<double>? WeightedQuantileLosses => _truthMagnitudes > 0 ? Array.ConvertAll(_pinball, sum => 2 * sum / _truthMagnitudes) : null;

    /// <summary>Mean of <see cref="WeightedQuantileLosses"/>; null when the truth is 0 throughout.</summary>
    public double? WeightedQuantileLoss => WeightedQuantileLosses?.Average();

    /// <summary>Continuous ranked probability score, approximated from the quantiles; null when nothing was added.</summary>
    public double? ContinuousRankedProbabilityScore => Count > 0 ? 2 * _pinball.Sum() / Count / _levels.Length : null;

    /// <summary>Share of values inside the outermost pair of quantiles, ends included; null when nothing was added.</summary>
    public double? Coverage => Count > 0 ? (double)_inside / Count : null;

    /// <summary>Mean interval score of the outermost pair; null when nothing was added. MSIS is this over <see cref="PointErrors.SeasonalScale"/>.</summary>
    public double? IntervalScore => Count > 0 ? _intervalScore / Count : null;

    /// <summary>Adds one value.</summary>
    /// <typeparam name="T">Type of the quantiles' numbers.</typeparam>
    /// <param name="truth">What happened.</param>
    /// <param name="quantiles">Forecast of each level.</param>
    public void Add<T>(double truth, ReadOnlySpan<T> quantiles)
        where T : System.Numerics.INumber<T>
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(quantiles.Length, _levels.Length);
        var low = double.CreateChecked(quantiles[0]);
        var high = double.CreateChecked(quantiles[^1]);
        if (double.IsNaN(truth) || double.IsNaN(low) || double.IsNaN(high))
        {
            return;
        }

        Count++;
        _truthMagnitudes += Math.Abs(truth);
        for (var level = 0; level < _levels.Length; level++)
        {
            var error = truth - double.CreateChecked(quantiles[level]);
            _pinball[level] += Math.Max(_levels[level] * error, (_levels[level] - 1) * error);
        }

        var outside = _levels[0] + 1 - _levels[^1];
        _intervalScore += high - low + (2 / outside * (Math.Max(low - truth, 0) + Math.Max(truth - high, 0)));
        if (truth >= low && truth <= high)
        {
            _inside++;
        }
    }

    /// <summary>Adds everything that another accumulator holds.</summary>
    /// <param name="other">The other accumulator, of the same levels, left as it is.</param>
    public void Add(QuantileErrors other)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(other._levels.Length, _levels.Length);
        Count += other.Count;
        _truthMagnitudes += other._truthMagnitudes;
        _intervalScore += other._intervalScore;
        _inside += other._inside;
        for (var level = 0; level < _levels.Length; level++)
        {
            _pinball[level] += other._pinball[level];
        }
    }
}
