using Pangu.Models;
using static TorchSharp.torch;

namespace Pangu.Training;

/// <summary>What training changes of a model. The tensors belong to the model.</summary>
/// <param name="Parameters">Learned weights by slot name, float32, requiring gradients; their order decides nothing.</param>
/// <param name="Statistics">Measured weights by slot name, such as running means; saved and restored with the parameters.</param>
public sealed record TrainableWeights(IReadOnlyDictionary<string, Tensor> Parameters, IReadOnlyDictionary<string, Tensor> Statistics)
{
    /// <summary>All weights of a model.</summary>
    /// <param name="model">The model; keeps owning its tensors.</param>
    /// <returns>Its parameters and statistics.</returns>
    public static TrainableWeights Of(TorchModel model) => new(model.Parameters, model.Statistics);

    /// <summary>The parameters in the one order that everything here uses: by name, ordinal.</summary>
    internal IReadOnlyList<NamedParameter> Ordered() =>
        [.. Parameters.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => new NamedParameter(pair.Key, pair.Value))];
}

/// <summary>One learned weight.</summary>
/// <param name="Name">Slot name.</param>
/// <param name="Weight">The tensor; belongs to the model.</param>
internal sealed record NamedParameter(string Name, Tensor Weight)
{
    public bool IsMatrix => Weight.shape.Length == 2;
}
