using Pangu.Core;

namespace Pangu.Data;

/// <summary>Batches drawn from a source: every row has a random stream of its own, named by draw, micro-batch and row.</summary>
/// <param name="source">Where windows come from.</param>
/// <param name="shape">Sizes of every batch.</param>
/// <param name="seeds">The run's seeds.</param>
/// <param name="stream">Name of the stream, so that two kinds of batches of one run differ. Default <c>batches</c>.</param>
public sealed class SampledBatches(ISeriesSource source, SeriesBatchShape shape, Seeds seeds, string stream = "batches") : ISeriesBatches
{
    private readonly SeriesBatch _batch = new(shape);

    /// <inheritdoc/>
    public SeriesBatchShape Shape => shape;

    /// <inheritdoc/>
    public SeriesBatch Get(long draw, int microBatch)
    {
        Fill(_batch, draw, microBatch);
        return _batch;
    }

    /// <summary>Writes a batch into arrays that the caller owns.</summary>
    /// <param name="batch">Receives it; of this shape.</param>
    /// <param name="draw">Place in the data order, from 0.</param>
    /// <param name="microBatch">Part of the step's batch, from 0.</param>
    public void Fill(SeriesBatch batch, long draw, int microBatch)
    {
        var rowSeeds = new Seeds(seeds.SeedFor($"{stream}/{microBatch}", draw));
        for (var row = 0; row < shape.Rows; row++)
        {
            source.Fill(batch.Window(row), rowSeeds.For("row", row));
        }
    }
}
