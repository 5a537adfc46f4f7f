using Pangu.Core;
using Pangu.Tensors;
using static TorchSharp.torch;

namespace Pangu.Models;

/// <summary>A language model on libtorch, from token ids to logits over the next token. Legend: <c>B</c> sequences, <c>T</c> positions, <c>V</c> vocabulary.</summary>
public sealed class TokenNetwork
{
    private readonly Tensor _table;
    private readonly PositionRows? _positions;
    private readonly LinearWeights _projection;

    /// <summary>Puts embedder and head round a model's body.</summary>
    /// <param name="model">A language model; stays the caller's.</param>
    /// <exception cref="PanguException">The model is no language model.</exception>
    public TokenNetwork(TorchModel model)
    {
        if (model.Config is not { Embedder: TokenEmbedder embedder, Head: NextTokenHead head })
        {
            throw PanguException.Usage("token-network", $"The model has embedder {model.Config.Embedder.GetType().Name} and head {model.Config.Head.GetType().Name}; a token network has a token embedder and a next-token head.");
        }

        Model = model;
        Vocabulary = embedder.Vocabulary;
        _table = model.Weights["embedder.tokens"];
        _positions = embedder.Positions > 0 ? new PositionRows(model.Weights["embedder.positions"]) : null;
        _projection = head.Tied ? new LinearWeights(_table, null) : LinearWeights.Of(model.Weights, "head.projection");
    }

    /// <summary>The model.</summary>
    public TorchModel Model { get; }

    /// <summary>V.</summary>
    public int Vocabulary { get; }

    /// <summary>Multiplies all logits that the model will give: the factor goes into its projection.</summary>
    /// <param name="factor">Above 0; below 1 makes every answer less sure.</param>
    /// <exception cref="PanguException">The projection is the table of tokens, which is read as well.</exception>
    public void ScaleLogits(double factor)
    {
        if (Model.Config.Head is NextTokenHead { Tied: true })
        {
            throw PanguException.Usage("logit-scale", "The projection to logits is the table of tokens, so its logits cannot be scaled alone; give the model a projection of its own.");
        }

        using var scope = new StepScope(gradient: false);
        foreach (var (_, weight) in Model.Parameters.Where(parameter => parameter.Key.StartsWith("head.projection.", StringComparison.Ordinal)))
        {
            Operators.MultiplyInPlace(weight, factor);
        }
    }

    /// <summary>Logits of every position.</summary>
    /// <param name="ids">[B, T] int64, below the vocabulary.</param>
    /// <param name="packed">Documents that share rows; null where every row is one.</param>
    /// <param name="tap">Receives intermediate values; null for none.</param>
    /// <returns>[B, T, V] float32, in the caller's dispose scope; differentiable with respect to the parameters.</returns>
    /// <exception cref="PanguException">A row is longer than the model's table of positions.</exception>
    public Tensor Forward(Tensor ids, PackedRows? packed = null, IActivationTap? tap = null)
    {
        var pass = new ForwardPass(Model.Training, 1, tap, null, packed);
        var tokens_BTD = Operators.LookUp(_table, ids);
        if (_positions is not null)
        {
            tokens_BTD = Operators.Add(tokens_BTD, _positions.Of(tokens_BTD, new ForwardPass(Packed: packed)));
        }

        var output_BTD = Model.Body.Forward(tokens_BTD, pass);
        return pass.UsesKernels ? KernelOperators.Linear(output_BTD, _projection.Layer) : _projection.Apply(output_BTD);
    }
}
