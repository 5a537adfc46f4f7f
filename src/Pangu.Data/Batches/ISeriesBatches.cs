using Pangu.Core;

namespace Pangu.Data;

/// <summary>Batches of series windows in a seeded order.</summary>
/// <remarks>What <see cref="Get"/> gives is a pure function of its arguments and of the seed and settings that the batches were made with. For one caller at a time.</remarks>
public interface ISeriesBatches
{
    /// <summary>Sizes of every batch.</summary>
    SeriesBatchShape Shape { get; }

    /// <summary>The batch of a place in the order.</summary>
    /// <param name="draw">Place in the data order, from 0; a trainer that skips data leaves places out.</param>
    /// <param name="microBatch">Part of the step's batch, from 0.</param>
    /// <returns>The batch, valid until the next call.</returns>
    SeriesBatch Get(long draw, int microBatch);
}

/// <summary>Where windows come from, one at a time.</summary>
/// <remarks>May own buffers: one instance a thread. Everything random comes from the stream that is handed in.</remarks>
public interface ISeriesSource
{
    /// <summary>Writes one window.</summary>
    /// <param name="window">Receives history, flags and future.</param>
    /// <param name="random">Where every draw comes from; equal streams give equal windows.</param>
    void Fill(SeriesWindow window, RandomStream random);
}
