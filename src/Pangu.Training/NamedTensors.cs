using Pangu.Core;
using Pangu.Tensors;
using static TorchSharp.torch;

namespace Pangu.Training;

/// <summary>Copies between float32 tensors and <see cref="TensorData"/>.</summary>
internal static class NamedTensors
{
    /// <summary>A copy of a tensor's numbers.</summary>
    /// <param name="tensor">float32.</param>
    public static TensorData Export(Tensor tensor) => TensorData.Of(Operators.ToArray(tensor), tensor.shape);

    /// <summary>Overwrites a tensor's numbers.</summary>
    /// <param name="tensor">Dense float32.</param>
    /// <param name="state">Where the numbers are.</param>
    /// <param name="name">Their name.</param>
    /// <exception cref="PanguException">The name is missing or has another shape.</exception>
    public static void Import(Tensor tensor, IReadOnlyDictionary<string, TensorData> state, string name)
    {
        if (!state.TryGetValue(name, out var data))
        {
            throw PanguException.Usage("training-state", $"Saved training state has no tensor {name}; it was saved by a training with other settings or another model.");
        }

        if (!data.Shape.SequenceEqual(tensor.shape))
        {
            throw PanguException.Usage("training-state", $"Saved training state holds {name} as [{string.Join(", ", data.Shape)}], the model needs [{string.Join(", ", tensor.shape)}]; it was saved by a training of another model.");
        }

        using var noGradient = no_grad();
        data.AsSingles().CopyTo(Operators.Data(tensor));
    }

    /// <summary>Copies of several tensors under a prefix.</summary>
    /// <param name="state">Receives them.</param>
    /// <param name="prefix">Stands before each name.</param>
    /// <param name="tensors">By name.</param>
    public static void Export(IDictionary<string, TensorData> state, string prefix, IEnumerable<KeyValuePair<string, Tensor>> tensors)
    {
        foreach (var (name, tensor) in tensors)
        {
            state.Add(prefix + name, Export(tensor));
        }
    }

    /// <summary>Overwrites several tensors from names under a prefix.</summary>
    /// <param name="state">Where the numbers are.</param>
    /// <param name="prefix">Stands before each name.</param>
    /// <param name="tensors">By name.</param>
    /// <exception cref="PanguException">A name is missing or has another shape.</exception>
    public static void Import(IReadOnlyDictionary<string, TensorData> state, string prefix, IEnumerable<KeyValuePair<string, Tensor>> tensors)
    {
        foreach (var (name, tensor) in tensors)
        {
            Import(tensor, state, prefix + name);
        }
    }
}
