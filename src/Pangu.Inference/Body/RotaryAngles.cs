using Pangu.Core;
using Pangu.Numerics;

namespace Pangu.Inference;

/// <summary>Angles of rotary positions, tabled as far as anybody has asked for so far. Safe for many callers at once.</summary>
/// <param name="rotary">Frequencies and amplitude.</param>
internal sealed class RotaryAngles(Rotary rotary)
{
    private readonly double[] _frequencies = rotary.Frequencies();
    private readonly Lock _gate = new();
    private RotaryTable _table = new(0, []);

    /// <summary>The table so far; reaches as far as <see cref="Reach"/> was asked to.</summary>
    internal RotaryTable Table => Volatile.Read(ref _table);

    /// <summary>Makes the table long enough.</summary>
    /// <param name="positions">Positions 0 .. positions - 1 are needed.</param>
    internal void Reach(int positions)
    {
        if (Table.Positions >= positions)
        {
            return;
        }

        lock (_gate)
        {
            if (_table.Positions < positions)
            {
                Volatile.Write(ref _table, new RotaryTable(positions, _frequencies, rotary.Amplitude));
            }
        }
    }
}
