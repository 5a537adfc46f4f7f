using Pangu.Core;
using Pangu.Numerics;

namespace Pangu.Inference;

/// <summary>A package's weights while a model is compiled: read by slot name, packed once for the kernels. Not safe for several threads; gone when compiling is done.</summary>
/// <param name="tensors">Every slot of the config.</param>
internal sealed class WeightStore(IReadOnlyDictionary<string, TensorData> tensors)
{
    private readonly Dictionary<string, PackedLinear> _layers = new(StringComparer.Ordinal);

    /// <summary>Whether there is such a slot.</summary>
    internal bool Has(string name) => tensors.ContainsKey(name);

    /// <summary>The numbers of a slot in float32.</summary>
    internal float[] Read(string name) => tensors.TryGetValue(name, out var tensor)
        ? tensor.ToSingles()
        : throw new InvalidOperationException($"The weights hold no {name}; packages are checked against their config before they are compiled.");

    /// <summary>Numbers of a slot, empty when there is none.</summary>
    internal float[] ReadOptional(string name) => Has(name) ? Read(name) : [];

    /// <summary>Numbers a row of a slot.</summary>
    internal int Width(string name) => (int)tensors[name].Shape[^1];

    /// <summary>A linear layer as it is stored.</summary>
    internal PackedLinear Linear(string name) => Linear([name], 1);

    /// <summary>Linear layers that read the same input, as one, times a factor; packed once however often they are asked for.</summary>
    /// <param name="names">Names without <c>.weight</c>.</param>
    /// <param name="factor">Factor of weights and biases.</param>
    internal PackedLinear Linear(IReadOnlyList<string> names, double factor) =>
        Cached($"{string.Join('+', names)}*{factor:R}", () => Joined([.. names.Select(name => Rows(name, factor))]));

    /// <summary>Packs a layer once for its key.</summary>
    internal PackedLinear Cached(string key, Func<LinearRows> rows)
    {
        if (!_layers.TryGetValue(key, out var layer))
        {
            layer = rows().Pack();
            _layers.Add(key, layer);
        }

        return layer;
    }

    /// <summary>A stored layer's rows, times a factor.</summary>
    internal LinearRows Rows(string name, double factor = 1)
    {
        var weights = Read($"{name}.weight");
        var bias = ReadOptional($"{name}.bias");
        var shape = tensors[$"{name}.weight"].Shape;
        if (factor != 1)
        {
            Scale(weights, factor);
            Scale(bias, factor);
        }

        return new LinearRows(weights, bias, (int)shape[0], (int)shape[1]);
    }

    /// <summary>Layers one below the other; a layer without bias counts as bias 0.</summary>
    internal static LinearRows Joined(IReadOnlyList<LinearRows> layers) => new(
        Concatenated([.. layers.Select(layer => layer.Weights)]),
        layers.Any(layer => layer.Bias.Length > 0) ? Concatenated([.. layers.Select(layer => layer.Bias.Length > 0 ? layer.Bias : new float[layer.Outputs])]) : [],
        layers.Sum(layer => layer.Outputs),
        layers[0].Inputs);

    private static float[] Concatenated(float[][] arrays)
    {
        var all = new float[arrays.Sum(array => array.Length)];
        var start = 0;
        foreach (var array in arrays)
        {
            array.CopyTo(all, start);
            start += array.Length;
        }

        return all;
    }

    private static void Scale(float[] numbers, double factor)
    {
        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i] = (float)(numbers[i] * factor);
        }
    }
}

/// <summary>A linear layer before it is packed.</summary>
/// <param name="Weights">[outputs, inputs].</param>
/// <param name="Bias">[outputs]; empty for none.</param>
/// <param name="Outputs">Outputs.</param>
/// <param name="Inputs">Inputs.</param>
internal sealed record LinearRows(float[] Weights, float[] Bias, int Outputs, int Inputs)
{
    /// <summary>Packs it for the kernels.</summary>
    internal PackedLinear Pack() => new(Weights, Bias, Outputs, Inputs);

    /// <summary>The rows in another order.</summary>
    /// <param name="order">Where each new row comes from.</param>
    internal LinearRows Reordered(IReadOnlyList<int> order)
    {
        var weights = new float[order.Count * Inputs];
        for (var row = 0; row < order.Count; row++)
        {
            Weights.AsSpan(order[row] * Inputs, Inputs).CopyTo(weights.AsSpan(row * Inputs));
        }

        return this with { Weights = weights, Bias = Bias.Length == 0 ? Bias : [.. order.Select(row => Bias[row])] };
    }

    /// <summary>Some of the inputs.</summary>
    /// <param name="start">First input.</param>
    /// <param name="count">Inputs.</param>
    /// <param name="withBias">Whether the bias goes along.</param>
    internal LinearRows Columns(int start, int count, bool withBias) => new(
        [.. Enumerable.Range(0, Outputs).SelectMany(row => Weights[((row * Inputs) + start)..((row * Inputs) + start + count)])],
        withBias ? Bias : [],
        Outputs,
        count);
}
