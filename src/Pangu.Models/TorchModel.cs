using System.Runtime.InteropServices;
using Pangu.Core;
using Pangu.Formats;
using Pangu.Tensors;
using static TorchSharp.torch;

namespace Pangu.Models;

/// <summary>A model on libtorch: its weights as tensors, its body built from its config. Needs <see cref="Libtorch.Load"/> first. For one thread at a time.</summary>
public sealed class TorchModel : IDisposable
{
    private readonly WeightTable _weights;

    private TorchModel(ModelConfig config, Func<Slot, float[]> values)
    {
        Config = config;
        _weights = new WeightTable(config.Slots(), values);
        Body = config.Body.Accept(new BodyBuilder(_weights));
    }

    /// <summary>What the model computes.</summary>
    public ModelConfig Config { get; }

    /// <summary>Learned weights, by slot name in the config's order; each needs a gradient. Owned by the model: change their values, never replace them.</summary>
    public IReadOnlyDictionary<string, Tensor> Parameters => _weights.Parameters;

    /// <summary>Measured weights, by slot name in the config's order: running statistics, calibration, linear paths. Owned by the model.</summary>
    public IReadOnlyDictionary<string, Tensor> Statistics => _weights.Statistics;

    /// <summary>What stands between embedder and head.</summary>
    public IBodyModule Body { get; }

    /// <summary>How the model trains; null while it is used (no dropout, running statistics).</summary>
    public TrainingMode? Training { get; private set; }

    internal WeightTable Weights => _weights;

    /// <summary>A new model.</summary>
    /// <param name="config">A sound config.</param>
    /// <param name="seeds">The root seed; the stream of a weight is <c>init/</c> and its slot name.</param>
    /// <param name="initial">How a weight starts, where not as its slot says; null where all do.</param>
    /// <returns>The model; the caller disposes it.</returns>
    /// <exception cref="PanguException">The config uses a part that is not implemented.</exception>
    public static TorchModel Create(ModelConfig config, Seeds seeds, Func<Slot, Initial>? initial = null) =>
        new(config, slot => InitialValues.Of(initial is null ? slot : slot with { Initial = initial(slot) }, seeds));

    /// <summary>A model with given weights.</summary>
    /// <param name="config">A sound config.</param>
    /// <param name="weights">Tensors by slot name; copied.</param>
    /// <returns>The model; the caller disposes it.</returns>
    /// <exception cref="PanguException">The weights are not those of the config (all differences are listed), or it uses a part that is not implemented.</exception>
    public static TorchModel Load(ModelConfig config, IReadOnlyDictionary<string, TensorData> weights)
    {
        WeightCheck.Require(config, weights, "the model");
        return new TorchModel(config, slot => weights[slot.Name].ToSingles());
    }

    /// <summary>The weights as they are now.</summary>
    /// <returns>Copies in float32, by slot name.</returns>
    public IReadOnlyDictionary<string, TensorData> Export() => _weights.Slots.ToDictionary(
        slot => slot.Name,
        slot => TensorData.Of(Operators.ToArray(_weights[slot.Name]), [.. slot.Shape.Select(size => (long)size)]),
        StringComparer.Ordinal);

    /// <summary>Copies weights into the model's own tensors; optimizers keep theirs.</summary>
    /// <param name="weights">Tensors by slot name: all of them.</param>
    /// <exception cref="PanguException">The weights are not those of the config.</exception>
    public void Import(IReadOnlyDictionary<string, TensorData> weights)
    {
        WeightCheck.Require(Config, weights, "the model");
        using var scope = new StepScope(gradient: false);
        foreach (var slot in _weights.Slots)
        {
            var target = _weights[slot.Name];
            target.copy_(Operators.Of(weights[slot.Name].ToSingles(), target.shape));
        }
    }

    /// <summary>From now on forward passes are training passes. While they run on our own kernels, libtorch's operators run on one thread (<see cref="Libtorch.LimitOperators"/>).</summary>
    /// <param name="mode">Dropout and its seeds.</param>
    public void StartTraining(TrainingMode mode)
    {
        Training = mode;
        Libtorch.LimitOperators(mode.UsesKernels);
    }

    /// <summary>From now on forward passes use the model as it is.</summary>
    public void StopTraining()
    {
        if (Training is { UsesKernels: true })
        {
            Libtorch.LimitOperators(alone: false);
        }

        Training = null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        StopTraining();
        _weights.Dispose();
    }
}
