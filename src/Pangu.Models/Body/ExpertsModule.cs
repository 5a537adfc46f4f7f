using System.Runtime.InteropServices;
using Pangu.Core;
using Pangu.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Pangu.Models;

/// <summary>
/// A mixture of experts: each token passes the experts that the router chose, their results weighted by its scores, and a shared expert where there is one. Legend: <c>M</c> tokens, <c>D</c> width,
/// <c>E</c> experts, <c>A</c> experts a token passes.
/// </summary>
/// <remarks>Tokens are sorted by expert, so that each expert is one product over its own tokens; every token's sum runs over its experts in the router's order. Router and scores are float32.</remarks>
internal sealed class ExpertsModule : IPartModule
{
    private readonly string _name;
    private readonly LinearWeights _router;
    private readonly IRouting _routing;
    private readonly DenseModule[] _experts;
    private readonly DenseModule? _shared;

    public ExpertsModule(Experts settings, WeightTable weights, string prefix)
    {
        _name = prefix;
        _router = LinearWeights.Of(weights, $"{prefix}.router");
        _routing = settings.Router.Accept(new RoutingBuilder(settings.Count, weights, $"{prefix}.router"));
        _experts = [.. Enumerable.Range(0, settings.Count).Select(expert => new DenseModule(settings.Expert, weights, $"{prefix}.experts.{expert}"))];
        _shared = settings.Shared is { } shared ? new DenseModule(shared, weights, $"{prefix}.shared") : null;
    }

    public bool MixesTokens => false;

    public Tensor Forward(Tensor x, ForwardPass pass, int? lastTokens)
    {
        var tokens_MD = x.reshape(-1, x.size(-1));
        var logits_ME = _router.Apply(pass.IsHalf ? tokens_MD.to_type(ScalarType.Float32) : tokens_MD);
        pass.Show($"{_name}.router.logits", logits_ME.view([.. x.shape.AsSpan()[..^1], _experts.Length]));
        var (chosen, scores_MA) = _routing.Choose(logits_ME);
        var sum_MD = Operators.Multiply(Pass(tokens_MD, chosen, pass), pass.Cast(scores_MA).unsqueeze(-1)).sum(1);
        var routed = sum_MD.view(x.shape);
        return _shared is null ? routed : Operators.Add(routed, _shared.Forward(x, pass, null));
    }

    /// <summary>Each token's result of each of its experts.</summary>
    /// <param name="tokens_MD">The tokens.</param>
    /// <param name="chosen">[M, A] row-major.</param>
    /// <param name="pass">The forward pass.</param>
    /// <returns>[M, A, D].</returns>
    private Tensor Pass(Tensor tokens_MD, long[] chosen, ForwardPass pass)
    {
        var active = chosen.Length / tokens_MD.size(0);
        var results = new List<Tensor>();
        var places = new long[chosen.Length];
        long done = 0;
        for (var expert = 0; expert < _experts.Length; expert++)
        {
            var rows = new List<long>();
            for (var slot = 0; slot < chosen.Length; slot++)
            {
                if (chosen[slot] == expert)
                {
                    rows.Add(slot / active);
                    places[slot] = done++;
                }
            }

            if (rows.Count > 0)
            {
                results.Add(_experts[expert].Forward(tokens_MD.index_select(0, tensor(CollectionsMarshal.AsSpan(rows).ToArray())), pass, null));
            }
        }

        return Operators.Concatenate(0, [.. results]).index_select(0, tensor(places)).view(tokens_MD.size(0), active, tokens_MD.size(1));
    }
}

/// <summary>How a router chooses.</summary>
internal interface IRouting
{
    /// <summary>Chooses each token's experts.</summary>
    /// <param name="logits_ME">[M, E] float32.</param>
    /// <returns>Their numbers [M, A], row-major, and their scores [M, A].</returns>
    (long[] Chosen, Tensor Scores) Choose(Tensor logits_ME);
}

/// <summary>Builds a routing from its config.</summary>
/// <param name="experts">Number of experts.</param>
/// <param name="weights">All weights of the model.</param>
/// <param name="name">Name of the router.</param>
internal sealed class RoutingBuilder(int experts, WeightTable weights, string name) : IRouterVisitor<IRouting>
{
    /// <inheritdoc/>
    public IRouting Visit(TopRouter router) => new Best(router);

    /// <inheritdoc/>
    public IRouting Visit(GroupRouter router) => new BestOfGroups(router, experts / router.Groups, weights.Find($"{name}.scale"));

    private static long[] Numbers(Tensor chosen)
    {
        using var dense = chosen.contiguous();
        return [.. dense.data<long>()];
    }

    private sealed class Best(TopRouter router) : IRouting
    {
        public (long[] Chosen, Tensor Scores) Choose(Tensor logits_ME)
        {
            var (scores_MA, chosen_MA) = NeuralOperators.Softmax(logits_ME, -1).topk(router.Active, -1);
            return (Numbers(chosen_MA), router.Renormalize ? scores_MA.div(scores_MA.sum(-1, keepdim: true)) : scores_MA);
        }
    }

    private sealed class BestOfGroups(GroupRouter router, int groupSize, Tensor? scale) : IRouting
    {
        public (long[] Chosen, Tensor Scores) Choose(Tensor logits_ME)
        {
            var scores_MGE = NeuralOperators.Softmax(logits_ME, -1).view(-1, router.Groups, groupSize);
            var (scores_MGA, within_MGA) = scores_MGE.topk(router.ActivePerGroup, -1);
            var chosen = Numbers(within_MGA);
            for (var slot = 0; slot < chosen.Length; slot++)
            {
                chosen[slot] += slot / router.ActivePerGroup % router.Groups * groupSize;
            }

            var scores_MA = scores_MGA.flatten(1);
            return (chosen, scale is null ? scores_MA : Operators.Multiply(scores_MA, scale.index_select(0, tensor(chosen)).view(scores_MA.shape)));
        }
    }
}
