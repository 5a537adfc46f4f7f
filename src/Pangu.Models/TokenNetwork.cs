using Pangu.Core;
using Pangu.Tensors;
using static TorchSharp.torch;

namespace Pangu.Models;

/// <summary>A language model on libtorch, from token ids to logits over the next token. Legend: <c>B</c> sequences, <c>T</c> positions, <c>V</c> vocabulary.</summary>
public sealed class TokenNetwork
{
    private readonly TorchModel _model;
    private readonly Tensor _table;
    private readonly LinearWeights _projection;

    /// <summary>Puts embedder and head round a model's body.</summary>
    /// <param name="model">A language model; stays the caller's.</param>
    /// <exception cref="PanguException">The model is no language model.</exception>
    public TokenNetwork(TorchModel model)
    {
        if (model.Config is not { Embedder: TokenEmbedder, Head: NextTokenHead head })
        {
            throw PanguException.Usage("token-network", $"The model has embedder {model.Config.Embedder.GetType().Name} and head {model.Config.Head.GetType().Name}; a token network has a token embedder and a next-token head.");
        }

        _model = model;
        _table = model.Weights["embedder.tokens"];
        _projection = head.Tied ? new LinearWeights(_table, null) : LinearWeights.Of(model.Weights, "head.projection");
    }

    /// <summary>Logits of every position.</summary>
    /// <param name="ids">[B, T] int64, below the vocabulary.</param>
    /// <param name="tap">Receives intermediate values; null for none.</param>
    /// <returns>[B, T, V] float32, in the caller's dispose scope.</returns>
    public Tensor Forward(Tensor ids, IActivationTap? tap = null)
    {
        var tokens_BTD = Operators.LookUp(_table, ids);
        return _projection.Apply(_model.Body.Forward(tokens_BTD, new ForwardPass(_model.Training, 1, tap)));
    }
}
