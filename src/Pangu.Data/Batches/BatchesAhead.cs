using System.Runtime.ExceptionServices;
using Pangu.Core;

namespace Pangu.Data;

/// <summary>Batches prepared by a background thread while the trainer computes. Their content is that of <see cref="SampledBatches"/>: only the time of the work moves.</summary>
/// <remarks>A fixed ring of buffers bounds memory and allocates nothing a batch. A jump in the order (a skipped draw, a resumed run) empties the ring and goes on from there.</remarks>
public sealed class BatchesAhead : ISeriesBatches, IDisposable
{
    private readonly object _gate = new();
    private readonly SampledBatches _batches;
    private readonly int _microBatches;
    private readonly Stack<SeriesBatch> _free = new();
    private readonly Queue<SeriesBatch> _ready = new();
    private readonly Thread _worker;
    private SeriesBatch? _lent;
    private Place _nextMade;
    private Place _nextAsked;
    private int _generation;
    private bool _stopped;
    private ExceptionDispatchInfo? _failure;

    /// <summary>Starts the thread; it begins with the first draw.</summary>
    /// <param name="batches">How batches are made; used by the background thread alone from now on.</param>
    /// <param name="microBatches">Micro-batches a step, at least 1.</param>
    /// <param name="ahead">Batches kept ready, at least 1. Default 3.</param>
    public BatchesAhead(SampledBatches batches, int microBatches, int ahead = 3)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(microBatches, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(ahead, 1);
        _batches = batches;
        _microBatches = microBatches;
        for (var i = 0; i <= ahead; i++)
        {
            _free.Push(new SeriesBatch(batches.Shape));
        }

        _worker = new Thread(Work) { IsBackground = true, Name = "series batches" };
        _worker.Start();
    }

    /// <inheritdoc/>
    public SeriesBatchShape Shape => _batches.Shape;

    /// <inheritdoc/>
    public SeriesBatch Get(long draw, int microBatch)
    {
        var asked = new Place(draw, microBatch);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stopped, this);
            if (_lent is not null)
            {
                _free.Push(_lent);
                _lent = null;
            }

            if (asked != _nextAsked)
            {
                JumpTo(asked);
            }

            _nextAsked = asked.Next(_microBatches);
            Monitor.PulseAll(_gate);
            while (_ready.Count == 0)
            {
                _failure?.Throw();
                Monitor.Wait(_gate);
            }

            _lent = _ready.Dequeue();
            return _lent;
        }
    }

    /// <summary>Stops the thread and waits until it has ended.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _stopped = true;
            Monitor.PulseAll(_gate);
        }

        _worker.Join();
    }

    private void JumpTo(Place place)
    {
        _generation++;
        _nextMade = place;
        while (_ready.TryDequeue(out var batch))
        {
            _free.Push(batch);
        }
    }

    private void Work()
    {
        try
        {
            while (Take() is { } job)
            {
                _batches.Fill(job.Batch, job.Place.Draw, job.Place.MicroBatch);
                HandOver(job.Batch, job.Generation);
            }
        }
        catch (Exception exception)
        {
            lock (_gate)
            {
                _failure = ExceptionDispatchInfo.Capture(exception);
                Monitor.PulseAll(_gate);
            }
        }
    }

    private (SeriesBatch Batch, Place Place, int Generation)? Take()
    {
        lock (_gate)
        {
            while (_free.Count == 0 && !_stopped)
            {
                Monitor.Wait(_gate);
            }

            if (_stopped)
            {
                return null;
            }

            var place = _nextMade;
            _nextMade = place.Next(_microBatches);
            return (_free.Pop(), place, _generation);
        }
    }

    private void HandOver(SeriesBatch batch, int generation)
    {
        lock (_gate)
        {
            if (generation == _generation)
            {
                _ready.Enqueue(batch);
            }
            else
            {
                _free.Push(batch);
            }

            Monitor.PulseAll(_gate);
        }
    }

    private readonly record struct Place(long Draw, int MicroBatch)
    {
        public Place Next(int microBatches) => MicroBatch + 1 < microBatches ? this with { MicroBatch = MicroBatch + 1 } : new Place(Draw + 1, 0);
    }
}
