using Pangu.Core;
using Pangu.Formats;
using Pangu.Models;
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

    /// <summary>The scaled space of a window is RevIN's without its learned weight and shift.</summary>
    [Fact]
    public void ForwardScaled_GoldenReversibleNormalisation_ScalesTheSame()
    {
        using var golden = SafetensorsFile.Open(Path.Combine(Outside.Golden("training/loss-series"), "expected.safetensors"));
        using var scope = new StepScope(gradient: false);
        var config = TinySeriesModels.Forecaster();
        using var model = TorchModel.Create(config with { Embedder = (SeriesEmbedder)config.Embedder with { Context = 10, PatchLength = 10, PatchStride = 10 }, Head = (ForecastHead)config.Head with { Horizon = 4 } }, new Seeds(1));
        var x_BCT = Of(golden["in.x"]).transpose(1, 2).contiguous();
        var forecast = new SeriesNetwork(model).ForwardScaled(x_BCT, ones_like(x_BCT));
        var location_BC1 = forecast.Location.view(3, 2, 1);
        var scale_BC1 = forecast.Scale.view(3, 2, 1);
        var (weight_C1, shift_C1) = (Of(golden["in.weight"]).view(2, 1), Of(golden["in.shift"]).view(2, 1));

        var y_BCT = Operators.Add(Operators.Multiply(Operators.Add(x_BCT, location_BC1, -1).div(scale_BC1), weight_C1), shift_C1);
        AssertClose(golden["out.revin_forward.y"].ToSingles(), Operators.ToArray(y_BCT.transpose(1, 2)), 1e-5);

        var z_BCH = Operators.Add(Of(golden["in.model_output"]).transpose(1, 2), shift_C1, -1).div(weight_C1);
        var back_BCH = Operators.Add(Operators.Multiply(z_BCH, scale_BC1), location_BC1);
        AssertClose(golden["out.revin_inverse.y"].ToSingles(), Operators.ToArray(back_BCH.transpose(1, 2)), 1e-5);
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
