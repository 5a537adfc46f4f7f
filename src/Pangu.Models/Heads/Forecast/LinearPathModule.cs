using Pangu.Core;
using Pangu.Tensors;
using static TorchSharp.torch;

namespace Pangu.Models;

/// <summary>A straight line over the window: y[h] = sum over t of weight[h, t] x[t] + bias[h], on z-scored values without gaps. Legend: <c>B</c> windows, <c>C</c> channels, <c>L</c> context, <c>H</c> horizon.</summary>
internal sealed class LinearPathModule(LinearPath settings, WeightTable weights, string name)
{
    private readonly Tensor _weight = weights[$"{name}.weight"];
    private readonly Tensor _bias = weights[$"{name}.bias"];

    /// <summary>Applies the path.</summary>
    /// <param name="values">[B, C, T] z-scored, gaps filled, T at least the context.</param>
    /// <returns>[B, C, H] z-scored.</returns>
    public Tensor Forward(Tensor values)
    {
        var window_BCL = values.narrow(-1, values.size(-1) - settings.Context, settings.Context);
        if (!settings.PerChannel)
        {
            return NeuralOperators.Linear(window_BCL, _weight, _bias);
        }

        var forecast_CBH = NeuralOperators.BatchedMatrixProduct(window_BCL.transpose(0, 1), _weight.transpose(1, 2));
        return Operators.Add(forecast_CBH.transpose(0, 1), _bias);
    }
}
