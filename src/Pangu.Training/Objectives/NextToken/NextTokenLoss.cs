using Pangu.Data;
using Pangu.Models;
using Pangu.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Pangu.Training;

/// <summary>The cross-entropy of a language model on batches of token rows. Legend: <c>B</c> rows, <c>T</c> positions, <c>V</c> vocabulary.</summary>
/// <param name="network">The model; stays the caller's.</param>
public sealed class NextTokenLoss(TokenNetwork network)
{
    /// <summary>The summed cross-entropy of a batch, each target times its weight.</summary>
    /// <param name="batch">Ids, targets, weights and documents.</param>
    /// <returns>A scalar in nats, in the caller's dispose scope; differentiable with respect to the parameters.</returns>
    public Tensor Sum(TokenBatch batch)
    {
        using var scope = NewDisposeScope();
        var (rows, positions) = (batch.Shape.Rows, batch.Shape.Positions);
        var packed = batch.IsPacked ? new PackedRows(positions, batch.DocumentStarts) : null;
        var logits_BTV = network.Forward(tensor(batch.Ids).view(rows, positions), packed);
        var losses = NeuralOperators.CrossEntropy(logits_BTV.flatten(0, 1), tensor(batch.Targets));
        return Operators.Multiply(losses, Operators.Of(batch.Weights, rows * positions)).sum().MoveToOuterDisposeScope();
    }

    /// <summary>The same as a number, without gradients: for validation.</summary>
    /// <param name="batch">Ids, targets, weights and documents.</param>
    /// <returns>Sum in nats, and the sum of the weights.</returns>
    public (double Sum, double Weight) Evaluate(TokenBatch batch)
    {
        using var scope = new StepScope(gradient: false);
        return (Sum(batch).ToSingle(), Weight(batch));
    }

    /// <summary>Sum of the targets' weights.</summary>
    /// <param name="batch">The batch.</param>
    /// <returns>0 or more.</returns>
    internal static double Weight(TokenBatch batch)
    {
        double sum = 0;
        foreach (var weight in batch.Weights)
        {
            sum += weight;
        }

        return sum;
    }
}
