using Pangu.Core;
using Pangu.Numerics;

namespace Pangu.Inference;

/// <summary>What the parts of a body share while they are compiled: weights, tables of angles, and which of them keep keys and values. Not safe for several threads; gone when compiling is done.</summary>
/// <param name="weights">All weights.</param>
internal sealed class BodyPlan(WeightStore weights)
{
    private readonly Dictionary<Rotary, RotaryAngles> _angles = [];
    private readonly List<AttentionShape> _caches = [];
    private readonly List<int> _trails = [];

    /// <summary>All weights.</summary>
    internal WeightStore Weights => weights;

    /// <summary>Every table of angles.</summary>
    internal IEnumerable<RotaryAngles> Tables => _angles.Values;

    /// <summary>The causal attentions, by the number of their memory of keys and values.</summary>
    internal IReadOnlyList<AttentionShape> Caches => _caches;

    /// <summary>Rows of the shortest learned table of positions in the body: the longest sequence; null where there is none.</summary>
    internal int? MaxTokens { get; private set; }

    /// <summary>The angles of rotary positions; parts with the same positions share them.</summary>
    /// <param name="rotary">The positions.</param>
    internal RotaryAngles Angles(Rotary rotary)
    {
        if (!_angles.TryGetValue(rotary, out var angles))
        {
            angles = new RotaryAngles(rotary);
            _angles.Add(rotary, angles);
        }

        return angles;
    }

    /// <summary>Gives a causal attention a memory of keys and values of its own.</summary>
    /// <param name="shape">Its sizes.</param>
    /// <returns>The number of the memory; -1 for an attention that sees what comes later.</returns>
    internal int AddCache(AttentionShape shape)
    {
        if (!shape.Causal)
        {
            return -1;
        }

        _caches.Add(shape);
        return _caches.Count - 1;
    }

    /// <summary>Lengths of what convolutions keep of the tokens before, in floats, by number.</summary>
    internal IReadOnlyList<int> Trails => _trails;

    /// <summary>Gives a convolution a memory of the tokens before.</summary>
    /// <param name="length">Floats.</param>
    /// <returns>The number of the memory.</returns>
    internal int AddTrail(int length)
    {
        _trails.Add(length);
        return _trails.Count - 1;
    }

    /// <summary>Limits the length of sequences.</summary>
    /// <param name="tokens">Rows of a learned table of positions.</param>
    internal void Limit(int tokens) => MaxTokens = Math.Min(MaxTokens ?? int.MaxValue, tokens);
}
