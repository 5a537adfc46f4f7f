using System.Runtime.ExceptionServices;

namespace Pangu.Numerics;

/// <summary>A few persistent threads that share the pieces of one piece of work at a time. Safe for many callers at once: while the threads are busy with one caller's work, another caller does its own alone.</summary>
/// <remarks>
/// Made for work of a few microseconds to some milliseconds, where the runtime's thread pool costs too much. Between jobs a thread spins briefly (bounded, about 30 microseconds), then sleeps; the
/// caller never waits for a thread that has not begun. Who does which piece never decides a result, as long as pieces do not depend on each other. Nothing is allocated a call.
/// </remarks>
public sealed class WorkerPool : IDisposable
{
    // 800 spins of about 40 nanoseconds (the runtime's normalized pause).
    private const int Spins = 800;
    private const int PausesPerSpin = 1;

    private readonly Thread[] _threads;
    private readonly object _gate = new();

    // Work in progress. A helper first counts itself in _active, then looks at _open; the caller first closes, then looks at _active: one of the two always sees the other.
    private int _busy;
    private int _open;
    private int _active;
    private int _epoch;
    private int _sleepers;
    private int _stopped;
    private int _callerSleeps;
    private IPieces? _work;
    private int _pieces;
    private int _next;
    private Exception? _failure;

    /// <summary>Starts the threads.</summary>
    /// <param name="threads">Threads in all, the caller's among them; 0 for as many as there are processors.</param>
    public WorkerPool(int threads = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        Threads = threads == 0 ? Environment.ProcessorCount : threads;
        _threads = new Thread[Threads - 1];
        for (var i = 0; i < _threads.Length; i++)
        {
            var worker = i + 1;
            _threads[i] = new Thread(() => Serve(worker)) { IsBackground = true, Name = $"pangu-worker-{worker}" };
            _threads[i].Start();
        }
    }

    /// <summary>Threads in all, the caller's among them.</summary>
    public int Threads { get; }

    /// <summary>Runs every piece once and returns when all are done. An exception of a piece is thrown here; pieces not begun by then are left out.</summary>
    /// <param name="work">The work.</param>
    /// <param name="pieces">Number of pieces; begun in order.</param>
    public void Run(IPieces work, int pieces)
    {
        ArgumentNullException.ThrowIfNull(work);
        if (pieces <= 1 || _threads.Length == 0 || Interlocked.CompareExchange(ref _busy, 1, 0) != 0)
        {
            for (var piece = 0; piece < pieces; piece++)
            {
                work.Run(piece, 0);
            }

            return;
        }

        Open(work, pieces);
        Work(0);
        Close();
        var failure = _failure;
        (_work, _failure) = (null, null);
        Volatile.Write(ref _busy, 0);
        if (failure is not null)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    /// <summary>Ends the threads; not to be called while work is in progress.</summary>
    public void Dispose()
    {
        Volatile.Write(ref _stopped, 1);
        lock (_gate)
        {
            Monitor.PulseAll(_gate);
        }

        foreach (var thread in _threads)
        {
            thread.Join();
        }
    }

    private void Open(IPieces work, int pieces)
    {
        (_work, _pieces, _next) = (work, pieces, 0);
        Volatile.Write(ref _open, 1);
        Interlocked.Increment(ref _epoch);
        if (Volatile.Read(ref _sleepers) > 0)
        {
            lock (_gate)
            {
                Monitor.PulseAll(_gate);
            }
        }
    }

    private void Close()
    {
        Interlocked.Exchange(ref _open, 0);
        for (var spin = 0; spin < Spins && Volatile.Read(ref _active) != 0; spin++)
        {
            Thread.SpinWait(PausesPerSpin);
        }

        if (Volatile.Read(ref _active) == 0)
        {
            return;
        }

        // As above: the caller first says that it sleeps, then looks at _active; a helper first counts itself out, then looks whether somebody sleeps.
        Interlocked.Exchange(ref _callerSleeps, 1);
        lock (_gate)
        {
            while (Volatile.Read(ref _active) != 0)
            {
                Monitor.Wait(_gate);
            }
        }

        Volatile.Write(ref _callerSleeps, 0);
    }

    private void Serve(int worker)
    {
        var seen = 0;
        while (AwaitWork(ref seen))
        {
            Interlocked.Increment(ref _active);
            if (Volatile.Read(ref _open) != 0)
            {
                Work(worker);
            }

            if (Interlocked.Decrement(ref _active) == 0 && Volatile.Read(ref _callerSleeps) != 0)
            {
                lock (_gate)
                {
                    Monitor.PulseAll(_gate);
                }
            }
        }
    }

    private bool AwaitWork(ref int seen)
    {
        for (var spin = 0; spin < Spins && Volatile.Read(ref _epoch) == seen && Volatile.Read(ref _stopped) == 0; spin++)
        {
            Thread.SpinWait(PausesPerSpin);
        }

        if (Volatile.Read(ref _epoch) == seen)
        {
            Interlocked.Increment(ref _sleepers);
            lock (_gate)
            {
                while (Volatile.Read(ref _epoch) == seen && Volatile.Read(ref _stopped) == 0)
                {
                    Monitor.Wait(_gate);
                }
            }

            Interlocked.Decrement(ref _sleepers);
        }

        seen = Volatile.Read(ref _epoch);
        return Volatile.Read(ref _stopped) == 0;
    }

    private void Work(int worker)
    {
        try
        {
            var work = _work!;
            for (var piece = Interlocked.Increment(ref _next) - 1; piece < _pieces; piece = Interlocked.Increment(ref _next) - 1)
            {
                work.Run(piece, worker);
            }
        }
        catch (Exception exception)
        {
            // The caller's thread throws it; the other workers find no pieces left.
            Interlocked.CompareExchange(ref _failure, exception, null);
            Volatile.Write(ref _next, int.MaxValue / 2);
        }
    }
}
