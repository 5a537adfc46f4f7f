using Pangu.Data;

namespace Pangu.Training;

/// <summary>What a batch's forecasts are held against. Legend: <c>N</c> = B C series of a batch, <c>H</c> horizon, <c>L</c> history.</summary>
/// <param name="shape">Sizes of every batch.</param>
/// <param name="options">Weights.</param>
internal sealed class ForecastTargets(SeriesBatchShape shape, ForecastLossOptions options)
{
    /// <summary>Observed flags [N, L] as numbers.</summary>
    public float[] Observed { get; } = new float[shape.Rows * shape.Channels * shape.Context];

    /// <summary>Targets [N, H] in units of the input; 0 where missing.</summary>
    public float[] Targets { get; } = new float[shape.Rows * shape.Channels * shape.Horizon];

    /// <summary>Weights [N, H]; 0 where missing.</summary>
    public float[] Weights { get; } = new float[shape.Rows * shape.Channels * shape.Horizon];

    /// <summary>Reads a batch.</summary>
    /// <param name="batch">The batch.</param>
    /// <returns>Sum of the weights.</returns>
    public double Read(SeriesBatch batch)
    {
        for (var i = 0; i < Observed.Length; i++)
        {
            Observed[i] = batch.Observed[i] ? 1 : 0;
        }

        double total = 0;
        for (var series = 0; series < shape.Rows * shape.Channels; series++)
        {
            var deviation = Deviation(batch.Values.AsSpan(series * shape.Context, shape.Context), batch.Observed.AsSpan(series * shape.Context, shape.Context));
            var weight = deviation > options.MinimumDeviation ? Math.Pow(deviation, options.DeviationExponent) : 0;
            total += Weigh(batch.Future.AsSpan(series * shape.Horizon, shape.Horizon), series, weight);
        }

        return total;
    }

    private double Weigh(ReadOnlySpan<float> future, int series, double weight)
    {
        var targets = Targets.AsSpan(series * shape.Horizon, shape.Horizon);
        var weights = Weights.AsSpan(series * shape.Horizon, shape.Horizon);
        var present = 0;
        foreach (var value in future)
        {
            present += float.IsNaN(value) ? 0 : 1;
        }

        var share = (float)(options.Weighting == SampleWeighting.Series ? weight / Math.Max(1, present) : weight);
        for (var h = 0; h < future.Length; h++)
        {
            var isPresent = !float.IsNaN(future[h]);
            targets[h] = isPresent ? future[h] : 0;
            weights[h] = isPresent ? share : 0;
        }

        return (double)share * present;
    }

    /// <summary>Standard deviation of the observed values; 0 when there are fewer than two.</summary>
    private static double Deviation(ReadOnlySpan<float> values, ReadOnlySpan<bool> observed)
    {
        double sum = 0;
        double sumOfSquares = 0;
        var count = 0;
        double first = 0;
        for (var t = 0; t < values.Length; t++)
        {
            if (observed[t])
            {
                // Relative to the first value, so that a high level does not swallow a small deviation.
                first = count == 0 ? values[t] : first;
                var value = values[t] - first;
                sum += value;
                sumOfSquares += value * value;
                count++;
            }
        }

        return count < 2 ? 0 : Math.Sqrt(Math.Max(0, (sumOfSquares / count) - (sum / count * (sum / count))));
    }
}
