using Pangu.Core;

namespace Pangu.Inference;

/// <summary>Compiles a part; what nothing uses yet is refused by name.</summary>
/// <param name="name">Name of the branch that holds its weights.</param>
/// <param name="factor">Factor of its result.</param>
/// <param name="positions">Most tokens or channels that see each other.</param>
/// <param name="weights">All weights.</param>
internal sealed class PartCompiler(string name, double factor, int positions, WeightStore weights) : IPartVisitor<IPartStep>
{
    /// <inheritdoc/>
    public IPartStep Visit(Attention attention) => new AttentionStep(attention, name, factor, positions, weights);

    /// <inheritdoc/>
    public IPartStep Visit(Dense dense) => new DenseStep(dense, name, factor, weights);

    /// <inheritdoc/>
    public IPartStep Visit(Experts experts) =>
        throw PanguException.Usage("part-not-implemented", $"Experts ({name}, {experts.Count} experts) are not implemented in the torch-free engine; use attention and dense parts.");
}
