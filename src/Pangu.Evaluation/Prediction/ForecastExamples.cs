namespace Pangu.Evaluation.Prediction;

/// <summary>One forecast for a plot, in the units of the data; history and truth stand in the table. Legend: <c>C</c> channels, <c>H</c> horizon, <c>Q</c> quantiles.</summary>
/// <param name="Origin">First target row.</param>
/// <param name="Mean">[C, H] row-major.</param>
/// <param name="Quantiles">[C, H, Q] row-major; empty when there are none.</param>
public sealed record ForecastExample(int Origin, float[] Mean, float[] Quantiles);

/// <summary>Keeps a few windows at even distances.</summary>
internal sealed class ForecastExamples(ScaledSeries series, int[] origins, int count) : IForecastConsumer
{
    private readonly HashSet<int> _wanted = [.. Enumerable.Range(0, Math.Min(count, origins.Length)).Select(index => (int)(((2L * index) + 1) * origins.Length / (2L * Math.Min(count, origins.Length))))];

    public List<ForecastExample> Examples { get; } = [];

    public void Take(in ForecastWindow window)
    {
        if (_wanted.Contains(window.Index))
        {
            Examples.Add(new ForecastExample(window.Origin, Restored(window.Mean), Restored(window.Quantiles)));
        }
    }

    private float[] Restored(ReadOnlySpan<float> scaled)
    {
        var values = new float[scaled.Length];
        var size = scaled.Length / series.Channels;
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = (float)((scaled[i] * series.Deviations[i / size]) + series.Means[i / size]);
        }

        return values;
    }
}
