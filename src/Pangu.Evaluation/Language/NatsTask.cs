using Pangu.Core;
using Pangu.Data;

namespace Pangu.Evaluation.Language;

/// <summary>Nats per token over a whole part of a text, in blocks that lie side by side.</summary>
/// <remarks>
/// Block k of a document has the inputs v[kT .. kT + T) and the targets v[kT + 1 .. kT + T + 1), the last block may be shorter: every token of a document but its first is the
/// target of exactly one input, and a model sees of it what stands before it in its block alone. It is nanoGPT's loss, on all blocks in place of sampled ones.
/// </remarks>
public sealed class NatsTask
{
    /// <summary>What is judged on.</summary>
    public required TokenPart Part { get; init; }

    /// <summary>T: inputs of a block; the length that the model was trained with.</summary>
    public required int Block { get; init; }

    /// <summary>What progress calls the work. Default score.</summary>
    public string Work { get; init; } = "score";

    /// <summary>Scores every block.</summary>
    /// <param name="scorer">The model or baseline.</param>
    /// <param name="progress">Takes blocks done; null for silence.</param>
    /// <param name="cancellationToken">Stops between blocks.</param>
    /// <returns>The figures.</returns>
    /// <exception cref="PanguException">The part holds no target.</exception>
    public NatsReport Evaluate(ITokenScorer scorer, IProgress<WorkProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        var blocks = Part.Blocks(Block).ToList();
        if (blocks.Count == 0)
        {
            throw PanguException.Usage("text-short", $"The part that is judged on has {Part.Count} tokens; at least two of one document are needed. Give it more.");
        }

        var (nats, sums, counts) = (new float[Block], new double[Block], new long[Block]);
        for (var index = 0; index < blocks.Count; index++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var scores = nats.AsSpan(0, blocks[index].Count);
            scorer.Score(Part, blocks[index], scores, cancellationToken);
            for (var position = 0; position < scores.Length; position++)
            {
                sums[position] += scores[position];
                counts[position]++;
            }

            if (index % 64 == 0)
            {
                progress?.Report(new WorkProgress(Work, index, blocks.Count, "blocks"));
            }
        }

        return new NatsReport(counts.Sum(), sums.Sum() / counts.Sum(), [.. sums.Zip(counts, (sum, count) => sum / count)]);
    }
}

/// <summary>What a part of a text came to.</summary>
/// <param name="Targets">Tokens that were predicted.</param>
/// <param name="Nats">Mean negative log-likelihood of a token, in nats.</param>
/// <param name="ByPosition">The same by position in the block, from 0: how it falls as more is known. NaN where no block reaches.</param>
public sealed record NatsReport(long Targets, double Nats, IReadOnlyList<double> ByPosition);
