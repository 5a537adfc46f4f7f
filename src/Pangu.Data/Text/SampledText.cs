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
}

/// <summary>Windows of a text at seeded places. Documents in a window do not see each other, and nothing is asked across their border.</summary>
public sealed class SampledText : ITokenBatches
{
    private readonly TokenPart _part;
    private readonly Seeds _seeds;
    private readonly TokenBatch _batch;
    private readonly TextSampling _sampling;
    private (long Epoch, int Offset, int[] Order) _epoch = (-1, 0, []);

    /// <summary>Takes a text.</summary>
    /// <param name="part">What windows are taken of.</param>
    /// <param name="shape">Sizes of every batch.</param>
    /// <param name="sampling">Which window comes next.</param>
    /// <param name="seeds">The run's seeds.</param>
    /// <exception cref="PanguException">The part holds no window and its last target.</exception>
    public SampledText(TokenPart part, TokenBatchShape shape, TextSampling sampling, Seeds seeds)
    {
        if (part.Count <= shape.Positions)
        {
            throw PanguException.Usage("text-short", $"The training part has {part.Count} tokens; a window of {shape.Positions} and the token after it do not fit in. Bring more text, or shorten the network's context.");
        }

        (_part, _seeds, _sampling) = (part, seeds, sampling);
        _batch = new TokenBatch(shape);
    }

    /// <inheritdoc/>
    public TokenBatchShape Shape => _batch.Shape;

    /// <inheritdoc/>
    public TokenBatch Get(long draw, int microBatch)
    {
        var random = _sampling.Order == TextOrder.Anywhere ? _seeds.For($"{_sampling.Stream}/{microBatch}", draw) : null;
        for (var row = 0; row < Shape.Rows; row++)
        {
            var start = random is null
                ? Shuffled((((draw * _sampling.MicroBatches) + microBatch) * Shape.Rows) + row)
                : _part.Start + random.NextInt(_part.Count - Shape.Positions);
            Fill(row, start);
        }

        return _batch;
    }

    private void Fill(int row, int start)
    {
        var (length, first) = (Shape.Positions, row * Shape.Positions);
        var tokens = _part.Text.Ids.AsSpan(start, length + 1);
        for (var t = 0; t < length; t++)
        {
            _batch.Ids[first + t] = tokens[t];
            _batch.Targets[first + t] = tokens[t + 1];
        }

        if (_part.Text.DocumentStarts.Count == 0)
        {
            return;
        }

        _batch.DocumentStarts.AsSpan(first, length).Clear();
        _batch.Weights.AsSpan(first, length).Fill(1);
        for (var next = _part.Text.NextStart(start); next <= start + length; next = _part.Text.NextStart(next))
        {
            _batch.Weights[first + next - start - 1] = 0;
            if (next < start + length)
            {
                _batch.DocumentStarts[first + next - start] = true;
            }
        }
    }

    /// <summary>Start of the n-th window over all epochs: a function of n alone, so that a resumed run needs no state.</summary>
    private int Shuffled(long window)
    {
        var length = Shape.Positions;
        var windows = Math.Max(1, (_part.Count - length) / length); // As many at any offset.
        var epoch = window / windows;
        if (_epoch.Epoch != epoch)
        {
            var random = _seeds.For($"{_sampling.Stream}/epoch", epoch);
            var slack = _part.Count - 1 - (windows * length);
            _epoch = (epoch, random.NextInt(Math.Min(slack, length) + 1), random.Permutation(windows));
        }

        return _part.Start + _epoch.Offset + (_epoch.Order[window % windows] * length);
    }
}

/// <summary>How windows are taken of a text.</summary>
/// <param name="Order">Which window comes next.</param>
/// <param name="MicroBatches">Micro-batches of a step. Default 1.</param>
/// <param name="Stream">Name of the random stream, so that two kinds of batches of one run differ. Default <c>batches</c>.</param>
public sealed record TextSampling(TextOrder Order, int MicroBatches = 1, string Stream = "batches");
