using Pangu.Core;
using Pangu.Tensors;
using static TorchSharp.torch;

[assembly: AssemblyFixture(typeof(Pangu.Models.Tests.LoadedLibtorch))]
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Pangu.Models.Tests;

/// <summary>libtorch, loaded once for all tests of this assembly.</summary>
public sealed class LoadedLibtorch : IDisposable
{
    private readonly TemporaryFolder _cache = new();

    public LoadedLibtorch() => Libtorch.Load(1, _cache.Path);

    public void Dispose() => _cache.Dispose();
}

/// <summary>Small models and inputs, all from seeds.</summary>
internal static class Sample
{
    /// <summary>A body of two blocks of width 16.</summary>
    public static Backbone Body(Norm norm, Attention attention, Part dense, bool preNorm = true, bool parallel = false, Norm? final = null) => new(
        [
            new Blocks(16, 2,
            [
                new Block(
                    [
                        preNorm ? new Branch(attention, Before: norm) : new Branch(attention, AfterSum: norm),
                        preNorm ? new Branch(dense, Before: norm) : new Branch(dense, AfterSum: norm),
                    ],
                    parallel),
            ]),
        ],
        final);

    public static Attention Attention(Scope scope, int keyValueHeads = 0, bool queryKeyNorm = false, Positions? positions = null, bool bias = false) => new()
    {
        QueryHeads = 4,
        KeyValueHeads = keyValueHeads,
        HeadWidth = 4,
        Scope = scope,
        QueryKeyNorm = queryKeyNorm ? new RmsNorm { Epsilon = 1e-6 } : null,
        Positions = positions ?? new NoPositions(),
        QueryKeyValueBias = bias,
        OutputBias = bias,
    };

    /// <summary>Weights far from their first values, so that nothing is hidden by zeros and ones.</summary>
    public static TorchModel Model(ModelConfig config, ulong seed = 7)
    {
        Assert.Empty(config.Validate());
        var model = TorchModel.Create(config, new Seeds(seed));
        using var frozen = no_grad();
        foreach (var slot in config.Slots())
        {
            var tensor = model.Parameters.GetValueOrDefault(slot.Name) ?? model.Statistics[slot.Name];
            var values = Operators.Data(tensor);
            var stream = new Seeds(seed).For("sample/" + slot.Name);
            for (var i = 0; i < values.Length; i++)
            {
                values[i] += (float)(0.15 * stream.NextGaussian());
                values[i] = slot.Name.EndsWith("runningVariance", StringComparison.Ordinal) ? 0.5f + Math.Abs(values[i]) : values[i];
            }
        }

        return model;
    }

    public static float[] Values(int count, string name, double level = 0, double scale = 1)
    {
        var stream = new Seeds(11).For(name);
        return [.. Enumerable.Range(0, count).Select(_ => (float)(level + (scale * stream.NextGaussian())))];
    }

    public static Tensor Normal(string name, params long[] shape) => Operators.Of(Values((int)shape.Aggregate(1L, (a, b) => a * b), name), shape);

    public static void AssertClose(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, double tolerance, string what = "")
    {
        Assert.Equal(expected.Length, actual.Length);
        var worst = 0;
        for (var i = 0; i < expected.Length; i++)
        {
            worst = Math.Abs(expected[i] - actual[i]) > Math.Abs(expected[worst] - actual[worst]) ? i : worst;
            Assert.False(float.IsNaN(actual[i]), $"{what} is NaN at {i}.");
        }

        if (expected.Length == 0)
        {
            return;
        }

        Assert.True(Math.Abs(expected[worst] - actual[worst]) <= tolerance, $"{what} differs by {Math.Abs(expected[worst] - actual[worst])} at {worst}: expected {expected[worst]}, got {actual[worst]}; tolerance {tolerance}.");
    }
}
