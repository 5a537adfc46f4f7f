using Pangu.Core;
using Pangu.Modalities.Series;

namespace Pangu.Data;

/// <summary>The part of a record that training may see.</summary>
/// <param name="Values">Channels [C][T] in time order; NaN where missing.</param>
/// <param name="From">First step, included.</param>
/// <param name="To">Last step, excluded: no window, future included, reaches beyond it.</param>
public sealed record RecordPart(IReadOnlyList<float[]> Values, int From, int To)
{
    /// <summary>A part of a table.</summary>
    /// <param name="table">The table; its arrays are shared.</param>
    /// <param name="rows">The rows that training may see.</param>
    /// <returns>The part.</returns>
    public static RecordPart Of(SeriesTable table, RowRange rows) => new(table.Values, rows.Start, rows.End);
}

/// <summary>Windows of recorded series at random places; every place is equally likely.</summary>
/// <remarks>
/// A batch of one channel takes one channel of one record a window; a batch of C channels takes all channels of a record, which must have C.
/// Where a record is shorter than a window, its history begins late: the steps before it count as not observed.
/// </remarks>
public sealed class RecordWindows : ISeriesSource
{
    // The second channel shows, but never rules.
    private const double LeastGain = 0.2;

    private readonly IReadOnlyList<RecordPart> _parts;
    private readonly double _combined;
    private float[] _history = [];
    private float[] _future = [];

    /// <summary>Takes records.</summary>
    /// <param name="parts">At least one.</param>
    /// <param name="combined">
    /// Share of windows of one channel that show (a + g b) / sqrt(1 + g^2), a and b two channels of a record at the same times, g log-uniform in 0.2 .. 1 with a random sign. What is
    /// missing in either is missing in the sum. Channels should be scaled alike. Default 0.
    /// </param>
    /// <exception cref="PanguException">There is no record, or a part lies outside its record.</exception>
    public RecordWindows(IReadOnlyList<RecordPart> parts, double combined = 0)
    {
        _parts = parts;
        _combined = combined;
        if (parts.Count == 0)
        {
            throw PanguException.Usage("records-empty", "Windows were asked for but no record was given; training on records needs at least one.");
        }

        foreach (var part in parts)
        {
            if (part.Values.Count == 0 || part.From < 0 || part.To <= part.From || part.Values.Any(channel => channel.Length < part.To))
            {
                throw PanguException.Usage("record-part", $"A record of {part.Values.Count} channels and {(part.Values.Count == 0 ? 0 : part.Values[0].Length)} steps has no part {part.From} .. {part.To}; the part must lie inside the record.");
            }
        }
    }

    /// <inheritdoc/>
    public void Fill(SeriesWindow window, RandomStream random)
    {
        var shape = window.Shape;
        var (part, origin, channel) = Draw(shape, random);
        if (_history.Length < shape.Context)
        {
            _history = new float[shape.Context];
        }

        if (_future.Length < shape.Horizon)
        {
            _future = new float[shape.Horizon];
        }

        var history = _history.AsSpan(0, shape.Context);
        var present = Math.Min(shape.Context, origin - part.From);
        history[..^present].Fill(float.NaN);
        if (_combined > 0 && shape.Channels == 1 && part.Values.Count > 1 && random.NextBool(_combined))
        {
            var future = _future.AsSpan(0, shape.Horizon);
            Combine(part, channel, origin - present, random, history[^present..], future);
            window.Write(0, history, future);
            return;
        }

        for (var c = 0; c < shape.Channels; c++)
        {
            var values = part.Values[shape.Channels == 1 ? channel : c];
            values.AsSpan(origin - present, present).CopyTo(history[^present..]);
            window.Write(c, history, values.AsSpan(origin, shape.Horizon));
        }
    }

    private static void Combine(RecordPart part, int channel, int from, RandomStream random, Span<float> history, Span<float> future)
    {
        var other = random.NextInt(part.Values.Count - 1);
        var (first, second) = (part.Values[channel], part.Values[other < channel ? other : other + 1]);
        var gain = (float)(random.NextBool(0.5) ? random.NextLogUniform(LeastGain, 1) : -random.NextLogUniform(LeastGain, 1));
        var norm = 1 / MathF.Sqrt(1 + (gain * gain));
        for (var t = 0; t < history.Length + future.Length; t++)
        {
            var sum = norm * (first[from + t] + (gain * second[from + t]));
            (t < history.Length ? ref history[t] : ref future[t - history.Length]) = sum;
        }
    }

    /// <summary>Forecast origins of a part: those with a whole history, or, where there is none, those with at least one step.</summary>
    private static (int First, int Count) Origins(RecordPart part, SeriesBatchShape shape)
    {
        var last = part.To - shape.Horizon;
        var first = Math.Min(part.From + shape.Context, last);
        first = Math.Max(first, part.From + 1);
        return (first, Math.Max(0, last - first + 1));
    }

    private (RecordPart Part, int Origin, int Channel) Draw(SeriesBatchShape shape, RandomStream random)
    {
        var total = 0L;
        foreach (var part in _parts)
        {
            total += Places(part, shape);
        }

        if (total == 0)
        {
            throw PanguException.Usage("records-short", $"No record has a step of history and {shape.Horizon} steps of future in its training part; shorten the horizon or give longer records.");
        }

        var draw = (long)(random.NextDouble() * total);
        foreach (var part in _parts)
        {
            var places = Places(part, shape);
            if (draw < places)
            {
                var (first, count) = Origins(part, shape);
                return (part, first + (int)(draw % count), (int)(draw / count));
            }

            draw -= places;
        }

        throw new InvalidOperationException("A draw lies beyond all places.");
    }

    private static long Places(RecordPart part, SeriesBatchShape shape)
    {
        if (shape.Channels != 1 && shape.Channels != part.Values.Count)
        {
            throw PanguException.Usage("record-channels", $"A record has {part.Values.Count} channels, the batch {shape.Channels}; a batch takes one channel at a time or all of them.");
        }

        return (long)Origins(part, shape).Count * (shape.Channels == 1 ? part.Values.Count : 1);
    }
}
