using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Pangu.Numerics;

/// <summary>A few threads that follow a caller closely through jobs of one or two microseconds, where <see cref="WorkerPool"/> costs as much as it brings. Safe for many callers at once: while the threads follow one caller, another does its own work alone.</summary>
/// <remarks>
/// Every job has one piece a thread. A job costs two transfers of a cache line between processors: the caller's order to a follower and the follower's word back; each side writes only to its own line. A follower that
/// has not begun when the caller is done with its own piece is not waited for: the caller closes the job and does the piece itself. (The caller says "closed", then looks at "taken"; a follower says "taken", then looks at
/// "closed": one of the two always sees the other.) Between jobs a follower spins briefly (bounded, about 30 microseconds), then sleeps. Nothing is allocated a job.
/// </remarks>
public sealed class CloseCrew : IDisposable
{
    private const int Spins = 800;

    private readonly Order _order = new();
    private readonly Follower[] _followers;
    private int _busy;
    private int _job;

    /// <summary>Starts the threads.</summary>
    /// <param name="threads">Threads in all, the caller's among them, at least 1.</param>
    public CloseCrew(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        _followers = [.. Enumerable.Range(1, threads - 1).Select(number => new Follower(number, _order))];
    }

    /// <summary>Threads in all, the caller's among them: the pieces of every job.</summary>
    public int Threads => _followers.Length + 1;

    /// <summary>Runs the pieces 0 .. <see cref="Threads"/> - 1 and returns when all are done. An exception of a piece is thrown here.</summary>
    /// <param name="work">The work; a piece may have nothing to do.</param>
    public void Run(IPieces work)
    {
        ArgumentNullException.ThrowIfNull(work);
        if (_followers.Length == 0 || Interlocked.CompareExchange(ref _busy, 1, 0) != 0)
        {
            for (var piece = 0; piece < Threads; piece++)
            {
                work.Run(piece, 0);
            }

            return;
        }

        _order.Work = work;
        var job = ++_job;
        Volatile.Write(ref _order.Job, job);
        Exception? failure = null;
        foreach (var follower in _followers)
        {
            follower.WakeIfAsleep();
        }

        Try(work, 0, ref failure);
        foreach (var follower in _followers)
        {
            if (!follower.Finish(job))
            {
                Try(work, follower.Number, ref failure);
            }

            failure ??= follower.TakeFailure();
        }

        Volatile.Write(ref _busy, 0);
        if (failure is not null)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    /// <summary>Ends the threads; not to be called while work is in progress.</summary>
    public void Dispose()
    {
        Volatile.Write(ref _order.Stopped, 1);
        foreach (var follower in _followers)
        {
            follower.Dispose();
        }
    }

    private static void Try(IPieces work, int piece, ref Exception? failure)
    {
        try
        {
            work.Run(piece, 0);
        }
        catch (Exception exception)
        {
            failure ??= exception;
        }
    }

    // Written by the caller alone; a cache line of its own (two, because processors fetch pairs).
    [StructLayout(LayoutKind.Explicit, Size = 384)]
    private sealed class Order
    {
        [FieldOffset(128)]
        internal IPieces? Work;

        [FieldOffset(136)]
        internal int Job;

        [FieldOffset(140)]
        internal int Closed;

        [FieldOffset(144)]
        internal int Stopped;
    }

    // Written by the follower alone.
    [StructLayout(LayoutKind.Explicit, Size = 384)]
    private sealed class Answer
    {
        [FieldOffset(128)]
        internal int Taken;

        [FieldOffset(132)]
        internal int Done;

        [FieldOffset(136)]
        internal int Left;

        [FieldOffset(140)]
        internal int Asleep;
    }

    private sealed class Follower : IDisposable
    {
        private readonly Order _order;
        private readonly Answer _answer = new();
        private readonly AutoResetEvent _wake = new(false);
        private readonly Thread _thread;
        private Exception? _failure;

        internal Follower(int number, Order order)
        {
            Number = number;
            _order = order;
            _thread = new Thread(Serve) { IsBackground = true, Name = $"pangu-follower-{number}" };
            _thread.Start();
        }

        internal int Number { get; }

        // A follower that falls asleep at this very moment misses one job, which the caller then does itself.
        internal void WakeIfAsleep()
        {
            if (Volatile.Read(ref _answer.Asleep) != 0)
            {
                _wake.Set();
            }
        }

        // Whether the follower did its piece; false where the caller has to.
        internal bool Finish(int job)
        {
            if (Volatile.Read(ref _answer.Done) != job)
            {
                if (Volatile.Read(ref _answer.Taken) != job)
                {
                    Volatile.Write(ref _order.Closed, job);
                    Interlocked.MemoryBarrier();
                    if (Volatile.Read(ref _answer.Taken) != job)
                    {
                        return false;
                    }
                }

                for (var spin = 0; Volatile.Read(ref _answer.Done) != job; spin++)
                {
                    if (spin < Spins)
                    {
                        Thread.SpinWait(1);
                    }
                    else
                    {
                        // The follower was taken off its processor in the middle of its piece.
                        Thread.Yield();
                    }
                }
            }

            return Volatile.Read(ref _answer.Left) != job;
        }

        internal Exception? TakeFailure()
        {
            var failure = _failure;
            if (failure is not null)
            {
                _failure = null;
            }

            return failure;
        }

        public void Dispose()
        {
            _wake.Set();
            _thread.Join();
            _wake.Dispose();
        }

        private void Serve()
        {
            for (var seen = 0; Await(ref seen);)
            {
                Volatile.Write(ref _answer.Taken, seen);
                Interlocked.MemoryBarrier();
                if (Volatile.Read(ref _order.Closed) - seen >= 0)
                {
                    _answer.Left = seen;
                }
                else
                {
                    try
                    {
                        _order.Work!.Run(Number, Number);
                    }
                    catch (Exception exception)
                    {
                        _failure = exception;
                    }
                }

                Volatile.Write(ref _answer.Done, seen);
            }
        }

        // Waits for the next job; false when there will be none.
        private bool Await(ref int seen)
        {
            while (true)
            {
                for (var spin = 0; spin < Spins && Volatile.Read(ref _order.Job) == seen; spin++)
                {
                    Thread.SpinWait(1);
                }

                if (Volatile.Read(ref _order.Stopped) != 0)
                {
                    return false;
                }

                if (Volatile.Read(ref _order.Job) != seen)
                {
                    seen = Volatile.Read(ref _order.Job);
                    return true;
                }

                Volatile.Write(ref _answer.Asleep, 1);
                _wake.WaitOne();
                Volatile.Write(ref _answer.Asleep, 0);
            }
        }
    }
}
