using Pangu.Core;
using Pangu.Data;
using Pangu.Models;

namespace Pangu.Training;

/// <summary>Trains a language model to predict the next token: the cross-entropy of every target that counts, summed over a step's micro-batches and divided by the sum of their weights.</summary>
public sealed class NextTokenObjective : IObjective
{
    private readonly TokenNetwork _network;
    private readonly ITokenBatches _batches;
    private readonly NextTokenLoss _loss;
    private readonly TrainingMode _mode;
    private readonly int _microBatches;

    /// <summary>Brings a network and its data together.</summary>
    /// <param name="network">A language model; stays the caller's.</param>
    /// <param name="batches">Data; stays the caller's.</param>
    /// <param name="options">Dropout, precision, kernels; validated here.</param>
    /// <param name="seeds">The run's seeds, for dropout.</param>
    /// <param name="microBatches">Micro-batches a step, as in the training's options.</param>
    /// <exception cref="PanguException">Settings have problems, or rows are longer than the model's table of positions.</exception>
    public NextTokenObjective(TokenNetwork network, ITokenBatches batches, NextTokenOptions options, Seeds seeds, int microBatches = 1)
    {
        if (options.Validate() is { Count: > 0 } problems)
        {
            throw new PanguException(ErrorKind.Usage, "objective-options", problems[0] + ".", [.. problems.Select(problem => new Problem(null, null, problem))]);
        }

        if (network.Model.Config.Embedder is TokenEmbedder { Positions: > 0 } embedder && batches.Shape.Positions > embedder.Positions)
        {
            throw PanguException.Usage("objective-positions", $"Batches have rows of {batches.Shape.Positions} tokens, the model's table of positions has {embedder.Positions}; rows must not be longer.");
        }

        _network = network;
        _batches = batches;
        _loss = new NextTokenLoss(network);
        _mode = new TrainingMode(seeds, options.Dropout, options.DropoutKind, options.Precision) { Kernels = options.Kernels };
        _microBatches = microBatches;
    }

    /// <inheritdoc/>
    public void SetTraining(bool training)
    {
        if (training)
        {
            _network.Model.StartTraining(_mode);
        }
        else
        {
            _network.Model.StopTraining();
        }
    }

    /// <inheritdoc/>
    public LossTerm Compute(BatchPlace place)
    {
        var batch = _batches.Get(place.Draw, place.MicroBatch);
        _mode.Step = (place.Draw * _microBatches) + place.MicroBatch;
        return new LossTerm(_loss.Sum(batch), NextTokenLoss.Weight(batch));
    }
}
