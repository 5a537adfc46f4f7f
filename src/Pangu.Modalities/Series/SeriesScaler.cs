namespace Pangu.Modalities.Series;

/// <summary>Brings each channel to mean 0 and deviation 1 over the training rows: z = (x - mean) / deviation, the deviation over the population (denominator N).</summary>
/// <param name="Means">[C] in the channels' units.</param>
/// <param name="Deviations">[C] in the channels' units; 1 where a channel is constant or has no value.</param>
public sealed record SeriesScaler(IReadOnlyList<double> Means, IReadOnlyList<double> Deviations)
{
    /// <summary>Measures mean and deviation over a range of rows; missing values do not count. Summed in double, two passes.</summary>
    /// <param name="table">The table.</param>
    /// <param name="rows">The training rows.</param>
    /// <returns>The scaler.</returns>
    public static SeriesScaler Fit(SeriesTable table, RowRange rows)
    {
        var means = new double[table.ChannelCount];
        var deviations = new double[table.ChannelCount];
        for (var channel = 0; channel < table.ChannelCount; channel++)
        {
            (means[channel], deviations[channel]) = Moments(table.Values[channel].AsSpan(rows.Start, rows.Count));
        }

        return new SeriesScaler(means, deviations);
    }

    /// <summary>The scaler that a package carries.</summary>
    /// <param name="channels">Channels of <c>preprocessor.json</c>.</param>
    /// <returns>The scaler.</returns>
    public static SeriesScaler Of(IReadOnlyList<SeriesChannel> channels) =>
        new([.. channels.Select(channel => channel.Mean)], [.. channels.Select(channel => channel.Deviation)]);

    /// <summary>Scales a whole table.</summary>
    /// <param name="table">A table with the channels that the scaler was made from, in their order.</param>
    /// <returns>[C][T] z-scores, NaN = missing.</returns>
    public float[][] Scale(SeriesTable table) => [.. table.Values.Select((values, channel) => values.Select(value => Scale(channel, value)).ToArray())];

    /// <summary>Scales one value.</summary>
    /// <param name="channel">Channel.</param>
    /// <param name="value">In the channel's unit.</param>
    /// <returns>Its z-score.</returns>
    public float Scale(int channel, float value) => (float)((value - Means[channel]) / Deviations[channel]);

    /// <summary>Undoes <see cref="Scale(int, float)"/>.</summary>
    /// <param name="channel">Channel.</param>
    /// <param name="score">z-score.</param>
    /// <returns>In the channel's unit.</returns>
    public float Unscale(int channel, float score) => (float)((score * Deviations[channel]) + Means[channel]);

    private static (double Mean, double Deviation) Moments(ReadOnlySpan<float> values)
    {
        var (sum, count) = (0.0, 0);
        foreach (var value in values)
        {
            if (!float.IsNaN(value))
            {
                sum += value;
                count++;
            }
        }

        if (count == 0)
        {
            return (0, 1);
        }

        var mean = sum / count;
        var squares = 0.0;
        foreach (var value in values)
        {
            squares += float.IsNaN(value) ? 0 : (value - mean) * (value - mean);
        }

        var deviation = Math.Sqrt(squares / count);
        return (mean, deviation > 1e-12 * Math.Max(1, Math.Abs(mean)) ? deviation : 1);
    }
}
