using Pangu.Core;
using Pangu.Tensors;
using static TorchSharp.torch;

namespace Pangu.Models.Tests;

/// <summary>Compares gradients with finite differences.</summary>
internal static class Gradients
{
    private const double Step = 4e-3;

    /// <summary>Moves each parameter along a random direction and along its gradient, and compares the slope with the gradient's.</summary>
    /// <remarks>
    /// Central differences in float32: the loss is of order 10 with about 1e-6 of relative rounding, so a slope is known to about 1e-5 / 4e-3 = 2.5e-3, the third
    /// derivative adds about Step^2, and kinks of ReLU about Step. The directions have length 1; the tolerance is 2 % of the gradient's length plus 0.01.
    /// </remarks>
    public static void AssertAgree(TorchModel model, Func<Tensor> loss)
    {
        using var scope = NewDisposeScope();
        foreach (var parameter in model.Parameters.Values)
        {
            parameter.grad = null;
        }

        loss().backward();
        foreach (var (name, parameter) in model.Parameters)
        {
            if (parameter.grad is not { } gradient)
            {
                Assert.StartsWith("embedder", name, StringComparison.Ordinal);
                continue;
            }

            var slopes = Operators.ToArray(gradient);
            var length = Math.Sqrt(slopes.Sum(value => (double)value * value));
            foreach (var direction in (float[][])[Unit(Sample.Values(slopes.Length, name)), Unit(slopes)])
            {
                var expected = slopes.Zip(direction, (slope, along) => (double)slope * along).Sum();
                Assert.Equal(Slope(parameter, direction, loss), expected, (0.02 * length) + 0.01);
            }
        }
    }

    private static double Slope(Tensor parameter, float[] direction, Func<Tensor> loss)
    {
        var values = Operators.ToArray(parameter);
        double At(double step)
        {
            using var scope = new StepScope(gradient: false);
            var moved = values.Zip(direction, (value, along) => (float)(value + (step * along))).ToArray();
            moved.CopyTo(Operators.Data(parameter));
            return Operators.ToArray(loss())[0];
        }

        var slope = (At(Step) - At(-Step)) / (2 * Step);
        values.CopyTo(Operators.Data(parameter));
        return slope;
    }

    private static float[] Unit(float[] values)
    {
        var length = Math.Sqrt(values.Sum(value => (double)value * value));
        return length == 0 ? values : [.. values.Select(value => (float)(value / length))];
    }
}
