using Pangu.Core;
using static TorchSharp.torch;

namespace Pangu.Models;

/// <summary>Builds a body from its config.</summary>
/// <param name="weights">All weights of the model.</param>
internal sealed class BodyBuilder(WeightTable weights) : IBodyVisitor<IBodyModule>
{
    /// <inheritdoc/>
    public IBodyModule Visit(Backbone backbone) => new BackboneModule(backbone, weights);

    /// <inheritdoc/>
    public IBodyModule Visit(Ensemble ensemble) => new EnsembleModule(ensemble, weights);

    /// <inheritdoc/>
    public IBodyModule Visit(NoBody none) => new EmptyBody();

    private sealed class EmptyBody : IBodyModule
    {
        public Tensor Forward(Tensor x, ForwardPass pass) => x;
    }
}

/// <summary>Builds a part from its config.</summary>
/// <param name="weights">All weights of the model.</param>
/// <param name="prefix">Name of the branch that holds the weights.</param>
internal sealed class PartBuilder(WeightTable weights, string prefix) : IPartVisitor<IPartModule>
{
    /// <inheritdoc/>
    public IPartModule Visit(Attention attention) => new AttentionModule(attention, weights, prefix);

    /// <inheritdoc/>
    public IPartModule Visit(Dense dense) => new DenseModule(dense, weights, prefix);

    /// <inheritdoc/>
    public IPartModule Visit(Experts experts) => new ExpertsModule(experts, weights, prefix);
}

/// <summary>A part built on libtorch.</summary>
internal interface IPartModule
{
    /// <summary>Whether a token's result depends on other tokens of its row.</summary>
    bool MixesTokens { get; }

    /// <summary>Computes what the branch adds.</summary>
    /// <param name="x">[N, T, D].</param>
    /// <param name="pass">The forward pass.</param>
    /// <param name="lastTokens">How many tokens at the end are wanted, where tokens mix; null for all.</param>
    /// <returns>[N, T, D], or [N, W, D].</returns>
    Tensor Forward(Tensor x, ForwardPass pass, int? lastTokens);
}
