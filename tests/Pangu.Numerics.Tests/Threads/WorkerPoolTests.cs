using Pangu.Numerics;

namespace Pangu.Numerics.Tests.Threads;

public sealed class WorkerPoolTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Run_AnyNumberOfPieces_DoesEachOnce(int threads)
    {
        using var pool = new WorkerPool(threads);
        for (var pieces = 0; pieces < 60; pieces++)
        {
            var work = new Counting(pieces, threads);
            pool.Run(work, pieces);
            Assert.All(work.Counts, count => Assert.Equal(1, count));
        }
    }

    [Fact]
    public void Run_ManyCallersAtOnce_DoesEveryPieceOfEach()
    {
        using var pool = new WorkerPool(3);
        var callers = Enumerable.Range(0, 6).Select(_ => new Thread(() =>
        {
            for (var round = 0; round < 200; round++)
            {
                var work = new Counting(17, 3);
                pool.Run(work, 17);
                if (work.Counts.Any(count => count != 1))
                {
                    throw new InvalidOperationException("A piece was not done exactly once.");
                }
            }
        })).ToList();
        callers.ForEach(caller => caller.Start());
        callers.ForEach(caller => caller.Join());
    }

    [Fact]
    public void Run_PieceThrows_CallerGetsItAndThePoolGoesOn()
    {
        using var pool = new WorkerPool(3);
        for (var round = 0; round < 50; round++)
        {
            var exception = Assert.Throws<InvalidOperationException>(() => pool.Run(new Throwing(), 40));
            Assert.Equal("piece", exception.Message);
            var work = new Counting(9, 3);
            pool.Run(work, 9);
            Assert.All(work.Counts, count => Assert.Equal(1, count));
        }
    }

    private sealed class Counting(int pieces, int threads) : IPieces
    {
        private readonly int[] _workers = new int[threads];

        public int[] Counts { get; } = new int[pieces];

        public void Run(int piece, int worker)
        {
            if (Interlocked.Exchange(ref _workers[worker], 1) != 0)
            {
                throw new InvalidOperationException($"Worker {worker} does two pieces at once.");
            }

            Interlocked.Increment(ref Counts[piece]);
            Volatile.Write(ref _workers[worker], 0);
        }
    }

    private sealed class Throwing : IPieces
    {
        public void Run(int piece, int worker) => throw new InvalidOperationException("piece");
    }
}
