using Pangu.Core;
using static TorchSharp.torch;

namespace Pangu.Models;

/// <summary>Every weight of a model as a tensor, by slot name. Owns the tensors.</summary>
internal sealed class WeightTable : IDisposable
{
    private readonly Dictionary<string, Tensor> _tensors = new(StringComparer.Ordinal);

    /// <summary>Makes the tensors.</summary>
    /// <param name="slots">The slots of a config.</param>
    /// <param name="values">The values of one slot, row-major.</param>
    public WeightTable(IReadOnlyList<Slot> slots, Func<Slot, float[]> values)
    {
        Slots = slots;
        foreach (var slot in slots)
        {
            var tensor = Tensors.Operators.Of(values(slot), [.. slot.Shape.Select(size => (long)size)]);
            _tensors[slot.Name] = tensor.requires_grad_(slot.Kind == SlotKind.Parameter).DetachFromDisposeScope();
        }

        Parameters = OfKind(SlotKind.Parameter);
        Statistics = OfKind(SlotKind.Statistic);
    }

    /// <summary>The slots, in the config's order.</summary>
    public IReadOnlyList<Slot> Slots { get; }

    /// <summary>Learned weights, by slot name in the config's order.</summary>
    public IReadOnlyDictionary<string, Tensor> Parameters { get; }

    /// <summary>Measured weights, by slot name in the config's order.</summary>
    public IReadOnlyDictionary<string, Tensor> Statistics { get; }

    /// <summary>A weight that must be there.</summary>
    /// <param name="name">Slot name.</param>
    public Tensor this[string name] => _tensors[name];

    /// <summary>A weight that may not be there, such as a bias.</summary>
    /// <param name="name">Slot name.</param>
    /// <returns>The tensor, or null.</returns>
    public Tensor? Find(string name) => _tensors.GetValueOrDefault(name);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in _tensors.Values)
        {
            tensor.Dispose();
        }
    }

    private OrderedDictionary<string, Tensor> OfKind(SlotKind kind) =>
        new(Slots.Where(slot => slot.Kind == kind).Select(slot => KeyValuePair.Create(slot.Name, _tensors[slot.Name])), StringComparer.Ordinal);
}
