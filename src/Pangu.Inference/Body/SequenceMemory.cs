using Pangu.Numerics;

namespace Pangu.Inference;

/// <summary>What a body keeps of the tokens of one sequence that it has read. For one caller at a time.</summary>
/// <param name="Caches">Keys and values of each causal attention, by number.</param>
/// <param name="Trails">Inputs of each convolution that later tokens see, [length - 1, D], by number.</param>
internal sealed record SequenceMemory(KeyValueCache[] Caches, float[][] Trails)
{
    /// <summary>Forgets all tokens.</summary>
    internal void Clear()
    {
        foreach (var cache in Caches)
        {
            cache.Clear();
        }

        foreach (var trail in Trails)
        {
            trail.AsSpan().Clear();
        }
    }
}
