using Pangu.Tensors;
using static TorchSharp.torch;

namespace Pangu.Models;

/// <summary>Documents packed in the rows of a batch: they do not see each other, and each counts its positions from 0. For one forward and backward pass; its tensors belong to the dispose scope of that step.</summary>
public sealed class PackedRows
{
    private readonly Dictionary<(bool Causal, int Window), Tensor> _masks = [];
    private readonly int[] _firstSeen;
    private Tensor? _positions;

    /// <summary>Reads where documents begin.</summary>
    /// <param name="positions">T: tokens of a row.</param>
    /// <param name="documentStarts">[B, T] row-major, true where a document begins; the first position of a row always begins one.</param>
    public PackedRows(int positions, ReadOnlySpan<bool> documentStarts)
    {
        Positions = positions;
        _firstSeen = new int[documentStarts.Length];
        for (var i = 0; i < _firstSeen.Length; i++)
        {
            var place = i % positions;
            _firstSeen[i] = place == 0 || documentStarts[i] ? place : _firstSeen[i - 1];
        }
    }

    private PackedRows(int positions, int[] firstSeen)
    {
        Positions = positions;
        _firstSeen = firstSeen;
    }

    /// <summary>T.</summary>
    public int Positions { get; }

    /// <summary>[B, T]: the first token of each token's document.</summary>
    internal int[] FirstSeen => _firstSeen;

    /// <summary>[B, T] int64: each token's position in its document.</summary>
    internal Tensor Places
    {
        get
        {
            if (_positions is null)
            {
                var places = new long[_firstSeen.Length];
                for (var i = 0; i < places.Length; i++)
                {
                    places[i] = (i % Positions) - _firstSeen[i];
                }

                _positions = tensor(places).view(-1, Positions);
            }

            return _positions;
        }
    }

    /// <summary>Some of the rows.</summary>
    /// <param name="start">The first.</param>
    /// <param name="count">How many.</param>
    internal PackedRows Rows(int start, int count) => new(Positions, _firstSeen[(start * Positions)..((start + count) * Positions)]);

    /// <summary>Whether each token's document holds a token so far back.</summary>
    /// <param name="back">Distance.</param>
    /// <returns>[B, T, 1] float32: 1 or 0.</returns>
    internal Tensor Within(int back)
    {
        var values = new float[_firstSeen.Length];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = (i % Positions) - _firstSeen[i] >= back ? 1 : 0;
        }

        return Operators.Of(values, _firstSeen.Length / Positions, Positions, 1);
    }

    /// <summary>What is added to scores.</summary>
    /// <param name="causal">Whether a token sees only itself and those before it.</param>
    /// <param name="window">How many tokens back, itself included; 0 for all.</param>
    /// <returns>[B, T, T]: 0, or minus infinity where a token may not look.</returns>
    internal Tensor Mask(bool causal, int window)
    {
        if (_masks.TryGetValue((causal, window), out var known))
        {
            return known;
        }

        var values = new float[_firstSeen.Length * Positions];
        values.AsSpan().Fill(float.NegativeInfinity);
        for (var i = 0; i < _firstSeen.Length; i++)
        {
            var (row, query) = Math.DivRem(i, Positions);
            for (var key = _firstSeen[i]; key < Positions && _firstSeen[(row * Positions) + key] == _firstSeen[i]; key++)
            {
                var seen = !causal || (key <= query && (window == 0 || query - key < window));
                values[(i * Positions) + key] = seen ? 0 : float.NegativeInfinity;
            }
        }

        return _masks[(causal, window)] = Operators.Of(values, _firstSeen.Length / Positions, Positions, Positions);
    }
}
