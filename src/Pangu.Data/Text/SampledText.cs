using System.Text.Json.Serialization;
using Pangu.Core;

namespace Pangu.Data;

/// <summary>Which window of a text comes next.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TextOrder>))]
public enum TextOrder
{
    /// <summary>Every window begins anywhere, each place as likely as any other (nanoGPT's way).</summary>
    [JsonStringEnumMemberName("anywhere")] Anywhere,

    /// <summary>Windows that lie side by side in random order; when all were seen, again, cut at another place. Nothing is seen twice before all is seen once.</summary>
    [JsonStringEnumMemberName("shuffled")] Shuffled,

    /// <summary>As shuffled; the last pass, where it is none over everything, sees the end of the text: for a text that goes on where it ended.</summary>
    [JsonStringEnumMemberName("recent")] Recent,
}

/// <summary>Windows of a text at seeded places. Documents in a window do not see each other, and nothing is asked across their border.</summary>
public sealed class SampledText : ITokenBatches
{
    private readonly TokenPart _part;
    private readonly Seeds _seeds;
    private readonly TokenBatch _whole;
    private readonly TokenBatch? _short;
    private readonly TextSampling _sampling;
    private readonly RecentWindows? _recent;
    private readonly long _draws;
    private TextEpoch? _epoch;

    /// <summary>Takes a text.</summary>
    /// <param name="part">What windows are taken of.</param>
    /// <param name="shape">Sizes of every batch.</param>
    /// <param name="sampling">Which window comes next.</param>
    /// <param name="seeds">The run's seeds.</param>
    /// <exception cref="PanguException">The part holds no window and its last target, or the order needs the number of draws and it is not said.</exception>
    public SampledText(TokenPart part, TokenBatchShape shape, TextSampling sampling, Seeds seeds)
    {
        if (part.Count <= shape.Positions)
        {
            throw PanguException.Usage("text-short", $"The training part has {part.Count} tokens; a window of {shape.Positions} and the token after it do not fit in. Bring more text, or shorten the network's context.");
        }

        (_part, _seeds, _sampling) = (part, seeds, sampling);
        _whole = new TokenBatch(shape);
        _short = sampling.Short is { } first ? new TokenBatch(shape with { Positions = Math.Min(first.Length, shape.Positions) }) : null;
        if (sampling.Order == TextOrder.Recent)
        {
            _draws = sampling.Draws ?? throw PanguException.Usage("text-draws", "Windows of the order \"recent\" are laid out from the last one back, so the number of draws must be known; say it, or take another order.");
            _recent = RecentWindows.Of(part, new WindowCount(shape.Positions, Windows(_draws - ShortDraws)), new WindowCount(_short?.Shape.Positions ?? 1, Windows(ShortDraws)), seeds.For($"{sampling.Stream}/recent"));
        }
    }

    /// <inheritdoc/>
    public TokenBatchShape Shape => _whole.Shape;

    /// <inheritdoc/>
    public TokenBatch Get(long draw, int microBatch)
    {
        var random = _sampling.Order == TextOrder.Anywhere ? _seeds.For($"{_sampling.Stream}/{microBatch}", draw) : null;
        var isShort = draw < ShortDraws;
        var batch = isShort ? _short! : _whole;
        var first = isShort ? 0 : ShortDraws;
        var (rows, length) = (batch.Shape.Rows, batch.Shape.Positions);
        var recent = (isShort ? _recent?.ShortStarts : _recent?.WholeStarts) ?? [];
        var ordinary = Windows((isShort ? ShortDraws : _draws) - first) - recent.Length;
        for (var row = 0; row < rows; row++)
        {
            var start = random is null
                ? Place(((((draw - first) * _sampling.MicroBatches) + microBatch) * rows) + row)
                : _part.Start + random.NextInt(_part.Count - length);
            Fill(batch, row, start);
        }

        return batch;

        // Skipped batches make a training draw beyond its end: those windows are shuffled again.
        int Place(long window) => window >= ordinary && window - ordinary < recent.Length ? recent[window - ordinary] : Shuffled(window, length);
    }

    private long ShortDraws => _sampling.Short is { } first ? Math.Min(first.Draws, _sampling.Draws ?? first.Draws) : 0;

    private long Windows(long draws) => draws * _sampling.MicroBatches * Shape.Rows;

    private void Fill(TokenBatch batch, int row, int start)
    {
        var (length, first) = (batch.Shape.Positions, row * batch.Shape.Positions);
        var tokens = _part.Text.Ids.AsSpan(start, length + 1);
        for (var t = 0; t < length; t++)
        {
            batch.Ids[first + t] = tokens[t];
            batch.Targets[first + t] = tokens[t + 1];
        }

        if (_part.Text.DocumentStarts.Count == 0)
        {
            return;
        }

        batch.DocumentStarts.AsSpan(first, length).Clear();
        batch.Weights.AsSpan(first, length).Fill(1);
        for (var next = _part.Text.NextStart(start); next <= start + length; next = _part.Text.NextStart(next))
        {
            batch.Weights[first + next - start - 1] = 0;
            if (next < start + length)
            {
                batch.DocumentStarts[first + next - start] = true;
            }
        }
    }

    /// <summary>Start of the n-th window of a length over all epochs: a function of the two alone, so that a resumed run needs no state.</summary>
    private int Shuffled(long window, int length)
    {
        var windows = RecentWindows.WindowsOfPass(_part, length);
        var epoch = window / windows;
        if (_epoch is not { } known || known.Number != epoch || known.Length != length)
        {
            var random = _seeds.For(length == Shape.Positions ? $"{_sampling.Stream}/epoch" : $"{_sampling.Stream}/epoch/{length}", epoch);
            var slack = _part.Count - 1 - (windows * length);
            _epoch = known = new TextEpoch(epoch, length, random.NextInt(Math.Min(slack, length) + 1), random.Permutation(windows));
        }

        return _part.Start + known.Offset + (known.Order[window % windows] * length);
    }

    /// <summary>One pass over the text: where its windows are cut, and their order.</summary>
    private sealed record TextEpoch(long Number, int Length, int Offset, int[] Order);
}

/// <summary>How windows are taken of a text.</summary>
/// <param name="Order">Which window comes next.</param>
/// <param name="MicroBatches">Micro-batches of a step. Default 1.</param>
/// <param name="Stream">Name of the random stream, so that two kinds of batches of one run differ. Default <c>batches</c>.</param>
public sealed record TextSampling(TextOrder Order, int MicroBatches = 1, string Stream = "batches")
{
    /// <summary>Places of the data order in the whole training; needed by <see cref="TextOrder.Recent"/>. Default not known.</summary>
    public long? Draws { get; init; }

    /// <summary>Windows that come first and are shorter than the others; null for none. Default none.</summary>
    public ShortWindows? Short { get; init; }
}

/// <summary>Shorter windows at the beginning of a training.</summary>
/// <param name="Length">Tokens of a window, at least 1.</param>
/// <param name="Draws">Places of the data order, from 0, that have them.</param>
public sealed record ShortWindows(int Length, long Draws);
