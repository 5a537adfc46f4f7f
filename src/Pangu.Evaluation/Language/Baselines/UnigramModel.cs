using Pangu.Data;

namespace Pangu.Evaluation.Language.Baselines;

/// <summary>Every token as likely as it was often, whatever stands before it: (count + 1) / (tokens + V), Laplace's rule, so that a token never seen is unlikely and not impossible.</summary>
public sealed class UnigramModel : ITokenScorer
{
    private readonly float[] _nats;

    private UnigramModel(float[] nats) => _nats = nats;

    /// <summary>Counts.</summary>
    /// <param name="train">What is learned from.</param>
    /// <param name="vocabulary">V.</param>
    /// <returns>The model.</returns>
    public static UnigramModel Fit(TokenPart train, int vocabulary)
    {
        var counts = new long[vocabulary];
        foreach (var id in train.Text.Ids.AsSpan(train.Start, train.Count))
        {
            counts[id]++;
        }

        return new UnigramModel([.. counts.Select(count => (float)-Math.Log((count + 1.0) / (train.Count + vocabulary)))]);
    }

    /// <inheritdoc/>
    public void Score(TokenPart part, TextRange block, Span<float> nats, CancellationToken cancellationToken)
    {
        for (var i = 0; i < nats.Length; i++)
        {
            nats[i] = _nats[part.Text.Ids[block.Start + i + 1]];
        }
    }
}
