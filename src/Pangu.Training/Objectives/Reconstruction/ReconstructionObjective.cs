using Pangu.Core;
using Pangu.Data;
using Pangu.Models;
using Pangu.Tensors;
using static TorchSharp.torch;

namespace Pangu.Training;

/// <summary>Trains a series network to make hidden patches again from the others (Nie et al. 2023, section 3.2): the squared error of hidden, observed values in scaled units.</summary>
/// <remarks>Legend: <c>B</c> windows, <c>C</c> channels, <c>N</c> = B C series, <c>P</c> patches, <c>S</c> steps of a patch. The same number of patches is hidden in every series.</remarks>
public sealed class ReconstructionObjective : IObjective
{
    private readonly SeriesNetwork _network;
    private readonly ISeriesBatches _batches;
    private readonly TrainingMode _mode;
    private readonly Seeds _seeds;
    private readonly SeriesEmbedder _embedder;
    private readonly int _hidden;
    private readonly int _microBatches;

    /// <summary>Brings a network and its data together.</summary>
    /// <param name="network">A network with a reconstruction head; stays the caller's.</param>
    /// <param name="batches">Data, of the network's context; stays the caller's.</param>
    /// <param name="dropout">Share of what each branch adds that is set to 0 in training.</param>
    /// <param name="seeds">The run's seeds, for masks (stream <c>masks</c>) and dropout.</param>
    /// <param name="microBatches">Micro-batches a step, as in the training's options.</param>
    /// <exception cref="PanguException">Network and batches do not fit.</exception>
    public ReconstructionObjective(SeriesNetwork network, ISeriesBatches batches, double dropout, Seeds seeds, int microBatches = 1)
    {
        if (network.Model.Config is not { Head: ReconstructionHead head, Embedder: SeriesEmbedder embedder })
        {
            throw PanguException.Usage("objective-head", $"The model's head is {network.Model.Config.Head.GetType().Name}; reconstruction needs a reconstruction head.");
        }

        if (batches.Shape.Context != embedder.Context)
        {
            throw PanguException.Usage("objective-context", $"Batches have {batches.Shape.Context} steps of history, the model looks at {embedder.Context}; they must agree.");
        }

        _network = network;
        _batches = batches;
        _seeds = seeds;
        _embedder = embedder;
        _hidden = Math.Clamp((int)Math.Round(head.MaskRatio * embedder.Patches), 1, embedder.Patches);
        _mode = new TrainingMode(seeds, dropout);
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
        var shape = _batches.Shape;
        var batch = _batches.Get(place.Draw, place.MicroBatch);
        _mode.Step = (place.Draw * _microBatches) + place.MicroBatch;
        var masked = Mask(_seeds.For($"masks/{place.MicroBatch}", place.Draw), shape.Rows * shape.Channels);
        var weights = Weigh(batch, masked);
        using var scope = NewDisposeScope();
        var values_BCL = Operators.Of(batch.Values, shape.Rows, shape.Channels, shape.Context);
        var observed_BCL = Operators.Of(Array.ConvertAll(batch.Observed, seen => seen ? 1f : 0f), shape.Rows, shape.Channels, shape.Context);
        var made = _network.Reconstruct(values_BCL, observed_BCL, masked);
        var error_NPS = Operators.Add(made.Output, made.Patches, -1);
        var weight_NPS = Operators.Of(weights, error_NPS.shape);
        var sum = Operators.Multiply(Operators.Multiply(error_NPS, error_NPS), weight_NPS).sum();
        return new LossTerm(sum.MoveToOuterDisposeScope(), weights.Sum(weight => (double)weight));
    }

    /// <summary>[N, P]: which patches are hidden.</summary>
    private bool[] Mask(RandomStream random, int series)
    {
        var masked = new bool[series * _embedder.Patches];
        for (var n = 0; n < series; n++)
        {
            foreach (var patch in random.Permutation(_embedder.Patches).AsSpan(0, _hidden))
            {
                masked[(n * _embedder.Patches) + patch] = true;
            }
        }

        return masked;
    }

    /// <summary>[N, P, S]: 1 where a value was observed and its patch is hidden, else 0. Patches are aligned to the end of the window.</summary>
    private float[] Weigh(SeriesBatch batch, bool[] masked)
    {
        var first = _embedder.Context - _embedder.PatchLength - ((_embedder.Patches - 1) * _embedder.PatchStride);
        var weights = new float[masked.Length * _embedder.PatchLength];
        for (var patch = 0; patch < masked.Length; patch++)
        {
            if (!masked[patch])
            {
                continue;
            }

            var start = (patch / _embedder.Patches * _embedder.Context) + first + (patch % _embedder.Patches * _embedder.PatchStride);
            for (var step = 0; step < _embedder.PatchLength; step++)
            {
                weights[(patch * _embedder.PatchLength) + step] = batch.Observed[start + step] ? 1 : 0;
            }
        }

        return weights;
    }
}
