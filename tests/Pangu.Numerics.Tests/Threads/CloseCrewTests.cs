namespace Pangu.Numerics.Tests.Threads;

public sealed class CloseCrewTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void Run_ManyShortJobs_DoesEveryPieceOnce(int threads)
    {
        using var crew = new CloseCrew(threads);
        var work = new Counts(threads);
        for (var job = 1; job <= 20_000; job++)
        {
            crew.Run(work);
            Assert.All(work.Pieces, count => Assert.Equal(job, count));
        }
    }

    [Fact]
    public void Run_SeveralCallersAtOnce_DoesEveryPieceOfEach()
    {
        using var crew = new CloseCrew(3);
        Parallel.For(0, 4, _ =>
        {
            var work = new Counts(3);
            for (var job = 1; job <= 5_000; job++)
            {
                crew.Run(work);
                Assert.All(work.Pieces, count => Assert.Equal(job, count));
            }
        });
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Run_APieceThatFails_ThrowsAndGoesOn(int failing)
    {
        using var crew = new CloseCrew(2);
        for (var round = 0; round < 100; round++)
        {
            Assert.Throws<InvalidOperationException>(() => crew.Run(new Failure(failing)));
            crew.Run(new Counts(2));
        }
    }

    [Fact]
    public void Run_AfterTheFollowersFellAsleep_IsDoneAll()
    {
        using var crew = new CloseCrew(2);
        var work = new Counts(2);
        for (var job = 1; job <= 50; job++)
        {
            // Longer than followers spin.
            var until = System.Diagnostics.Stopwatch.GetTimestamp() + (System.Diagnostics.Stopwatch.Frequency / 2_000);
            while (System.Diagnostics.Stopwatch.GetTimestamp() < until)
            {
                Thread.SpinWait(10);
            }

            crew.Run(work);
            Assert.All(work.Pieces, count => Assert.Equal(job, count));
        }
    }

    // Each piece on a cache line of its own is not needed: a torn or doubled count would show all the same.
    private sealed class Counts(int pieces) : IPieces
    {
        internal int[] Pieces { get; } = new int[pieces];

        public void Run(int piece, int worker) => Pieces[piece]++;
    }

    private sealed class Failure(int failing) : IPieces
    {
        public void Run(int piece, int worker)
        {
            if (piece == failing)
            {
                throw new InvalidOperationException("This piece fails.");
            }
        }
    }
}
