using Pangu.Core;
using Pangu.Formats;
using Pangu.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Pangu.Training.Tests;

public sealed class ForecastLossTests
{
    private static readonly double[] _levels = [0.1, 0.5, 0.9];

    [Theory]
    [InlineData("pinball", 0.5)]
    [InlineData("pinball_masked_doubled", 1)]
    public void Sum_GoldenQuantiles_AgreesInValueAndGradient(string name, double quantileWeight)
    {
        using var golden = SafetensorsFile.Open(Path.Combine(Outside.Golden("training/loss-series"), "expected.safetensors"));
        using var scope = new StepScope();
        var prediction_NHQ = Of(golden["in.prediction"]).requires_grad_(true);
        var target_NH = Of(golden["in.target"]);
        var weight_NH = name == "pinball" ? ones_like(target_NH) : Of(golden["in.target_mask"]);
        var forecast_NHK = Operators.Concatenate(-1, zeros_like(target_NH).unsqueeze(-1), prediction_NHQ);
        using var loss = new ForecastLoss(new ForecastLossOptions { MeanWeight = 0, QuantileWeight = quantileWeight }, _levels);
        var mean = loss.Sum(forecast_NHK, target_NH, weight_NH).div(weight_NH.sum());
        mean.backward();
        Assert.Equal(golden[$"out.{name}"].ToSingles()[0], mean.ToSingle(), 1e-6);
        AssertClose(golden[$"grad.{name}.prediction"].ToSingles(), Operators.ToArray(prediction_NHQ.grad!), 1e-5);
    }

    [Theory]
    [InlineData(1.0)]
    [InlineData(0.4)]
    [InlineData(null)]
    public void Sum_Mean_FollowsTheFormula(double? threshold)
    {
        using var scope = new StepScope();
        float[] errors = [-3, -1, -0.2f, 0, 0.3f, 0.9f, 5];
        float[] weights = [1, 0.5f, 2, 1, 1, 0, 1];
        using var loss = new ForecastLoss(new ForecastLossOptions { HuberThreshold = threshold, MeanWeight = 3 }, []);
        var got = loss.Sum(zeros(1, 7, 1), Operators.Of(errors, 1, 7), Operators.Of(weights, 1, 7)).ToSingle();
        double expected = 0;
        for (var i = 0; i < errors.Length; i++)
        {
            double size = Math.Abs(errors[i]);
            var value = threshold is { } d && size > d ? d * (size - (d / 2)) : size * size / 2;
            expected += 3 * weights[i] * value;
        }

        Assert.Equal(expected, got, 1e-5);
    }

    [Fact]
    public void Validate_WrongSettings_ListsThemAll() =>
        Assert.Equal(4, new ForecastLossOptions { QuantileWeight = 0, MeanWeight = 0, HuberThreshold = 0, TargetLimit = -1, MinimumDeviation = double.NaN }.Validate().Count);

    private static Tensor Of(TensorData data) => Operators.Of(data.AsSingles(), [.. data.Shape]);

    private static void AssertClose(float[] expected, float[] got, double tolerance)
    {
        Assert.Equal(expected.Length, got.Length);
        var largest = expected.Max(Math.Abs);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.True(Math.Abs(expected[i] - got[i]) <= tolerance * largest, $"[{i}] is {got[i]}, expected {expected[i]}");
        }
    }
}
