using TorchSharp;
using static TorchSharp.torch;

namespace Pangu.Tensors.Tests;

public sealed class OperatorsTests
{
    [Fact]
    public void RmsNorm_AgainstFormula_ValueAndGradientAgree()
    {
        using var scope = NewDisposeScope();
        var values = Enumerable.Range(0, 12).Select(i => MathF.Sin(i * 1.7f) * 3).ToArray();
        var scales = new[] { 0.5f, 1f, 2f, -1f };
        const double Epsilon = 0.01;
        var x = Operators.Of(values, 3, 4).requires_grad_();
        var y = NeuralOperators.RmsNorm(x, Operators.Of(scales, 4), Epsilon);
        y.sum().backward();
        var gradient = Operators.ToArray(x.grad!);

        for (var row = 0; row < 3; row++)
        {
            var v = values.AsSpan(row * 4, 4).ToArray().Select(value => (double)value).ToArray();
            var inverse = 1 / Math.Sqrt((v.Sum(value => value * value) / 4) + Epsilon);
            var weighted = v.Zip(scales, (value, scale) => value * scale).Sum();
            for (var i = 0; i < 4; i++)
            {
                Assert.Equal(v[i] * inverse * scales[i], Operators.ToArray(y)[(row * 4) + i], 1e-5);
                Assert.Equal((scales[i] * inverse) - (v[i] * weighted * Math.Pow(inverse, 3) / 4), gradient[(row * 4) + i], 1e-5);
            }
        }
    }

    [Fact]
    public void Softmax_LastDimension_HasLibtorchsValuesAndGradient()
    {
        using var scope = NewDisposeScope();
        float[] Of(Func<Tensor, Tensor> softmax, out float[] gradient)
        {
            var x = Operators.Multiply(Wave(1, 3 * 37), 40).view(3, 37).detach();
            x.select(0, 1).narrow(0, 5, 20).fill_(float.NegativeInfinity);
            x.requires_grad_();
            var y = softmax(x);
            Operators.Multiply(y, Wave(2, 3 * 37).view(3, 37)).sum().backward();
            gradient = Operators.ToArray(x.grad!);
            return Operators.ToArray(y);
        }

        var expected = Of(x => nn.functional.softmax(x, -1), out var expectedGradient);
        AssertClose(expected, Of(x => NeuralOperators.Softmax(x, -1), out var gradient), 1e-6);
        AssertClose(expectedGradient, gradient, 1e-6);
    }

    [Fact]
    public void Call_ByName_MatchesTypedWrapper()
    {
        using var scope = NewDisposeScope();
        var x = Operators.Of([1, 2, 3, 4, 5, 6], 2, 3);
        var weight = Operators.Of([1, 2, 3], 3);
        var named = Operators.Call("aten::rms_norm", "", 1, x, new long[] { 3 }, OperatorArgument.Some(weight), OperatorArgument.Some(1e-5))[0];
        Assert.Equal(Operators.ToArray(NeuralOperators.RmsNorm(x, weight, 1e-5)), Operators.ToArray(named));
    }

    [Fact]
    public void MatrixProduct_WrongShapes_ThrowsAndGoesOn()
    {
        using var scope = NewDisposeScope();
        var x = Operators.Of(new float[6], 2, 3);
        Assert.Throws<OperatorException>(() => NeuralOperators.MatrixProduct(x, x));
        Assert.Throws<OperatorException>(() => NeuralOperators.Linear(x, Operators.Of(new float[4], 2, 2), null));
        var error = Assert.Throws<OperatorException>(() => Operators.Call("aten::mm", "", 1, x, x));
        Assert.Contains("[2, 3]", error.Message, StringComparison.Ordinal);
        Assert.Throws<OperatorException>(() => Operators.Call("aten::no_such_operator", "", 1, x));
        Assert.Equal([2L, 2L], NeuralOperators.MatrixProduct(x, x.t()).shape);
    }

    [Fact]
    public void AdamWInPlace_ThreeSteps_MatchesTheFormula()
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var settings = new AdamWSettings(0.1, 0.9, 0.99, 0.05, 1e-8);
        Tensor[] parameters = [Operators.Of([1f, -2f], 2)], averages = [zeros(2)], squares = [zeros(2)], steps = [zeros(1).squeeze()];
        double[] weight = [1, -2], first = [0, 0], second = [0, 0];
        for (var step = 1; step <= 3; step++)
        {
            float[] gradient = [0.3f * step, -0.1f];
            Operators.AddInPlace(steps[0], ones(1).squeeze());
            ParameterOperators.AdamWInPlace(parameters, [Operators.Of(gradient, 2)], averages, squares, steps, settings);
            for (var i = 0; i < 2; i++)
            {
                weight[i] *= 1 - (0.1 * 0.05);
                first[i] = (0.9 * first[i]) + (0.1 * gradient[i]);
                second[i] = (0.99 * second[i]) + (0.01 * gradient[i] * gradient[i]);
                weight[i] -= 0.1 * (first[i] / (1 - Math.Pow(0.9, step))) / (Math.Sqrt(second[i] / (1 - Math.Pow(0.99, step))) + 1e-8);
            }
        }

        AssertClose([.. weight.Select(value => (float)value)], Operators.ToArray(parameters[0]), 1e-5);
    }

    [Fact]
    public void ParameterOperators_OnLists_ChangeEveryTensor()
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        Tensor[] targets = [Operators.Of([3, 0], 2), Operators.Of([4], 1)];
        Assert.Equal(5, ParameterOperators.Norm(targets).item<float>(), 1e-6);
        ParameterOperators.MultiplyInPlace(targets, tensor(0.2f));
        AssertClose([0.6f, 0f], Operators.ToArray(targets[0]), 1e-6);
        ParameterOperators.LerpInPlace(targets, [zeros(2), zeros(1)], [Operators.Of([0.5f], 1), Operators.Of([0.5f], 1)]);
        AssertClose([0.4f], Operators.ToArray(targets[1]), 1e-6);
        ParameterOperators.CopyInPlace(targets, [ones(2), ones(1)]);
        AssertClose([1f, 1f], Operators.ToArray(targets[0]), 0);
        ParameterOperators.ZeroInPlace(targets);
        AssertClose([0f], Operators.ToArray(targets[1]), 0);
    }

    private static Tensor Wave(int seed, int count) => Operators.Of([.. Enumerable.Range(0, count).Select(i => MathF.Sin((i * 0.37f) + seed))], count);

    private static void AssertClose(float[] expected, float[] actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], actual[i], tolerance);
        }
    }
}
