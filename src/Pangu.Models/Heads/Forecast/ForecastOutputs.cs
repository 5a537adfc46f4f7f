using Pangu.Core;
using Pangu.Tensors;
using static TorchSharp.torch;

namespace Pangu.Models;

/// <summary>How tokens become forecast steps. Legend: <c>N</c> rows, <c>T</c> tokens, <c>D</c> width, <c>H</c> horizon, <c>Q</c> quantiles.</summary>
internal interface IForecastOutputModule
{
    /// <summary>Projects tokens to steps.</summary>
    /// <param name="tokens">[N, T, D].</param>
    /// <returns>[N, H, 1 + Q] in scaled units, the mean first.</returns>
    Tensor Forward(Tensor tokens);
}

/// <summary>Builds an output from its config.</summary>
/// <param name="model">The model.</param>
/// <param name="head">The head it stands in.</param>
/// <param name="weights">All weights of the model.</param>
internal sealed class ForecastOutputBuilder(ModelConfig model, ForecastHead head, WeightTable weights) : IForecastOutputVisitor<IForecastOutputModule>
{
    private SeriesEmbedder Embedder => (SeriesEmbedder)model.Embedder;

    /// <inheritdoc/>
    public IForecastOutputModule Visit(FlattenOutput output) => new Flatten(output.Pooling, Embedder, ChannelLinear.Of(weights, "head.projection", output.SharedProjection, head.Channels));

    /// <inheritdoc/>
    public IForecastOutputModule Visit(PatchOutput output) => new Patches(output, head, Embedder, weights);

    private sealed class Flatten(Pooling pooling, SeriesEmbedder embedder, ChannelLinear projection) : IForecastOutputModule
    {
        public Tensor Forward(Tensor tokens)
        {
            var first = embedder.ClassToken ? 1 : 0;
            var patches_NPD = tokens.size(1) == embedder.Patches ? tokens : tokens.narrow(1, first, embedder.Patches);
            var pooled_NI = pooling switch
            {
                Pooling.None => patches_NPD.flatten(1),
                Pooling.Mean => patches_NPD.mean([1L]),
                Pooling.Max => patches_NPD.amax([1L]),
                Pooling.Class => tokens.select(1, 0),
                _ => throw new NotSupportedException($"Pooling {pooling} is not implemented."),
            };
            return projection.Apply(pooled_NI).unsqueeze(-1);
        }
    }

    private sealed class Patches : IForecastOutputModule
    {
        private readonly SeriesEmbedder _embedder;
        private readonly int _horizon;
        private readonly int _values;
        private readonly LinearWeights? _projection;
        private readonly (LinearWeights Inner, LinearWeights Outer, LinearWeights Skip)? _residual;

        public Patches(PatchOutput output, ForecastHead head, SeriesEmbedder embedder, WeightTable weights)
        {
            _embedder = embedder;
            _horizon = head.Horizon;
            _values = 1 + head.Quantiles.Count;
            if (output.Inner > 0)
            {
                _residual = (LinearWeights.Of(weights, "head.inner"), LinearWeights.Of(weights, "head.outer"), LinearWeights.Of(weights, "head.skip"));
            }
            else
            {
                _projection = LinearWeights.Of(weights, "head.projection");
            }
        }

        public Tensor Forward(Tensor tokens)
        {
            var future_NFD = tokens.narrow(1, tokens.size(1) - _embedder.FutureTokens, _embedder.FutureTokens);
            var steps = _residual is var (inner, outer, skip)
                ? Operators.Add(outer.Apply(NeuralOperators.Silu(inner.Apply(future_NFD))), skip.Apply(future_NFD))
                : _projection!.Apply(future_NFD);
            return steps.reshape(tokens.size(0), -1, _values).narrow(1, 0, _horizon);
        }
    }
}
