namespace Pangu.Evaluation.Prediction;

/// <summary>A table of series beside its z-scored values. Immutable by convention, safe for many callers at once. Legend: <c>C</c> channels, <c>N</c> rows.</summary>
public sealed class ScaledSeries
{
    private ScaledSeries(IReadOnlyList<string> names, float[][] values, double[] means, double[] deviations)
    {
        Names = names;
        Values = values;
        Means = means;
        Deviations = deviations;
        Scaled = [.. values.Select((row, channel) => Array.ConvertAll(row, value => (float)((value - means[channel]) / deviations[channel])))];
    }

    /// <summary>Names of the channels.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>[C][N] in the units of the data, NaN where a value is missing.</summary>
    public float[][] Values { get; }

    /// <summary>[C][N] z-scored, NaN where a value is missing.</summary>
    public float[][] Scaled { get; }

    /// <summary>Mean of each channel over the training part, in its unit.</summary>
    public double[] Means { get; }

    /// <summary>Population standard deviation of each channel over the training part; 1 where it is constant.</summary>
    public double[] Deviations { get; }

    /// <summary>C.</summary>
    public int Channels => Values.Length;

    /// <summary>N.</summary>
    public int Length => Values[0].Length;

    /// <summary>Scales by mean and deviation over the training part.</summary>
    /// <param name="names">Names of the channels.</param>
    /// <param name="values">[C][N], NaN where a value is missing.</param>
    /// <param name="training">Rows that the statistics are taken from.</param>
    /// <returns>The scaled series; it keeps <paramref name="values"/>.</returns>
    public static ScaledSeries Fit(IReadOnlyList<string> names, float[][] values, RowRange training)
    {
        var means = new double[values.Length];
        var deviations = new double[values.Length];
        for (var channel = 0; channel < values.Length; channel++)
        {
            double[] observed = [.. values[channel][training.Start..training.End].Where(float.IsFinite).Select(value => (double)value)];
            means[channel] = observed.Length > 0 ? observed.Average() : 0;
            var mean = means[channel];
            var variance = observed.Length > 0 ? observed.Average(value => (value - mean) * (value - mean)) : 0;
            deviations[channel] = variance > 0 ? Math.Sqrt(variance) : 1;
        }

        return new ScaledSeries(names, values, means, deviations);
    }

    /// <summary>Scales by given statistics, for example those of a package.</summary>
    /// <param name="names">Names of the channels.</param>
    /// <param name="values">[C][N], NaN where a value is missing.</param>
    /// <param name="means">Mean of each channel.</param>
    /// <param name="deviations">Deviation of each channel, above 0.</param>
    /// <returns>The scaled series; it keeps <paramref name="values"/>.</returns>
    public static ScaledSeries With(IReadOnlyList<string> names, float[][] values, double[] means, double[] deviations) => new(names, values, means, deviations);
}
