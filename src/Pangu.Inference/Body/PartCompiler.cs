using Pangu.Core;

namespace Pangu.Inference;

/// <summary>Compiles a part.</summary>
/// <param name="name">Name of the branch that holds its weights.</param>
/// <param name="place">Name of the branch where it stands.</param>
/// <param name="factor">Factor of its result.</param>
/// <param name="plan">What the body's parts share.</param>
internal sealed class PartCompiler(string name, string place, double factor, BodyPlan plan) : IPartVisitor<IPartStep>
{
    /// <inheritdoc/>
    public IPartStep Visit(Attention attention) => new AttentionStep(attention, name, factor, plan);

    /// <inheritdoc/>
    public IPartStep Visit(Dense dense) => new DenseStep(dense, name, factor, plan.Weights);

    /// <inheritdoc/>
    public IPartStep Visit(Experts experts) => new ExpertsStep(experts, name, $"{place}.router.logits", factor, plan.Weights);
}
