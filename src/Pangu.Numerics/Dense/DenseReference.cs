using System.Numerics;

namespace Pangu.Numerics;

/// <summary>The definition of the linear layer, one number at a time, for any number type.</summary>
public static class DenseReference
{
    /// <summary>y = x W^T + bias.</summary>
    /// <typeparam name="T">Number type.</typeparam>
    /// <param name="x">[rows, inputs].</param>
    /// <param name="weights">[outputs, inputs].</param>
    /// <param name="bias">[outputs]; empty for none.</param>
    /// <param name="y">[rows, outputs]; replaced.</param>
    /// <param name="inputs">Inputs, at least 1.</param>
    public static void Multiply<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> weights, ReadOnlySpan<T> bias, Span<T> y, int inputs)
        where T : INumberBase<T>
    {
        var outputs = weights.Length / inputs;
        for (var row = 0; row < x.Length / inputs; row++)
        {
            for (var output = 0; output < outputs; output++)
            {
                var sum = bias.IsEmpty ? T.Zero : bias[output];
                for (var input = 0; input < inputs; input++)
                {
                    sum += x[(row * inputs) + input] * weights[(output * inputs) + input];
                }

                y[(row * outputs) + output] = sum;
            }
        }
    }
}
