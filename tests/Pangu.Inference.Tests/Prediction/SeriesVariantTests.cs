using Pangu.Modalities.Series;

namespace Pangu.Inference.Tests.Prediction;

/// <summary>The torch-free engine against plain loops over double, on every way in which PatchTST models differ.</summary>
public sealed class SeriesVariantTests
{
    public static TheoryData<string> Names => [.. SeriesVariants.All.Keys];

    /// <summary>Largest magnitude of these outputs is about 30; 2e-5 of it is what float32 loses over two blocks.</summary>
    private const double Tolerance = 5e-4;

    [Theory]
    [MemberData(nameof(Names))]
    public void Run_Variant_AgreesWithPlainLoops(string name)
    {
        var config = SeriesVariants.All[name];
        var weights = SeriesVariants.Weights(config);
        var inputs = SeriesVariants.Inputs(config);
        var wanted = SeriesVariants.Outputs(config);
        using var plain = new PlainSeriesModel(config, weights);
        using var native = NativeVerifier.Create(config, weights, new SeriesPreprocessor());

        var expected = plain.Run(inputs, wanted);
        var actual = native.Run(inputs, wanted);

        Assert.True(wanted.SetEquals(actual.Keys), $"produced {string.Join(", ", actual.Keys)}");
        foreach (var output in wanted)
        {
            Assert.Equal(expected[output].Shape, actual[output].Shape);
            Compare.Close(expected[output].ToSingles(), actual[output].ToSingles(), Tolerance, output);
        }
    }
}
