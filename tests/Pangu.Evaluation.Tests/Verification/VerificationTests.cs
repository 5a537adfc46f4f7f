using Pangu.Core;
using Pangu.Formats;

namespace Pangu.Evaluation.Tests;

public sealed class VerificationTests
{
    [Theory]
    [InlineData("patchtst-forecast", 8)]
    [InlineData("patchtst-pretrain", 5)]
    public void Run_ImportedGoldenModelInPlainLoops_AgreesWithEveryTensor(string name, int tensors)
    {
        var folder = Outside.Golden($"series/{name}");
        using var imported = HuggingFaceFolder.Read(folder);
        using var model = new PlainSeriesModel(imported.Config, imported.Weights);
        using var expected = VerifyCase.Open(folder, new SeriesCaseLayout());
        var result = Verification.Run(model, expected, null, TimeProvider.System);
        Assert.True(result.Ok, string.Join(Environment.NewLine, result.Tensors));
        Assert.Equal(tensors, result.Tensors.Count);
        Assert.Equal(expected.Tolerance, result.Tolerance);
        Assert.True(expected.Tolerance < VerifyCase.DefaultTolerance);
    }

    [Theory]
    [InlineData("head.projection.bias")]
    [InlineData("stages.0.blocks.1.branches.0.before.runningMean")]
    [InlineData("stages.0.blocks.0.branches.1.down.weight")]
    [InlineData("embedder.positions")]
    public void Run_OneWeightNeutralised_Fails(string weight)
    {
        var folder = Outside.Golden("series/patchtst-forecast");
        using var imported = HuggingFaceFolder.Read(folder);
        var weights = imported.Weights.ToDictionary();
        weights[weight] = weights[weight] with { Bytes = new byte[weights[weight].Bytes.Length] };
        using var model = new PlainSeriesModel(imported.Config, weights);
        using var expected = VerifyCase.Open(folder, new SeriesCaseLayout());
        Assert.False(Verification.Run(model, expected, null, TimeProvider.System).Ok);
    }

    [Fact]
    public void Run_OutputThatTheModelDoesNotProduce_Fails()
    {
        using var folder = new TemporaryFolder();
        using var expected = Case(folder, new() { ["outputs.mean"] = TensorData.Of([1], 1), ["outputs.other"] = TensorData.Of([1], 1), ["inputs.x"] = TensorData.Of([1], 1) });
        using var model = new FixedModel(new() { ["outputs.mean"] = TensorData.Of([1.0005f], 1) });
        var result = Verification.Run(model, expected, null, TimeProvider.System);
        Assert.False(result.Ok);
        Assert.Equal([true, false], result.Tensors.Select(tensor => tensor.Ok));
        Assert.Null(result.Tensors[1].MaxAbsolute);
        Assert.Equal(["x"], model.Inputs);
    }

    [Fact]
    public void Run_Tolerance_IsTheCallersElseTheCasesElseTheDefault()
    {
        using var folder = new TemporaryFolder();
        using var plain = Case(folder, new() { ["outputs.mean"] = TensorData.Of([1], 1) });
        using var model = new FixedModel(new() { ["outputs.mean"] = TensorData.Of([1.01f], 1) });
        Assert.False(Verification.Run(model, plain, null, TimeProvider.System).Ok);
        Assert.True(Verification.Run(model, plain, 0.1, TimeProvider.System).Ok);
        folder.Write("expected.json", """{"tolerance": 0.02, "other": 1}""");
        using var stated = VerifyCase.Open(folder.Path, new SeriesCaseLayout());
        Assert.True(Verification.Run(model, stated, null, TimeProvider.System).Ok);
        Assert.Throws<PanguException>(() => Verification.Run(model, stated, 0, TimeProvider.System));
        Assert.Throws<PanguException>(() => Verification.Run(model, stated, double.NaN, TimeProvider.System));
    }

    [Fact]
    public void Compare_NumbersThatAreNotFinite_OnlyEqualThemselves()
    {
        Assert.True(Verification.Compare("a", TensorData.Of([float.NaN, float.PositiveInfinity], 2), TensorData.Of([float.NaN, float.PositiveInfinity], 2), 1).Ok);
        Assert.False(Verification.Compare("a", TensorData.Of([1], 1), TensorData.Of([float.NaN], 1), 1).Ok);
        Assert.False(Verification.Compare("a", TensorData.Of([float.PositiveInfinity], 1), TensorData.Of([1], 1), 1).Ok);
        Assert.False(Verification.Compare("a", TensorData.Of([1, 2], 2), TensorData.Of([1, 2], 1, 2), 1).Ok);
    }

    [Fact]
    public void Compare_Differences_AreTheLargestOnes()
    {
        var compared = Verification.Compare("a", TensorData.Of([10, 0, -1], 3), TensorData.Of([10.5f, 0.25f, -1.25f], 3), 0.1);
        Assert.Equal((0.5, 0.25, false), (compared.MaxAbsolute, compared.MaxRelative, compared.Ok));
    }

    [Fact]
    public void Open_CaseThatExpectsNothing_IsRefused()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal("verify-case", Assert.Throws<PanguException>(() => Case(folder, new() { ["inputs.x"] = TensorData.Of([1], 1) })).Code);
    }

    [Fact]
    public void Run_EveryVariantInPlainLoops_GivesEveryOutput()
    {
        foreach (var (name, config) in SeriesVariants.All)
        {
            Assert.Empty(config.Validate());
            using var model = new PlainSeriesModel(config, SeriesVariants.Weights(config));
            var wanted = SeriesVariants.Outputs(config);
            var outputs = model.Run(SeriesVariants.Inputs(config), wanted);
            Assert.True(wanted.SetEquals(outputs.Keys), name);
            Assert.All(outputs, output => Assert.All(output.Value.ToSingles(), value => Assert.True(float.IsFinite(value), $"{name}: {output.Key}")));
        }
    }

    [Fact]
    public void Run_InputThatIsMissing_SaysWhich()
    {
        var folder = Outside.Golden("series/patchtst-pretrain");
        using var imported = HuggingFaceFolder.Read(folder);
        using var model = new PlainSeriesModel(imported.Config, imported.Weights);
        using var expected = VerifyCase.Open(folder, new SeriesCaseLayout());
        var inputs = expected.Inputs.Where(input => input.Key != "noise").ToDictionary();
        var exception = Assert.Throws<PanguException>(() => model.Run(inputs, new HashSet<string> { "outputs.loss" }));
        Assert.Contains("noise", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_LanguageCase_TakesPlainNamesAndTheLossBeside()
    {
        using var folder = new TemporaryFolder();
        folder.Write("expected.json", """{"loss": 2.5, "seed": 7}""");
        SafetensorsWriter.Write(folder.File("expected.safetensors"), new Dictionary<string, TensorData> { ["input_ids"] = TensorData.Of([1], 1, 1), ["logits"] = TensorData.Of([1], 1, 1, 1) });
        using var expected = VerifyCase.Open(folder.Path, new LanguageCaseLayout());
        Assert.Equal(["input_ids"], expected.Inputs.Keys);
        Assert.Equal(["logits", "loss"], expected.Expected.Keys.Order(StringComparer.Ordinal));
        using var model = new FixedModel(new() { ["logits"] = TensorData.Of([1], 1, 1, 1), ["loss"] = TensorData.Of([2.6f]) });
        Assert.Equal([true, false], Verification.Run(model, expected, 0.01, TimeProvider.System).Tensors.Select(tensor => tensor.Ok));
    }

    [Fact]
    public void Open_GradientsBeside_AreExpectedOfEnginesThatHaveThem()
    {
        using var folder = new TemporaryFolder();
        SafetensorsWriter.Write(folder.File("expected.safetensors"), new Dictionary<string, TensorData> { ["input_ids"] = TensorData.Of([1], 1, 1), ["logits"] = TensorData.Of([1], 1, 1, 1) });
        SafetensorsWriter.Write(folder.File("expected_grads.safetensors"), new Dictionary<string, TensorData> { ["grad.a"] = TensorData.Of([100, 0.5f], 2) });
        using (var without = VerifyCase.Open(folder.Path, new LanguageCaseLayout()))
        {
            Assert.Equal(["logits"], without.Expected.Keys);
        }

        using (var with = VerifyCase.Open(folder.Path, new LanguageCaseLayout(), gradients: true))
        {
            Assert.Equal(["grad.a", "logits"], with.Expected.Keys.Order(StringComparer.Ordinal));
        }

        // Given in place of the case: gradients alone are compared, the inputs come from beside. Accepted is 1e-4 of the largest entry, 0.01.
        using var alone = VerifyCase.Open(folder.File("expected_grads.safetensors"), new LanguageCaseLayout(), gradients: true);
        Assert.Equal(["input_ids"], alone.Inputs.Keys);
        Assert.Equal(["grad.a"], alone.Expected.Keys);
        using var near = new FixedModel(new() { ["grad.a"] = TensorData.Of([100, 0.509f], 2) });
        using var far = new FixedModel(new() { ["grad.a"] = TensorData.Of([100, 0.52f], 2) });
        Assert.True(Verification.Run(near, alone, null, TimeProvider.System).Ok);
        Assert.False(Verification.Run(far, alone, null, TimeProvider.System).Ok);
    }

    [Fact]
    public void Compare_WholeNumbers_MustBeEqualWhateverTheTolerance()
    {
        static TensorData Whole(params long[] values) => new(ElementType.I64, [values.Length], System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan()).ToArray());
        Assert.True(Verification.Compare("ids", Whole(5, 6), Whole(5, 6), 1e-3).Ok);
        Assert.False(Verification.Compare("ids", Whole(5, 6), Whole(5, 7), 10).Ok);
    }

    private static VerifyCase Case(TemporaryFolder folder, Dictionary<string, TensorData> tensors)
    {
        SafetensorsWriter.Write(folder.File("expected.safetensors"), tensors);
        return VerifyCase.Open(folder.File("expected.safetensors"), new SeriesCaseLayout());
    }

    private sealed class FixedModel(Dictionary<string, TensorData> outputs) : IVerifiableModel
    {
        public IReadOnlyList<string> Inputs { get; private set; } = [];

        public CaseLayout Layout { get; } = new SeriesCaseLayout();

        public void Dispose()
        {
        }

        public IReadOnlyDictionary<string, TensorData> Run(IReadOnlyDictionary<string, TensorData> inputs, IReadOnlyDictionary<string, IReadOnlyList<long>> wanted)
        {
            Inputs = [.. inputs.Keys];
            return outputs;
        }
    }
}
