using Pangu.Core;
using Pangu.Inference;
using Pangu.Modalities.Series;
using Pangu.Models;

namespace Pangu.Contract.Tests;

/// <summary>libtorch and the torch-free engine compute the same: same package, same input, same numbers, on models drawn at random.</summary>
public sealed class SeriesContractTests
{
    /// <summary>In scaled units. Both engines work in float32 over at most three blocks; what they differ by is the order of sums.</summary>
    private const double Tolerance = 1e-4;

    public static TheoryData<ulong> ForecastSeeds => [.. Enumerable.Range(1, 80).Select(seed => (ulong)seed)];

    public static TheoryData<ulong> ReconstructionSeeds => [.. Enumerable.Range(1001, 25).Select(seed => (ulong)seed)];

    [Theory]
    [MemberData(nameof(ForecastSeeds))]
    public void Forecast_RandomModel_IsEqualOnBothEngines(ulong seed)
    {
        var random = new RandomModels(seed);
        var config = random.Forecaster();
        Assert.Empty(config.Validate());
        Check(config, random, ["outputs.prediction_outputs", "outputs.quantiles", "outputs.loc", "outputs.scale", "outputs.last_hidden_state", "outputs.hidden_states.0", "stages.patches"]);
    }

    [Theory]
    [MemberData(nameof(ReconstructionSeeds))]
    public void Reconstruct_RandomModel_IsEqualOnBothEngines(ulong seed)
    {
        var random = new RandomModels(seed);
        var config = random.Reconstruction();
        Assert.Empty(config.Validate());
        Check(config, random, ["outputs.prediction_output", "outputs.loss", "outputs.loc", "outputs.scale", "outputs.last_hidden_state", "outputs.hidden_states.0", "stages.patches"]);
    }

    private static void Check(ModelConfig config, RandomModels random, HashSet<string> wanted)
    {
        var weights = random.Weights(config);
        var inputs = random.Inputs(config, windows: 3);
        SeriesPreprocessor preprocessor = new()
        {
            Channels = [.. Enumerable.Range(0, random.Channels).Select(channel => new SeriesChannel($"c{channel}", null, 0.5 * channel, 1 + (0.3 * channel)))],
        };
        using var native = NativeVerifier.Create(config, weights, preprocessor);
        using var torch = new TorchVerifier(
            TorchModel.Load(config, weights),
            new ChannelStatistics([.. preprocessor.Channels.Select(channel => channel.Mean)], [.. preprocessor.Channels.Select(channel => channel.Deviation)]));

        var expected = torch.Run(inputs, wanted);
        var actual = native.Run(inputs, wanted);

        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), actual.Keys.Order(StringComparer.Ordinal));
        var scales = expected["outputs.scale"].ToSingles();
        foreach (var (name, tensor) in expected)
        {
            Assert.Equal(tensor.Shape, actual[name].Shape);
            var (from, to) = (tensor.ToSingles(), actual[name].ToSingles());
            // Random weights let some streams grow; rounding then grows with the largest number of the tensor.
            var forecast = name is "outputs.prediction_outputs" or "outputs.quantiles";
            var largest = from.Select((number, i) => Math.Abs(number) / Unit(i)).Append(1).Max();
            for (var i = 0; i < from.Length; i++)
            {
                Assert.True(Math.Abs(from[i] - to[i]) <= Tolerance * largest * Unit(i), $"{name}, number {i}: libtorch {from[i]:G9}, torch-free {to[i]:G9}, unit {Unit(i)}, largest {largest}.");
            }

            float Unit(int i) => forecast ? scales[Row(i, tensor.Shape, random.Channels)] : 1;
        }
    }

    // Number i of [B, H, C] or [B, H, C, Q] belongs to window b and channel c.
    private static int Row(int i, IReadOnlyList<long> shape, int channels)
    {
        var inner = shape.Count == 4 ? (int)shape[3] : 1;
        var (window, rest) = Math.DivRem(i, (int)shape[1] * channels * inner);
        return (window * channels) + (rest / inner % channels);
    }
}
