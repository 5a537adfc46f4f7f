namespace Pangu.Data;

/// <summary>Batches of token rows in a seeded order: what a language model is trained and validated on.</summary>
/// <remarks>What <see cref="Get"/> gives is a pure function of its arguments and of the seed and settings that the batches were made with. For one caller at a time.</remarks>
public interface ITokenBatches
{
    /// <summary>Sizes of the largest batches; some may have shorter rows.</summary>
    TokenBatchShape Shape { get; }

    /// <summary>The batch of a place in the order.</summary>
    /// <param name="draw">Place in the data order, from 0; a trainer that skips data leaves places out.</param>
    /// <param name="microBatch">Part of the step's batch, from 0.</param>
    /// <returns>The batch, valid until the next call.</returns>
    TokenBatch Get(long draw, int microBatch);
}
