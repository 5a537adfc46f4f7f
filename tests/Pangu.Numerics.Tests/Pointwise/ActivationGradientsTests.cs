using Pangu.Numerics;

namespace Pangu.Numerics.Tests.Pointwise;

[Trait("Category", "Kernel")]
public sealed unsafe class ActivationGradientsTests
{
    public static TheoryData<ActivationFunction> Functions => [.. Enum.GetValues<ActivationFunction>()];

    [Theory]
    [MemberData(nameof(Functions))]
    public void Forward_EveryLength_EqualsTheReference(ActivationFunction function)
    {
        foreach (var length in Numbers.Lengths)
        {
            var x = Numbers.Gaussian(length, 3, 3);
            var result = Numbers.Offset(new float[length], 3);
            fixed (float* from = x, to = result.Span)
            {
                ActivationGradients.Forward(function, from, to, length);
            }

            for (var i = 0; i < length; i++)
            {
                Numbers.AssertClose(Value(function, x[i]), result.Span[i], 4e-7 * Math.Max(1, Math.Abs(x[i]) * (function == ActivationFunction.ReluSquared ? Math.Abs(x[i]) : 1)), $"{function} of {x[i]}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Functions))]
    public void Backward_EveryLength_IsTheSlopeOfTheReference(ActivationFunction function)
    {
        foreach (var length in Numbers.Lengths)
        {
            var (x, incoming) = (Numbers.Gaussian(length, 3, 3), Numbers.Gaussian(length, 4));
            var gradient = Numbers.Offset([.. incoming], 1);
            fixed (float* from = x, to = gradient.Span)
            {
                ActivationGradients.Backward(function, from, to, length);
            }

            for (var i = 0; i < length; i++)
            {
                Numbers.AssertClose(incoming[i] * Slope(function, x[i]), gradient.Span[i], 2e-6 * Math.Max(1, Math.Abs(x[i])) * Math.Max(1, Math.Abs(incoming[i])), $"{function} at {x[i]}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Functions))]
    public void Gated_ForwardAndBackward_AreThoseOfTheProduct(ActivationFunction function)
    {
        foreach (var length in (int[])[0, 1, 15, 16, 17, 100, 257])
        {
            var (gate, up, incoming) = (Numbers.Gaussian(length, 3, 2), Numbers.Gaussian(length, 4), Numbers.Gaussian(length, 5));
            var (result, gradient, upGradient) = (Numbers.Offset(new float[length], 3), Numbers.Offset([.. incoming], 1), Numbers.Offset(new float[length], 5));
            fixed (float* g = gate, u = up, r = result.Span, dg = gradient.Span, du = upGradient.Span)
            {
                ActivationGradients.GatedForward(function, g, u, r, length);
                ActivationGradients.GatedBackward(function, g, u, dg, du, length);
            }

            for (var i = 0; i < length; i++)
            {
                var room = 1e-5 * (1 + (gate[i] * gate[i])) * (1 + Math.Abs(up[i])) * (1 + Math.Abs(incoming[i]));
                Numbers.AssertClose(Value(function, gate[i]) * up[i], result.Span[i], room, "product");
                Numbers.AssertClose(incoming[i] * Value(function, gate[i]), upGradient.Span[i], room, "gradient of up");
                Numbers.AssertClose(incoming[i] * up[i] * Slope(function, gate[i]), gradient.Span[i], room, "gradient of the gate");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Functions))]
    public void Backward_NaN_StaysNaN(ActivationFunction function)
    {
        float[] x = [float.NaN, 1], gradient = [1, float.NaN];
        fixed (float* from = x, to = gradient)
        {
            ActivationGradients.Backward(function, from, to, 2);
        }

        // The slope of ReLU is a choice between 0 and 1, whatever NaN is compared with.
        Assert.True(float.IsNaN(gradient[1]));
        Assert.True(float.IsNaN(gradient[0]) || function == ActivationFunction.Relu);
    }

    private static double Value(ActivationFunction function, double x) => function switch
    {
        ActivationFunction.Gelu => ActivationsReference.Gelu(x),
        ActivationFunction.GeluTanh => ActivationsReference.GeluTanh(x),
        ActivationFunction.Silu => ActivationsReference.Silu(x),
        ActivationFunction.Relu => ActivationsReference.Relu(x),
        _ => ActivationsReference.ReluSquared(x),
    };

    private static double Slope(ActivationFunction function, double x)
    {
        const double Step = 1e-5;
        return function == ActivationFunction.Relu ? (x > 0 ? 1 : 0) : (Value(function, x + Step) - Value(function, x - Step)) / (2 * Step);
    }
}
