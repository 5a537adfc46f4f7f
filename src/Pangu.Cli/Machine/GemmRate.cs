using Pangu.Numerics;

namespace Pangu.Cli.Machine;

/// <summary>Measures how fast this machine multiplies matrices with the kernels of the torch-free engine.</summary>
internal static class GemmRate
{
    private const int Size = 512;
    private const int Rounds = 8;

    /// <summary>Measures; takes some tenths of a second.</summary>
    /// <param name="threads">Threads, each with rows of its own.</param>
    /// <param name="time">The clock.</param>
    /// <returns>Floating-point operations a second of the best round (a multiply-add counts two).</returns>
    public static double Measure(int threads, TimeProvider time)
    {
        var weights = new float[Size * Size];
        weights.AsSpan().Fill(1f / Size);
        var layer = new PackedLinear(weights, [], Size, Size);
        using var pool = new WorkerPool(threads);
        var work = new Products(layer, threads);
        pool.Run(work, threads);
        var best = 0.0;
        for (var round = 0; round < Rounds; round++)
        {
            var began = time.GetTimestamp();
            pool.Run(work, threads);
            best = Math.Max(best, 2.0 * Size * Size * Size * threads / time.GetElapsedTime(began).TotalSeconds);
        }

        return best;
    }

    private sealed class Products(PackedLinear layer, int threads) : IPieces
    {
        private readonly float[][] _inputs = [.. Enumerable.Range(0, threads).Select(_ => Enumerable.Repeat(1f, Size * Size).ToArray())];
        private readonly float[][] _outputs = [.. Enumerable.Range(0, threads).Select(_ => new float[Size * Size])];

        public void Run(int piece, int worker) => layer.Multiply(_inputs[piece], _outputs[piece], Size);
    }
}
