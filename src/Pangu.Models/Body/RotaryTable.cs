using Pangu.Core;
using Pangu.Tensors;
using static TorchSharp.torch;

namespace Pangu.Models;

/// <summary>Rotary positions (Su et al. 2021): pair i of a head turns by position times its frequency; cosines and sines carry the scaling's amplitude. Angles are computed in double.</summary>
internal sealed class RotaryTable(Rotary rotary)
{
    private (Tensor Cosine, Tensor Sine)? _tables;

    /// <summary>Turns every head.</summary>
    /// <param name="x">[N, W, H, E]: the last W positions of a row.</param>
    /// <param name="positions">Positions of the whole row.</param>
    /// <param name="pass">The forward pass.</param>
    /// <returns>[N, W, H, E].</returns>
    public Tensor Apply(Tensor x, int positions, ForwardPass pass)
    {
        var (cosine_T1W, sine_T1W) = Tables(positions);
        if (pass.Packed is { } packed)
        {
            var places = packed.Places.flatten();
            Tensor Placed(Tensor table) => table.index_select(0, places).view(-1, positions, 1, table.size(-1));
            (cosine_T1W, sine_T1W) = (Placed(cosine_T1W), Placed(sine_T1W));
        }

        if (x.size(1) < positions)
        {
            Tensor Last(Tensor table) => table.narrow(-3, positions - x.size(1), x.size(1));
            (cosine_T1W, sine_T1W) = (Last(cosine_T1W), Last(sine_T1W));
        }

        (cosine_T1W, sine_T1W) = (pass.Cast(cosine_T1W), pass.Cast(sine_T1W));
        var half = rotary.Width / 2;
        var turned = rotary.Width == x.size(-1) ? x : x.narrow(-1, 0, rotary.Width);
        Tensor first, second;
        if (rotary.Pairing == RotaryPairing.Halves)
        {
            (first, second) = (turned.narrow(-1, 0, half), turned.narrow(-1, half, half));
        }
        else
        {
            var pairs = turned.reshape(x.size(0), x.size(1), x.size(2), half, 2);
            (first, second) = (pairs.select(-1, 0), pairs.select(-1, 1));
        }

        var newFirst = Operators.Add(Operators.Multiply(first, cosine_T1W), Operators.Multiply(second, sine_T1W), -1);
        var newSecond = Operators.Add(Operators.Multiply(second, cosine_T1W), Operators.Multiply(first, sine_T1W));
        var rotated = rotary.Pairing == RotaryPairing.Halves
            ? Operators.Concatenate(-1, newFirst, newSecond)
            : Operators.Stack(-1, newFirst, newSecond).flatten(3);
        return rotary.Width == x.size(-1) ? rotated : Operators.Concatenate(-1, rotated, x.narrow(-1, rotary.Width, x.size(-1) - rotary.Width));
    }

    /// <summary>The tables, where the pairs are those that our own kernel turns.</summary>
    /// <param name="positions">Positions of a row.</param>
    /// <returns>Null for other pairs.</returns>
    public TurnTables? Halves(int positions)
    {
        if (rotary.Pairing != RotaryPairing.Halves)
        {
            return null;
        }

        var (cosines, sines) = Tables(positions);
        return new TurnTables(rotary.Width, cosines, sines);
    }

    /// <summary>Cosines and sines [T, 1, width / 2], kept for the next call with as many positions.</summary>
    private (Tensor Cosine, Tensor Sine) Tables(int positions)
    {
        if (_tables is { } known && known.Cosine.size(0) == positions)
        {
            return known;
        }

        var half = rotary.Width / 2;
        var frequencies = rotary.Frequencies();
        var (cosines, sines) = (new float[positions * half], new float[positions * half]);
        for (var i = 0; i < cosines.Length; i++)
        {
            var (position, pair) = Math.DivRem(i, half);
            var (sine, cosine) = Math.SinCos(position * frequencies[pair]);
            (cosines[i], sines[i]) = ((float)(rotary.Amplitude * cosine), (float)(rotary.Amplitude * sine));
        }

        _tables?.Cosine.Dispose();
        _tables?.Sine.Dispose();
        var made = (Operators.Of(cosines, positions, 1, half).DetachFromDisposeScope(), Operators.Of(sines, positions, 1, half).DetachFromDisposeScope());
        _tables = made;
        return made;
    }
}
