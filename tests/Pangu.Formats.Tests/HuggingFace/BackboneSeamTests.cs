using Pangu.Core;

namespace Pangu.Formats.Tests;

/// <summary>Proof of the backbone's seams without a forward pass: the slots of mapped configs are exactly the tensors of the files.</summary>
public sealed class BackboneSeamTests
{
    [Theory]
    [InlineData("llama")]
    [InlineData("llama-attention-bias")]
    [InlineData("llama-tied")]
    [InlineData("pangu-pro-moe")]
    public void Slots_OfAMappedConfig_AreTheFilesTensors(string name)
    {
        var folder = Outside.Golden($"language/{name}");
        using var model = HuggingFaceFolder.Read(folder);
        using var file = SafetensorsFile.Open(Path.Combine(folder, "model.safetensors"));

        // Nothing left over on either side: as many tensors as slots, as many numbers, and the loader has compared every shape.
        Assert.Equal(file.Names.Count, model.Config.Slots().Count);
        Assert.Equal(file.Tensors.Values.Sum(tensor => tensor.Count), model.Config.ParameterCount());
        Assert.Equal(Family.Language, model.Family);
        Assert.Contains(model.Config.Slots(), slot => slot.Name == "embedder.tokens");
        Assert.All(model.Config.Slots(), slot => Assert.Equal(slot.Shape.Select(size => (long)size), model.Weights[slot.Name].Shape));
    }

    [Theory]
    [InlineData("language/deepseek_v3", "deepseek_v3")]
    [InlineData("vision/vit", "vit")]
    public void Read_ArchitecturesToCome_AreRefusedByName(string folder, string modelType)
    {
        var exception = Assert.Throws<PanguException>(() => HuggingFaceFolder.Read(Outside.Golden(folder)));
        Assert.Equal("hugging-face-model-type", exception.Code);
        Assert.Contains(modelType, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_PanguProMoe_GroupsItsExperts()
    {
        using var model = HuggingFaceFolder.Read(Outside.Golden("language/pangu-pro-moe"));
        var experts = (Experts)((Backbone)model.Config.Body).Stages[0].Cycle[0].Branches[1].Part;
        Assert.Equal(new GroupRouter(4, 1, LearnedScale: true), experts.Router);
        Assert.Equal(12, experts.Count);
        Assert.Equal(64, experts.Shared!.Inner);
    }
}
