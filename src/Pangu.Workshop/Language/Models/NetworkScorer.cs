using Pangu.Data;
using Pangu.Evaluation.Language;
using Pangu.Training;

namespace Pangu.Workshop.Language.Models;

/// <summary>A network in training as one that scores texts: what validations during training look at.</summary>
/// <param name="network">The network.</param>
internal sealed class NetworkScorer(NetworkText network) : ITokenScorer
{
    /// <inheritdoc/>
    public void Score(TokenPart part, TextRange block, Span<float> nats, CancellationToken cancellationToken)
    {
        var ids = part.Text.Ids.AsSpan(block.Start, block.Count + 1);
        network.Score(ids).CopyTo(nats);
    }
}
