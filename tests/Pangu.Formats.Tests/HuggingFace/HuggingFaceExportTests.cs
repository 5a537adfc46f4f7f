using System.Text.Json;
using Pangu.Core;

namespace Pangu.Formats.Tests;

public sealed class HuggingFaceExportTests
{
    public static TheoryData<string> Variants => [.. SeriesVariants.All.Keys];

    [Theory]
    [MemberData(nameof(Variants))]
    public void Write_Variant_ReadsBackAsTheSameModel(string name)
    {
        using var folder = new TemporaryFolder();
        var config = SeriesVariants.All[name];
        var weights = SeriesVariants.Weights(config);
        HuggingFaceFolder.Write(folder.File("hf"), config, weights, 3);
        using var model = HuggingFaceFolder.Read(folder.File("hf"));
        Assert.Equal(TinyModels.Families.Write(config).GetRawText(), TinyModels.Families.Write(model.Config).GetRawText());
        Assert.All(weights, weight => Assert.Equal(weight.Value.Bytes.ToArray(), model.Weights[weight.Key].Bytes.ToArray()));
        using var json = JsonDocument.Parse(File.ReadAllText(folder.File("hf/config.json")));
        Assert.Equal(3, json.RootElement.GetProperty("num_input_channels").GetInt32());
    }

    [Theory]
    [InlineData("patchtst-forecast", 3)]
    [InlineData("patchtst-pretrain", 2)]
    public void Write_ImportedGolden_HasTheReferencesTensors(string name, int channels)
    {
        var golden = Outside.Golden($"series/{name}");
        using var folder = new TemporaryFolder();
        using (var model = HuggingFaceFolder.Read(golden))
        {
            HuggingFaceFolder.Write(folder.File("hf"), model.Config, model.Weights, channels);
        }

        using var expected = SafetensorsFile.Open(Path.Combine(golden, "model.safetensors"));
        using var written = SafetensorsFile.Open(folder.File("hf/model.safetensors"));
        Assert.Equal(expected.Names.Where(tensor => !tensor.EndsWith("num_batches_tracked", StringComparison.Ordinal)), written.Names);
        Assert.All(written.Names, tensor => Assert.Equal(expected[tensor].Bytes.ToArray(), written[tensor].Bytes.ToArray()));

        // Every field that it writes has the value that transformers wrote.
        using var theirs = JsonDocument.Parse(File.ReadAllText(Path.Combine(golden, "config.json")));
        using var ours = JsonDocument.Parse(File.ReadAllText(folder.File("hf/config.json")));
        Assert.All(ours.RootElement.EnumerateObject(), field => Assert.True(JsonElement.DeepEquals(theirs.RootElement.GetProperty(field.Name), field.Value), field.Name));
    }

    [Fact]
    public void Write_ModelThatTheFormatCannotSay_ListsWhat()
    {
        using var folder = new TemporaryFolder();
        var config = TinyModels.Forecaster();
        var exception = Assert.Throws<PanguException>(() => HuggingFaceFolder.Write(folder.File("hf"), config, TinyModels.Weights(config), 1));
        Assert.Equal("export-hugging-face", exception.Code);
        Assert.Contains(exception.Problems, problem => problem.Message.StartsWith("body.final is ", StringComparison.Ordinal));
        Assert.Contains(exception.Problems, problem => problem.Message.StartsWith("embedder.missing is ", StringComparison.Ordinal));
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [Fact]
    public void Write_OtherNetworks_AreRefused()
    {
        using var folder = new TemporaryFolder();
        var config = TinyModels.Forecaster() with { Body = new NoBody() };
        Assert.Equal("export-hugging-face", Assert.Throws<PanguException>(() => HuggingFaceFolder.Write(folder.File("hf"), config, TinyModels.Weights(config), 1)).Code);
    }
}
