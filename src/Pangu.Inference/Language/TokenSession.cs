using Pangu.Core;
using Pangu.Numerics;

namespace Pangu.Inference;

/// <summary>One sequence on its way through a language model: the tokens read so far, their keys and values, the logits of the next one. For one caller at a time; used again for the next sequence. Nothing is allocated while it runs.</summary>
internal sealed class TokenSession
{
    // Tokens of a prompt that go through the network together: enough that every weight is used often, few enough that their values stay in the cache.
    private const int ChunkTokens = 128;

    // Floats of logits that are computed together when a window is scored.
    private const int ScoredLogits = 1 << 17;

    private readonly CompiledTokenNetwork _network;
    private readonly TokenMemory _memory;
    private readonly float[] _logits;
    private readonly int _maxRows;
    private readonly int _scoredRows;
    private readonly SharingTrial _trial;

    /// <summary>Allocates.</summary>
    /// <param name="network">The model.</param>
    /// <param name="capacity">Most tokens of a sequence, at least 1.</param>
    /// <param name="maxRows">Most tokens that are read at once; 0 for a good number.</param>
    /// <param name="sharing">Threads that products are shared with, of this session alone; null for the caller's.</param>
    internal TokenSession(CompiledTokenNetwork network, int capacity, int maxRows = 0, LinearSharing? sharing = null)
    {
        _network = network;
        _maxRows = maxRows > 0 ? maxRows : Math.Min(ChunkTokens, capacity);
        _scoredRows = Math.Clamp(ScoredLogits / network.Vocabulary, 1, _maxRows);
        Capacity = capacity;
        _memory = network.CreateMemory(capacity, _maxRows, sharing);
        _logits = new float[checked(_scoredRows * network.Vocabulary)];
        _trial = new SharingTrial(sharing);
    }

    /// <summary>Most tokens of a sequence.</summary>
    internal int Capacity { get; }

    /// <summary>Tokens read so far.</summary>
    internal int Past { get; private set; }

    /// <summary>[V]: of the token after the last one that was read; the caller may change them.</summary>
    internal Span<float> Logits => _logits.AsSpan(0, _network.Vocabulary);

    /// <summary>Begins a new sequence.</summary>
    internal void Clear()
    {
        Past = 0;
        _memory.Sequence.Clear();
    }

    /// <summary>Reads tokens and computes the logits of the one that follows.</summary>
    /// <param name="ids">Ids below V, at least one.</param>
    /// <param name="cancellationToken">Stops between pieces.</param>
    internal void Read(ReadOnlySpan<int> ids, CancellationToken cancellationToken)
    {
        while (ids.Length > _maxRows)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Advance(ids[.._maxRows], 1, null);
            ids = ids[_maxRows..];
        }

        Advance(ids, 1, null);
        _network.Project(LastRow(), Logits, _memory.Frame.Sharing);
    }

    /// <summary>Reads one token and computes the logits of the one that follows.</summary>
    /// <param name="id">An id below V.</param>
    internal void Read(int id)
    {
        _trial.Begin();
        Advance([id], 1, null);
        _network.Project(LastRow(), Logits, _memory.Frame.Sharing);
        _trial.End();
    }

    /// <summary>Negative log-likelihoods of tokens, each given those before it.</summary>
    /// <param name="ids">[T]: read in order; each is the target of the one before it, the last is a target alone.</param>
    /// <param name="scores">[T - 1]: of <c>ids[1..]</c>, in nats.</param>
    /// <param name="cancellationToken">Stops between pieces.</param>
    internal void Score(ReadOnlySpan<int> ids, Span<float> scores, CancellationToken cancellationToken)
    {
        for (var start = 0; start < scores.Length; start += _maxRows)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var count = Math.Min(_maxRows, scores.Length - start);
            Advance(ids.Slice(start, count), 0, null);
            for (var row = 0; row < count; row += _scoredRows)
            {
                var rows = Math.Min(_scoredRows, count - row);
                ScoreRows(row, ids.Slice(start + row + 1, rows), scores.Slice(start + row, rows));
            }
        }
    }

    /// <summary>Reads tokens in one piece and gives the logits after each.</summary>
    /// <param name="ids">Ids below V, at most as many as are read at once.</param>
    /// <param name="logits">[T, V]; replaced.</param>
    /// <param name="tap">Receives intermediate values; null for none.</param>
    internal void ReadAll(ReadOnlySpan<int> ids, Span<float> logits, IActivationTap? tap)
    {
        Advance(ids, 0, tap);
        _network.Project(_memory.Frame.Stream, logits, _memory.Frame.Sharing);
    }

    private void ScoreRows(int row, ReadOnlySpan<int> targets, Span<float> scores)
    {
        var (width, vocabulary) = (_memory.Frame.Width, _network.Vocabulary);
        _network.Project(_memory.Frame.Stream.Slice(row * width, targets.Length * width), _logits.AsSpan(0, targets.Length * vocabulary), _memory.Frame.Sharing);
        for (var i = 0; i < targets.Length; i++)
        {
            var logits = _logits.AsSpan(i * vocabulary, vocabulary);
            var chosen = logits[targets[i]];
            scores[i] = (float)(Softmax.LogSum(logits) - chosen);
        }
    }

    private void Advance(ReadOnlySpan<int> ids, int lastTokens, IActivationTap? tap)
    {
        _network.Read(ids, Past, lastTokens, _memory, tap);
        Past += ids.Length;
    }

    private ReadOnlySpan<float> LastRow() => _memory.Frame.Stream[^_memory.Frame.Width..];
}
