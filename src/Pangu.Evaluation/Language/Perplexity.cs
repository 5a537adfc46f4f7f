using Pangu.Core;

namespace Pangu.Evaluation.Language;

/// <summary>How well a model foretells a text: the text is cut into windows that do not overlap, and the first token of each window is not foretold.</summary>
/// <param name="MeanNegativeLogLikelihood">Nats a foretold token.</param>
/// <param name="Tokens">Tokens that were foretold.</param>
public sealed record Perplexity(double MeanNegativeLogLikelihood, long Tokens)
{
    /// <summary>exp of the mean.</summary>
    public double Value => Math.Exp(MeanNegativeLogLikelihood);

    /// <summary>Measures a text.</summary>
    /// <param name="model">The model.</param>
    /// <param name="ids">The text's tokens, at least two.</param>
    /// <param name="window">Tokens of a window, at least 2; the last window may be shorter, and is left out when it has one token.</param>
    /// <param name="progress">Told after each window; null for nobody.</param>
    /// <param name="cancellationToken">Stops between windows.</param>
    /// <returns>The mean over all windows.</returns>
    /// <exception cref="PanguException">The text or the window is too short, or the window is longer than the model takes.</exception>
    public static Perplexity Measure(ITextGenerator model, ReadOnlyMemory<int> ids, int window, IProgress<WorkProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        if (window < 2 || ids.Length < 2)
        {
            throw PanguException.Usage("perplexity-window", $"A text of {ids.Length} tokens in windows of {window} foretells nothing; both need at least 2.");
        }

        var (sum, count) = (0.0, 0L);
        for (var start = 0; start + 1 < ids.Length; start += window)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var likelihoods = model.Score(ids.Slice(start, Math.Min(window, ids.Length - start)), cancellationToken);
            foreach (var likelihood in likelihoods)
            {
                sum += likelihood;
            }

            count += likelihoods.Length;
            progress?.Report(new WorkProgress("perplexity", Math.Min(start + window, ids.Length), ids.Length, "tokens"));
        }

        return new Perplexity(sum / count, count);
    }
}
