using Pangu.Core;
using Pangu.Data;

namespace Pangu.Evaluation.Language;

/// <summary>Says how unlikely the tokens of a text are: a model, or a baseline.</summary>
public interface ITokenScorer
{
    /// <summary>Scores the targets of one block.</summary>
    /// <param name="part">The part that is judged on; what stands before it is not looked at.</param>
    /// <param name="block">Inputs within the text; the target of position p is the token at p + 1.</param>
    /// <param name="nats">[block.Count] receives the negative log-likelihood of each target, in nats.</param>
    /// <param name="cancellationToken">Asks for a stop.</param>
    void Score(TokenPart part, TextRange block, Span<float> nats, CancellationToken cancellationToken);
}

/// <summary>A served model: every block stands for itself, so the first target of a block is predicted from one token.</summary>
/// <param name="generator">The model; stays the caller's.</param>
public sealed class GeneratorScorer(ITextGenerator generator) : ITokenScorer
{
    /// <inheritdoc/>
    public void Score(TokenPart part, TextRange block, Span<float> nats, CancellationToken cancellationToken) =>
        generator.Score(part.Text.Ids.AsMemory(block.Start, block.Count + 1), cancellationToken).CopyTo(nats);
}
