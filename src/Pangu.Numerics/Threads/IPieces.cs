namespace Pangu.Numerics;

/// <summary>Work that falls into independent pieces.</summary>
public interface IPieces
{
    /// <summary>Does one piece; different pieces run at the same time and write to different memory.</summary>
    /// <param name="piece">Number of the piece.</param>
    /// <param name="worker">Number of the worker that does it, below <see cref="WorkerPool.Threads"/>; within one call of <see cref="WorkerPool.Run"/> never used by two pieces at once.</param>
    void Run(int piece, int worker);
}
