using System.Diagnostics;
using Pangu.Numerics;

namespace Pangu.Inference;

/// <summary>Finds out by measuring whether a token's small products are worth a second thread: that depends on what else the machine does. For one caller. What comes out of a product does not depend on it.</summary>
/// <param name="sharing">Is told; null where there is one thread only.</param>
internal sealed class SharingTrial(LinearSharing? sharing)
{
    // Tokens a way is tried for, and tokens for which the faster way is kept.
    private const int Tried = 6;
    private const int Kept = 100;

    private int _token;
    private long _started;
    private long _alone;
    private long _shared;

    /// <summary>Before a token is read.</summary>
    internal void Begin()
    {
        if (sharing is null)
        {
            return;
        }

        switch (_token)
        {
            case 0: sharing.Close = false; break;
            case Tried: sharing.Close = true; break;
            case 2 * Tried: sharing.Close = _shared < _alone; break;
        }

        _started = Stopwatch.GetTimestamp();
    }

    /// <summary>After a token was read.</summary>
    internal void End()
    {
        if (sharing is null)
        {
            return;
        }

        // The quickest token of each way: others may have been disturbed.
        var taken = Stopwatch.GetTimestamp() - _started;
        if (_token < Tried)
        {
            _alone = _token == 0 ? taken : Math.Min(_alone, taken);
        }
        else if (_token < 2 * Tried)
        {
            _shared = _token == Tried ? taken : Math.Min(_shared, taken);
        }

        _token = (_token + 1) % ((2 * Tried) + Kept);
    }
}
