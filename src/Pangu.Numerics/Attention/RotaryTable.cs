using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Pangu.Numerics;

/// <summary>Rotary positions with pairs (i, i + width / 2): angles position * frequency, tabled once (Su et al. 2021). Immutable; safe for many callers at once.</summary>
/// <remarks>
/// Lanes: pairs i of one half, 16, 8 or 4 at once by what the processor has, single pairs behind; no alignment needed. NaN and infinity as in scalar arithmetic. The table is computed in double;
/// a turned number is off by at most 2e-7 of its pair's length. Interleaved pairs (2 i, 2 i + 1) become halves by a permutation of the projection's rows.
/// </remarks>
public sealed unsafe class RotaryTable
{
    private readonly AlignedBuffer<float> _cosines;
    private readonly AlignedBuffer<float> _sines;
    private readonly int _half;

    /// <summary>Tables the angles.</summary>
    /// <param name="positions">Positions 0 .. positions - 1.</param>
    /// <param name="frequencies">[width / 2]: radians a position of each pair.</param>
    /// <param name="amplitude">Factor of cosines and sines.</param>
    public RotaryTable(int positions, ReadOnlySpan<double> frequencies, double amplitude = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(positions);
        Positions = positions;
        _half = frequencies.Length;
        _cosines = new AlignedBuffer<float>(checked(positions * _half));
        _sines = new AlignedBuffer<float>(positions * _half);
        var cosines = _cosines.Span;
        var sines = _sines.Span;
        for (var position = 0; position < positions; position++)
        {
            for (var i = 0; i < _half; i++)
            {
                var (sine, cosine) = Math.SinCos(position * frequencies[i]);
                cosines[(position * _half) + i] = (float)(amplitude * cosine);
                sines[(position * _half) + i] = (float)(amplitude * sine);
            }
        }
    }

    /// <summary>Positions that are tabled.</summary>
    public int Positions { get; }

    /// <summary>Turns the heads of one token.</summary>
    /// <param name="heads">[heads, headWidth]; the first numbers of each head turn, in place.</param>
    /// <param name="headWidth">Numbers a head.</param>
    /// <param name="position">Position of the token.</param>
    public void Turn(Span<float> heads, int headWidth, int position)
    {
        RowShape.Check(heads.Length, headWidth);
        ArgumentOutOfRangeException.ThrowIfLessThan(headWidth, 2 * _half);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(position, Positions);
        fixed (float* x = heads)
        {
            for (var head = 0; head < heads.Length; head += headWidth)
            {
                TurnHead(x + head, _cosines.Pointer + (position * _half), _sines.Pointer + (position * _half), _half);
            }
        }

        GC.KeepAlive(this);
    }

    private static void TurnHead(float* x, float* cosines, float* sines, int half)
    {
        var i = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            for (; i <= half - 16; i += 16)
            {
                TurnPairs<Lane16>(x + i, cosines + i, sines + i, half);
            }
        }

        if (Vector256.IsHardwareAccelerated)
        {
            for (; i <= half - 8; i += 8)
            {
                TurnPairs<Lane8>(x + i, cosines + i, sines + i, half);
            }
        }

        if (Vector128.IsHardwareAccelerated)
        {
            for (; i <= half - 4; i += 4)
            {
                TurnPairs<Lane4>(x + i, cosines + i, sines + i, half);
            }
        }

        for (; i < half; i++)
        {
            TurnPairs<Lane1>(x + i, cosines + i, sines + i, half);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TurnPairs<TLane>(float* x, float* cosines, float* sines, int half)
        where TLane : unmanaged, ILane<TLane>
    {
        var (first, second) = (TLane.Load(x), TLane.Load(x + half));
        var (cosine, sine) = (TLane.Load(cosines), TLane.Load(sines));
        ((first * cosine) - (second * sine)).Store(x);
        ((second * cosine) + (first * sine)).Store(x + half);
    }
}
