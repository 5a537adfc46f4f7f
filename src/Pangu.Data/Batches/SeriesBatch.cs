namespace Pangu.Data;

/// <summary>Sizes of a batch of series windows.</summary>
/// <param name="Rows">B: windows.</param>
/// <param name="Channels">C: channels of a window.</param>
/// <param name="Context">L: history steps.</param>
/// <param name="Horizon">H: steps to forecast.</param>
public sealed record SeriesBatchShape(int Rows, int Channels, int Context, int Horizon)
{
    /// <summary>Every problem of the sizes.</summary>
    /// <returns>Messages that name the property; empty when the sizes are sound.</returns>
    public IReadOnlyList<string> Validate() =>
    [
        .. new (string Name, int Value, int Least)[] { ("rows", Rows, 1), ("channels", Channels, 1), ("context", Context, 1), ("horizon", Horizon, 0) }
            .Where(size => size.Value < size.Least)
            .Select(size => $"batch.{size.Name} is {size.Value}; it must be at least {size.Least}"),
    ];
}

/// <summary>A batch of windows for training: history, what of it was observed, and the future.</summary>
/// <remarks>Belongs to whoever made it: its arrays are used again by the next call to <see cref="ISeriesBatches.Get"/>.</remarks>
public sealed class SeriesBatch
{
    /// <summary>Allocates a batch.</summary>
    /// <param name="shape">Its sizes.</param>
    public SeriesBatch(SeriesBatchShape shape)
    {
        Shape = shape;
        Values = new float[shape.Rows * shape.Channels * shape.Context];
        Observed = new bool[Values.Length];
        Future = new float[shape.Rows * shape.Channels * shape.Horizon];
    }

    /// <summary>Its sizes.</summary>
    public SeriesBatchShape Shape { get; }

    /// <summary>History [B, C, L]; finite, 0 where not observed.</summary>
    public float[] Values { get; }

    /// <summary>Whether a step of the history was observed [B, C, L].</summary>
    public bool[] Observed { get; }

    /// <summary>Future [B, C, H]; NaN where missing.</summary>
    public float[] Future { get; }

    /// <summary>One window of the batch.</summary>
    /// <param name="row">Its row, from 0.</param>
    /// <returns>Views of the arrays; no copy.</returns>
    public SeriesWindow Window(int row)
    {
        var history = Shape.Channels * Shape.Context;
        var future = Shape.Channels * Shape.Horizon;
        return new SeriesWindow(Shape, Values.AsSpan(row * history, history), Observed.AsSpan(row * history, history), Future.AsSpan(row * future, future));
    }
}

/// <summary>One window of a batch, to be written by a source.</summary>
/// <param name="shape">Sizes of the batch.</param>
/// <param name="values">History [C, L].</param>
/// <param name="observed">Observed flags [C, L].</param>
/// <param name="future">Future [C, H].</param>
public readonly ref struct SeriesWindow(SeriesBatchShape shape, Span<float> values, Span<bool> observed, Span<float> future)
{
    /// <summary>Sizes of the batch.</summary>
    public SeriesBatchShape Shape { get; } = shape;

    /// <summary>History [C, L].</summary>
    public Span<float> Values { get; } = values;

    /// <summary>Observed flags [C, L].</summary>
    public Span<bool> Observed { get; } = observed;

    /// <summary>Future [C, H]; NaN where missing.</summary>
    public Span<float> Future { get; } = future;

    /// <summary>Writes one channel from values in time order.</summary>
    /// <param name="channel">The channel, from 0.</param>
    /// <param name="history">L values; one that is not finite counts as not observed.</param>
    /// <param name="future">H values; one that is not finite becomes NaN.</param>
    public void Write(int channel, ReadOnlySpan<float> history, ReadOnlySpan<float> future)
    {
        var values = Values.Slice(channel * Shape.Context, Shape.Context);
        var observed = Observed.Slice(channel * Shape.Context, Shape.Context);
        for (var t = 0; t < values.Length; t++)
        {
            observed[t] = float.IsFinite(history[t]);
            values[t] = observed[t] ? history[t] : 0;
        }

        var target = Future.Slice(channel * Shape.Horizon, Shape.Horizon);
        for (var h = 0; h < target.Length; h++)
        {
            target[h] = float.IsFinite(future[h]) ? future[h] : float.NaN;
        }
    }
}
