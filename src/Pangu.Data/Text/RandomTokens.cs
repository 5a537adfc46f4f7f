using Pangu.Core;

namespace Pangu.Data;

/// <summary>One batch of tokens drawn evenly, the same at every place: for measuring the speed of steps.</summary>
public sealed class RandomTokens : ITokenBatches
{
    private readonly TokenBatch _batch;

    /// <summary>Draws the batch.</summary>
    /// <param name="shape">Its sizes.</param>
    /// <param name="vocabulary">Number of token ids.</param>
    /// <param name="seeds">Seeds; the stream is <c>random-tokens</c>.</param>
    public RandomTokens(TokenBatchShape shape, int vocabulary, Seeds seeds)
    {
        _batch = new TokenBatch(shape);
        var random = seeds.For("random-tokens");
        for (var i = 0; i < shape.Tokens; i++)
        {
            (_batch.Ids[i], _batch.Targets[i]) = (random.NextInt(vocabulary), random.NextInt(vocabulary));
        }
    }

    /// <inheritdoc/>
    public TokenBatchShape Shape => _batch.Shape;

    /// <inheritdoc/>
    public TokenBatch Get(long draw, int microBatch) => _batch;
}
