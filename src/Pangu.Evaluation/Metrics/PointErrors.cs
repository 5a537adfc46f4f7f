namespace Pangu.Evaluation.Metrics;

/// <summary>Errors of point forecasts, added up one value at a time; values that are NaN on either side do not count. Not safe for use by several threads at once.</summary>
/// <remarks>
/// y truth, f forecast. sMAPE (M4) = mean of 200 |y - f| / (|y| + |f|), 0/0 counting 0; MAPE in percent over y != 0; WAPE = sum |y - f| / sum |y|;
/// R2 = 1 - sum (y - f)^2 / sum (y - mean y)^2 with the denominator by Welford's updates.
/// </remarks>
public sealed class PointErrors
{
    private double _squares;
    private double _magnitudes;
    private double _signed;
    private double _truthMagnitudes;
    private double _symmetric;
    private double _relative;
    private long _relativeCount;
    private double _truthMean;
    private double _truthSpread;

    /// <summary>Values added.</summary>
    public long Count { get; private set; }

    /// <summary>Mean squared error; null when nothing was added.</summary>
    public double? MeanSquaredError => Ratio(_squares, Count);

    /// <summary>Mean absolute error; null when nothing was added.</summary>
    public double? MeanAbsoluteError => Ratio(_magnitudes, Count);

    /// <summary>Root of the mean squared error; null when nothing was added.</summary>
    public double? RootMeanSquaredError => MeanSquaredError is { } value ? Math.Sqrt(value) : null;

    /// <summary>Mean of forecast minus truth; null when nothing was added.</summary>
    public double? Bias => Ratio(_signed, Count);

    /// <summary>Mean absolute percentage error in percent, over truths other than 0; null when there is none.</summary>
    public double? MeanAbsolutePercentageError => Ratio(100 * _relative, _relativeCount);

    /// <summary>Sum of absolute errors over sum of absolute truths; null when the latter is 0.</summary>
    public double? WeightedAbsolutePercentageError => Ratio(_magnitudes, _truthMagnitudes);

    /// <summary>Symmetric mean absolute percentage error of the M4 competition, 0 to 200; null when nothing was added.</summary>
    public double? SymmetricMeanAbsolutePercentageError => Ratio(200 * _symmetric, Count);

    /// <summary>Share of the truth's variance explained; null when the truth does not vary.</summary>
    public double? RSquared => _truthSpread > 0 ? 1 - (_squares / _truthSpread) : null;

    /// <summary>Adds one value.</summary>
    /// <param name="truth">What happened.</param>
    /// <param name="forecast">What was forecast.</param>
    public void Add(double truth, double forecast)
    {
        if (double.IsNaN(truth) || double.IsNaN(forecast))
        {
            return;
        }

        var error = forecast - truth;
        var magnitude = Math.Abs(error);
        var truthMagnitude = Math.Abs(truth);
        Count++;
        _squares += error * error;
        _magnitudes += magnitude;
        _signed += error;
        _truthMagnitudes += truthMagnitude;
        if (truthMagnitude > 0)
        {
            _relative += magnitude / truthMagnitude;
            _relativeCount++;
        }

        var size = truthMagnitude + Math.Abs(forecast);
        _symmetric += size > 0 ? magnitude / size : 0;
        var difference = truth - _truthMean;
        _truthMean += difference / Count;
        _truthSpread += difference * (truth - _truthMean);
    }

    /// <summary>Adds a row of values.</summary>
    /// <param name="truth">What happened.</param>
    /// <param name="forecast">What was forecast, as long as <paramref name="truth"/>.</param>
    public void Add(ReadOnlySpan<double> truth, ReadOnlySpan<double> forecast)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(forecast.Length, truth.Length);
        for (var i = 0; i < truth.Length; i++)
        {
            Add(truth[i], forecast[i]);
        }
    }

    /// <summary>Adds everything that another accumulator holds.</summary>
    /// <param name="other">The other accumulator, left as it is.</param>
    public void Add(PointErrors other)
    {
        if (other.Count == 0)
        {
            return;
        }

        var count = Count + other.Count;
        var difference = other._truthMean - _truthMean;
        _truthSpread += other._truthSpread + (difference * difference * Count * other.Count / count);
        _truthMean += difference * other.Count / count;
        Count = count;
        _squares += other._squares;
        _magnitudes += other._magnitudes;
        _signed += other._signed;
        _truthMagnitudes += other._truthMagnitudes;
        _symmetric += other._symmetric;
        _relative += other._relative;
        _relativeCount += other._relativeCount;
    }

    /// <summary>The mean absolute error of the naive forecast over a history, by which MASE and MSIS divide.</summary>
    /// <param name="history">Values before the forecast, oldest first.</param>
    /// <param name="season">Steps m of the season, at least 1.</param>
    /// <returns>mean |h(t) - h(t - m)| over observed pairs; null when it is 0 or there is no pair.</returns>
    public static double? SeasonalScale(ReadOnlySpan<double> history, int season)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(season, 1);
        double sum = 0;
        var count = 0;
        for (var t = season; t < history.Length; t++)
        {
            var difference = Math.Abs(history[t] - history[t - season]);
            if (!double.IsNaN(difference))
            {
                sum += difference;
                count++;
            }
        }

        return sum > 0 ? sum / count : null;
    }

    private static double? Ratio(double numerator, double denominator) => denominator > 0 ? numerator / denominator : null;
}
