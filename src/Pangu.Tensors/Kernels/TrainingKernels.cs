using Pangu.Numerics;

namespace Pangu.Tensors.Kernels;

/// <summary>The kernels of <c>Pangu.Numerics</c> that training calls on libtorch's memory, with their threads and scratch memory. One piece of work at a time: hold <see cref="Gate"/>.</summary>
/// <param name="threads">Threads, as many as libtorch's operators use.</param>
internal sealed class TrainingKernels(int threads) : IDisposable
{
    private readonly WorkerPool _pool = new(threads);

    /// <summary>Held while a kernel runs.</summary>
    public Lock Gate { get; } = new();

    /// <summary>Products of matrices.</summary>
    public MatrixProduct Product => field ??= new MatrixProduct(_pool);

    /// <summary>Attention.</summary>
    public AttentionTraining Attention => field ??= new AttentionTraining(_pool);

    /// <summary>Norms and rotary positions of queries and keys.</summary>
    public HeadPreparation Heads => field ??= new HeadPreparation(_pool);

    /// <summary>Short convolutions.</summary>
    public ConvolutionTraining Convolution => field ??= new ConvolutionTraining(_pool);

    /// <summary>Muon's iterations.</summary>
    public PolynomialIteration Polynomial => field ??= new PolynomialIteration(_pool);

    /// <summary>Does work on a range of numbers, a share a thread.</summary>
    /// <param name="count">Numbers in all.</param>
    /// <param name="work">Gets start and count of a share.</param>
    public void Share(int count, Action<int, int> work)
    {
        // Below this a thread is not worth waking.
        const int Least = 16_384;
        var pieces = Math.Clamp(count / Least, 1, _pool.Threads);
        _pool.Run(new Shares(count, pieces, work), pieces);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Polynomial.Dispose();
        _pool.Dispose();
    }

    private sealed class Shares(int count, int pieces, Action<int, int> work) : IPieces
    {
        public void Run(int piece, int worker)
        {
            var (start, end) = ((int)((long)count * piece / pieces), (int)((long)count * (piece + 1) / pieces));
            work(start, end - start);
        }
    }
}
