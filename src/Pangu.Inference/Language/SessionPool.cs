using Pangu.Numerics;

namespace Pangu.Inference;

/// <summary>Sessions that were used before, so that a request allocates keys and values only when no free memory is large enough. Safe for many callers at once.</summary>
/// <param name="network">The model.</param>
/// <param name="threads">Threads that large products are shared with.</param>
internal sealed class SessionPool(CompiledTokenNetwork network, WorkerPool threads)
{
    private const int Kept = 8;

    // Capacities are rounded up to this many tokens, so that requests of about the same length share memory.
    private const int Step = 256;

    private readonly List<TokenSession> _free = [];

    /// <summary>Takes a session, ready for a new sequence.</summary>
    /// <param name="tokens">Most tokens of the sequence.</param>
    internal TokenSession Rent(int tokens)
    {
        TokenSession? session = null;
        lock (_free)
        {
            var index = _free.FindIndex(free => free.Capacity >= tokens);
            if (index >= 0)
            {
                session = _free[index];
                _free.RemoveAt(index);
            }
        }

        session ??= new TokenSession(network, (int)Math.Min(network.MaxTokens ?? int.MaxValue, ((long)tokens + Step - 1) / Step * Step), pool: threads);
        session.Clear();
        return session;
    }

    /// <summary>Gives a session back.</summary>
    /// <param name="session">The session; the caller does not use it any more.</param>
    internal void Return(TokenSession session)
    {
        lock (_free)
        {
            if (_free.Count == Kept)
            {
                _free.RemoveAt(0);
            }

            _free.Add(session);
        }
    }
}
