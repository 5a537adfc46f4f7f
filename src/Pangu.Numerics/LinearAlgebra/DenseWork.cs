namespace Pangu.Numerics;

/// <summary>Coarse work over independent pieces on the runtime's own thread pool; who does which piece never changes a number.</summary>
internal static class DenseWork
{
    /// <summary>Runs every piece once.</summary>
    /// <param name="pieces">Number of pieces; started in order.</param>
    /// <param name="threads">Most threads; 0 for all processors.</param>
    /// <param name="body">Does one piece; pieces touch disjoint results.</param>
    internal static void Run(int pieces, int threads, Action<int> body)
    {
        var workers = Math.Min(pieces, threads > 0 ? threads : Environment.ProcessorCount);
        if (workers <= 1)
        {
            for (var piece = 0; piece < pieces; piece++)
            {
                body(piece);
            }

            return;
        }

        var next = -1;
        Parallel.For(0, workers, new ParallelOptions { MaxDegreeOfParallelism = workers }, _ =>
        {
            for (var piece = Interlocked.Increment(ref next); piece < pieces; piece = Interlocked.Increment(ref next))
            {
                body(piece);
            }
        });
    }
}
