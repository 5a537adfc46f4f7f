using static TorchSharp.torch;

namespace Pangu.Training;

/// <summary>What a model is trained to do: makes its batches and says how wrong the model is on them.</summary>
/// <remarks>One caller at a time, on the trainer's thread. Whatever is random must derive from the place alone.</remarks>
public interface IObjective
{
    /// <summary>Puts the model in its training state (dropout on, running statistics moving) or in its evaluation state.</summary>
    /// <param name="training">Whether it trains.</param>
    void SetTraining(bool training);

    /// <summary>The loss of one micro-batch: a pure function of the weights and the place.</summary>
    /// <param name="place">Where in the data order the batch stands.</param>
    /// <returns>Sum and weight; the step's loss is the sum of sums over the sum of weights.</returns>
    LossTerm Compute(BatchPlace place);
}

/// <summary>A place in the data order.</summary>
/// <param name="Draw">Number of the step's batch in the data order, from 0; equals the step until data is skipped.</param>
/// <param name="MicroBatch">Part of the step's batch, from 0.</param>
/// <param name="Step">The optimizer step, from 0.</param>
public readonly record struct BatchPlace(long Draw, int MicroBatch, long Step);

/// <summary>The loss of one micro-batch.</summary>
/// <param name="Sum">Scalar tensor that can be differentiated: the sum over samples, each times its weight. Belongs to the caller.</param>
/// <param name="Weight">Sum of the samples' weights, 0 or more.</param>
public readonly record struct LossTerm(Tensor Sum, double Weight);
