using Pangu.Core;
using Pangu.Numerics;

namespace Pangu.Inference;

/// <summary>Sessions that were used before, so that a request allocates keys and values only when no free memory is large enough. Safe for many callers at once.</summary>
/// <param name="network">The model.</param>
/// <param name="threads">Threads that products are shared with; 0 for as many as there are processors.</param>
internal sealed class SessionPool(CompiledTokenNetwork network, int threads) : IDisposable
{
    private const int Kept = 8;

    // Capacities are rounded up to this many tokens, so that requests of about the same length share memory.
    private const int Step = 256;

    private readonly List<TokenSession> _free = [];
    private readonly WorkerPool _pool = new(threads);

    // Small products are shared by two threads at most: with more, their words back cost more than the shorter pieces bring.
    private readonly CloseCrew? _crew = (threads == 0 ? Environment.ProcessorCount : threads) > 1 ? new CloseCrew(2) : null;

    /// <summary>Takes a session, ready for a new sequence.</summary>
    /// <param name="tokens">Most tokens of the sequence.</param>
    /// <returns>The session; to be returned.</returns>
    /// <exception cref="PanguException">There is not the memory for so many tokens.</exception>
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

        session ??= Create(tokens);
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

    private TokenSession Create(int tokens)
    {
        var capacity = (int)Math.Min(network.MaxTokens ?? int.MaxValue, ((long)tokens + Step - 1) / Step * Step);
        try
        {
            return new TokenSession(network, capacity, sharing: _crew is null ? null : new LinearSharing(_pool, _crew));
        }
        catch (Exception exception) when (exception is OutOfMemoryException or OverflowException)
        {
            throw new PanguException(ErrorKind.Usage, "generate-memory", $"The keys and values of {tokens} tokens are more than this machine can hold; ask for fewer tokens.", exception);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _pool.Dispose();
        _crew?.Dispose();
    }
}
