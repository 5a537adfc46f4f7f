namespace Pangu.Evaluation.Prediction.Fitting;

/// <summary>How intervals are fitted. Legend: <c>C</c> channels, <c>H</c> horizon, <c>Q</c> quantiles.</summary>
public sealed record IntervalSettings
{
    /// <summary>Steps to either side whose values help to fit a step. Default 6.</summary>
    public int Neighbours { get; init; } = 6;

    /// <summary>How far the spread of a channel and step is pulled (in its logarithm) towards that of the whole channel, 0 to 1. Default 0.25.</summary>
    public double Shrinkage { get; init; } = 0.25;

    /// <summary>How far coverage may lie from what the levels say before anything is fitted; then only the nearer edge of that band is fitted. Default 0.03: a few months hold some tens of independent horizons, which know coverage no better.</summary>
    public double Tolerance { get; init; } = 0.03;
}

/// <summary>Fits where the outermost quantiles must stand so that the share of values between them is what their levels say.</summary>
/// <remarks>Split conformal prediction (Vovk et al. 2005; Romano et al. 2019): the factor that a window needs is a score, the wanted share's quantile of the scores is the factor.</remarks>
public static class IntervalFit
{
    /// <summary>Factors by which a network's quantiles are stretched around the blended mean: the slot <c>head.spread</c>.</summary>
    /// <param name="network">The network's forecasts with quantiles, outermost levels to either side of its mean.</param>
    /// <param name="mean">[W, C, H]: the blended means.</param>
    /// <param name="settings">How.</param>
    /// <returns>[C, H], above 0.</returns>
    public static float[] Spread(ForecastSet network, ReadOnlySpan<float> mean, IntervalSettings settings)
    {
        var levels = network.Levels.Count;
        var share = network.Levels[^1] - network.Levels[0];
        var scores = new double[network.Mean.Length];
        for (var i = 0; i < scores.Length; i++)
        {
            var error = (double)network.Truth[i] - mean[i];
            var side = error >= 0 ? network.Quantiles[(i * levels) + levels - 1] - network.Mean[i] : network.Quantiles[i * levels] - network.Mean[i];
            scores[i] = double.IsNaN(error) ? double.NaN : Math.Abs(error) / Math.Max(Math.Abs(side), 1e-6);
        }

        double[] known = [.. scores.Where(score => !double.IsNaN(score))];
        var coverage = known.Length == 0 ? share : known.Count(score => score <= 1) / (double)known.Length;
        return Math.Abs(coverage - share) <= settings.Tolerance
            ? [.. Enumerable.Repeat(1f, network.Channels * network.Horizon)]
            : Factors(scores, network, coverage < share ? share - settings.Tolerance : share + settings.Tolerance, settings);
    }

    /// <summary>Quantiles of the residuals a channel and step, in scaled units, to be added to the mean: the slot <c>head.residuals</c>.</summary>
    /// <param name="set">Truth and shape of the windows.</param>
    /// <param name="mean">[W, C, H]: the means.</param>
    /// <param name="levels">Quantile levels, ascending.</param>
    /// <param name="settings">How.</param>
    /// <returns>[C, H, Q], ascending in Q.</returns>
    public static float[] Residuals(ForecastSet set, ReadOnlySpan<float> mean, IReadOnlyList<double> levels, IntervalSettings settings)
    {
        var errors = new double[set.Mean.Length];
        for (var i = 0; i < errors.Length; i++)
        {
            errors[i] = (double)set.Truth[i] - mean[i];
        }

        var residuals = new float[set.Channels * set.Horizon * levels.Count];
        for (var channel = 0; channel < set.Channels; channel++)
        {
            for (var step = 0; step < set.Horizon; step++)
            {
                var sorted = Gathered(errors, set, channel, step, settings.Neighbours);
                for (var level = 0; level < levels.Count; level++)
                {
                    residuals[(((channel * set.Horizon) + step) * levels.Count) + level] = (float)Quantile(sorted, levels[level]);
                }
            }
        }

        return residuals;
    }

    /// <summary>A quantile of sorted values, linear between neighbours.</summary>
    /// <param name="sorted">Values, ascending.</param>
    /// <param name="level">0 to 1.</param>
    /// <returns>The quantile; 0 when there are no values.</returns>
    public static double Quantile(ReadOnlySpan<double> sorted, double level)
    {
        if (sorted.Length == 0)
        {
            return 0;
        }

        var position = level * (sorted.Length - 1);
        var index = Math.Min((int)position, sorted.Length - 1);
        var next = Math.Min(index + 1, sorted.Length - 1);
        return sorted[index] + ((position - index) * (sorted[next] - sorted[index]));
    }

    private static float[] Factors(double[] scores, ForecastSet set, double share, IntervalSettings settings)
    {
        var factors = new double[set.Channels * set.Horizon];
        for (var channel = 0; channel < set.Channels; channel++)
        {
            var whole = Quantile(Gathered(scores, set, channel, set.Horizon / 2, set.Horizon), share);
            for (var step = 0; step < set.Horizon; step++)
            {
                var own = Quantile(Gathered(scores, set, channel, step, settings.Neighbours), share);
                factors[(channel * set.Horizon) + step] = Math.Exp(((1 - settings.Shrinkage) * LogOf(own)) + (settings.Shrinkage * LogOf(whole)));
            }
        }

        // What smoothing and shrinking moved is put right for all together.
        double[] left = [.. scores.Select((score, i) => score / factors[i % factors.Length]).Where(score => !double.IsNaN(score)).Order()];
        var rest = left.Length > 0 ? Quantile(left, share) : 1;
        return [.. factors.Select(factor => (float)(factor * rest))];
    }

    private static double LogOf(double factor) => Math.Log(Math.Max(factor, 1e-6));

    private static double[] Gathered(double[] values, ForecastSet set, int channel, int step, int neighbours)
    {
        var first = Math.Max(0, step - neighbours);
        var last = Math.Min(set.Horizon - 1, step + neighbours);
        var gathered = new List<double>(set.Windows * (last - first + 1));
        for (var window = 0; window < set.Windows; window++)
        {
            for (var h = first; h <= last; h++)
            {
                var value = values[(((window * set.Channels) + channel) * set.Horizon) + h];
                if (!double.IsNaN(value))
                {
                    gathered.Add(value);
                }
            }
        }

        gathered.Sort();
        return [.. gathered];
    }
}
