namespace Pangu.Core.Tests;

public sealed class SeriesCaseTests
{
    private static readonly ModelConfig Config = new(
        new SeriesEmbedder { Width = 4, Context = 4, PatchLength = 2, PatchStride = 2, Scaling = new NoScaling() },
        new Backbone([new Blocks(4, 2, [Block()]), new Blocks(4, 1, [Block()])]),
        new ForecastHead { Horizon = 3, Output = new FlattenOutput { Pooling = Pooling.None } });

    private static Block Block() => new([new Branch(new Dense { Inner = 4, Activation = ActivationKind.Relu })]);

    [Fact]
    public void Read_Inputs_AreTurnedToChannelsFirst()
    {
        var series = SeriesCase.Read(Config, new Dictionary<string, TensorData> { ["past_values"] = TensorData.Of([1, 10, 2, 20, 3, 30, 4, 40], 1, 4, 2) });
        Assert.Equal([1, 2, 3, 4, 10, 20, 30, 40], series.Values);
        Assert.All(series.Observed, flag => Assert.Equal(1, flag));
        Assert.Equal((1, 2), (series.Windows, series.Channels));
        Assert.Null(series.Future);
        Assert.Null(series.Masked);
    }

    [Fact]
    public void Read_NaN_IsNotObserved()
    {
        var series = SeriesCase.Read(Config, new Dictionary<string, TensorData> { ["past_values"] = TensorData.Of([1, float.NaN, 3, 4], 1, 4, 1) });
        Assert.Equal([1, 0, 3, 4], series.Values);
        Assert.Equal([1, 0, 1, 1], series.Observed);
    }

    [Fact]
    public void Read_WrongLength_SaysWhatIsExpected()
    {
        var exception = Assert.Throws<PanguException>(() => SeriesCase.Read(Config, new Dictionary<string, TensorData> { ["past_values"] = TensorData.Of([1, 2, 3], 1, 3, 1) }));
        Assert.Contains("[windows, 4, channels]", exception.Message, StringComparison.Ordinal);
        Assert.Contains("past_values", Assert.Throws<PanguException>(() => SeriesCase.Read(Config, new Dictionary<string, TensorData>())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TapNames_OfHiddenStates_CountThroughTheStages()
    {
        var series = SeriesCase.Read(Config, new Dictionary<string, TensorData> { ["past_values"] = TensorData.Of(new float[4], 1, 4, 1) });
        var names = series.TapNames(new HashSet<string> { "outputs.hidden_states.0", "outputs.hidden_states.2", "outputs.hidden_states.3", "outputs.hidden_states.x", "outputs.last_hidden_state", "stages.patches", "outputs.attention" });
        Assert.Equal(["body.output", "embedder.patches", "stages.0.blocks.0.input", "stages.1.blocks.0.input"], names.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Outputs_OfAForecast_AreStepsFirstAndTheLossIsRecomputed()
    {
        var inputs = new Dictionary<string, TensorData>
        {
            ["past_values"] = TensorData.Of(new float[8], 1, 4, 2),
            ["future_values"] = TensorData.Of([1, 4, 2, 5, 3, 8], 1, 3, 2),
        };
        var series = SeriesCase.Read(Config, inputs);
        var result = new SeriesCaseResult([1, 2, 3, 4, 5, 6], [0, 1], [1, 2], new Dictionary<string, TensorData> { ["body.output"] = TensorData.Of(new float[16], 2, 2, 4) });
        var outputs = series.Outputs(result, new HashSet<string> { "outputs.prediction_outputs", "outputs.loss", "outputs.scale", "outputs.last_hidden_state", "outputs.hidden_states.0", "outputs.mask" });
        Assert.Equal([1, 4, 2, 5, 3, 6], outputs["outputs.prediction_outputs"].ToSingles());
        Assert.Equal([1L, 3, 2], outputs["outputs.prediction_outputs"].Shape);
        Assert.Empty(outputs["outputs.loss"].Shape);
        Assert.Equal(4f / 6, outputs["outputs.loss"].ToSingles()[0]);
        Assert.Equal([1L, 1, 2], outputs["outputs.scale"].Shape);
        Assert.Equal([1L, 2, 2, 4], outputs["outputs.last_hidden_state"].Shape);
        Assert.Equal(4, outputs.Count);
    }

    [Fact]
    public void Outputs_OfAReconstruction_CountMaskedPatchesOnly()
    {
        var config = Config with { Head = new ReconstructionHead { MaskRatio = 0.5 } };
        var inputs = new Dictionary<string, TensorData>
        {
            ["past_values"] = TensorData.Of(new float[4], 1, 4, 1),
            ["noise"] = TensorData.Of([0.9f, 0.1f], 1, 1, 2),
        };
        var series = SeriesCase.Read(config, inputs);
        var patches = new Dictionary<string, TensorData> { ["embedder.patches"] = TensorData.Of([0, 0, 0, 0], 1, 1, 2, 2) };
        var outputs = series.Outputs(new SeriesCaseResult([1, 3, 100, 100], [0], [1], patches), new HashSet<string> { "outputs.loss", "outputs.mask" });
        Assert.Equal(5f, outputs["outputs.loss"].ToSingles()[0]);
        Assert.Equal([1, 0], outputs["outputs.mask"].ToSingles());
        Assert.Equal(["embedder.patches"], series.TapNames(new HashSet<string> { "outputs.loss" }));

        inputs["mask"] = new TensorData(ElementType.Bool, [1, 1, 2], new byte[] { 0, 1 });
        Assert.Equal([false, true], SeriesCase.Read(config, inputs).Masked!);
    }
}
