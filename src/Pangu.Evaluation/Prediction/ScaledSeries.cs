using Pangu.Modalities.Series;

namespace Pangu.Evaluation.Prediction;

/// <summary>A table of series beside its z-scored values. Immutable by convention, safe for many callers at once. Legend: <c>C</c> channels, <c>N</c> rows.</summary>
public sealed class ScaledSeries
{
    private ScaledSeries(SeriesTable table, SeriesScaler scaler)
    {
        Names = table.Names;
        Values = table.Values;
        Means = scaler.Means;
        Deviations = scaler.Deviations;
        Scaled = scaler.Scale(table);
    }

    /// <summary>Names of the channels.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>[C][N] in the units of the data, NaN where a value is missing.</summary>
    public float[][] Values { get; }

    /// <summary>[C][N] z-scored, NaN where a value is missing.</summary>
    public float[][] Scaled { get; }

    /// <summary>Mean of each channel over the training part, in its unit.</summary>
    public IReadOnlyList<double> Means { get; }

    /// <summary>Population standard deviation of each channel over the training part; 1 where it is constant.</summary>
    public IReadOnlyList<double> Deviations { get; }

    /// <summary>C.</summary>
    public int Channels => Values.Length;

    /// <summary>N.</summary>
    public int Length => Values[0].Length;

    /// <summary>Scales a table.</summary>
    /// <param name="table">The table; its arrays are kept.</param>
    /// <param name="scaler">Mean and deviation of each channel.</param>
    /// <returns>The scaled series.</returns>
    public static ScaledSeries Of(SeriesTable table, SeriesScaler scaler) => new(table, scaler);

    /// <summary>Scales a table by mean and deviation over its training part.</summary>
    /// <param name="table">The table; its arrays are kept.</param>
    /// <param name="training">Rows that the statistics are taken from.</param>
    /// <returns>The scaled series.</returns>
    public static ScaledSeries Fit(SeriesTable table, RowRange training) => new(table, SeriesScaler.Fit(table, training));
}
