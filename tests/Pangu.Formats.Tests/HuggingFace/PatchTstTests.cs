using Pangu.Core;

namespace Pangu.Formats.Tests;

public sealed class PatchTstTests
{
    [Theory]
    [InlineData("patchtst-forecast", Capability.Forecast)]
    [InlineData("patchtst-pretrain", Capability.Reconstruct)]
    public void Read_Golden_EverySlotHasItsTensor(string name, Capability capability)
    {
        using var model = HuggingFaceFolder.Read(Outside.Golden($"series/{name}"));
        Assert.Equal(capability, model.Capability);
        Assert.Equal(Family.Prediction, model.Family);
        Assert.Equal(model.Config.Slots().Select(slot => slot.Name).Order(StringComparer.Ordinal), model.Weights.Keys.Order(StringComparer.Ordinal));
        Assert.Empty(model.Notes);
    }

    [Fact]
    public void Read_GoldenForecast_SaysTheModelInParts()
    {
        using var model = HuggingFaceFolder.Read(Outside.Golden("series/patchtst-forecast"));
        var embedder = (SeriesEmbedder)model.Config.Embedder;
        Assert.Equal((34, 8, 5, 6, 16), (embedder.Context, embedder.PatchLength, embedder.PatchStride, embedder.Patches, embedder.Width));
        Assert.Equal(new StandardScaling(1e-5), embedder.Scaling);
        Assert.Equal(MissingValues.ZeroBeforeScaling, embedder.Missing);
        var blocks = ((Backbone)model.Config.Body).Stages[0];
        Assert.Equal(2, blocks.Count);
        Assert.Equal(new BatchNorm { Epsilon = 0.001 }, blocks.Cycle[0].Branches[0].Before);
        Assert.Equal(2, ((Attention)blocks.Cycle[0].Branches[0].Part).QueryHeads);
        Assert.Equal(Pooling.None, ((FlattenOutput)((ForecastHead)model.Config.Head).Output!).Pooling);
    }

    [Theory]
    [InlineData("share_embedding=false")]
    [InlineData("share_projection=false")]
    [InlineData("channel_attention=true")]
    [InlineData("channel_attention=true", "norm_type=\"layernorm\"", "pre_norm=false")]
    [InlineData("norm_type=\"layernorm\"")]
    [InlineData("pre_norm=false")]
    [InlineData("bias=false")]
    [InlineData("use_cls_token=true")]
    [InlineData("use_cls_token=true", "pooling_type=null")]
    [InlineData("pooling_type=null")]
    [InlineData("pooling_type=\"max\"")]
    [InlineData("pooling_type=null", "share_projection=false", "share_embedding=false", "channel_attention=true")]
    [InlineData("positional_encoding_type=\"random\"")]
    [InlineData("scaling=\"mean\"")]
    [InlineData("scaling=null")]
    [InlineData("activation_function=\"relu\"")]
    [InlineData("architectures=[\"PatchTSTForPretraining\"]")]
    [InlineData("architectures=[\"PatchTSTForPretraining\"]", "use_cls_token=true", "share_embedding=false", "share_projection=false", "channel_attention=true")]
    [InlineData("architectures=[\"PatchTSTForPretraining\"]", "mask_type=\"forecast\"", "num_forecast_mask_patches=3", "mask_value=0.5", "loss=\"nll\"")]
    public void Read_EveryHandledFlag_FillsEverySlot(params string[] fields)
    {
        using var folder = new PatchTstFolder().With(fields);
        using var model = folder.Read();
        Assert.Equal(model.Config.Slots().Count, model.Weights.Count);

        // Every weight of the file was used: as many numbers as the module has, counters aside.
        Assert.Equal(
            folder.Tensors().Where(tensor => tensor.Value.Type == ElementType.F32).Sum(tensor => tensor.Value.Count),
            model.Weights.Values.Sum(tensor => tensor.Count));
    }

    [Fact]
    public void Read_ChannelAttention_UsesTheSameWeightsAndItsOwnNorm()
    {
        using var folder = new PatchTstFolder().With("channel_attention=true");
        using var model = folder.Read();
        var branches = ((Backbone)model.Config.Body).Stages[0].Cycle[0].Branches;
        Assert.Equal(3, branches.Count);
        Assert.Equal(0, branches[1].WeightsOf);
        Assert.IsType<AcrossChannels>(((Attention)branches[1].Part).Scope);
        Assert.IsType<Dense>(branches[2].Part);
        Assert.Equal(folder.Tensors()["model.encoder.layers.1.norm_sublayer2.batchnorm.running_var"].ToSingles(), model.Weights["stages.0.blocks.1.branches.1.before.runningVariance"].ToSingles());
        Assert.Equal(folder.Tensors()["model.encoder.layers.1.norm_sublayer3.batchnorm.weight"].ToSingles(), model.Weights["stages.0.blocks.1.branches.2.before.weight"].ToSingles());
    }

    [Fact]
    public void Read_ClassToken_WinsOverPoolingAndHasAPosition()
    {
        using var folder = new PatchTstFolder().With("use_cls_token=true");
        using var model = folder.Read();
        Assert.Equal(Pooling.Class, ((FlattenOutput)((ForecastHead)model.Config.Head).Output!).Pooling);
        Assert.Equal([7L, 32], model.Weights["embedder.positions"].Shape);
        Assert.Equal([32L], model.Weights["embedder.class"].Shape);
    }

    [Fact]
    public void Read_Scaling_MeansWhatTransformersMeans()
    {
        Assert.Equal(new StandardScaling(1e-5), Scaling("scaling=\"std\""));
        Assert.Equal(new MeanScaling(1e-10), Scaling("scaling=\"mean\""));
        Assert.Equal(new MeanScaling(1e-10), Scaling("scaling=true"));
        Assert.Equal(new MeanScaling(0.5), Scaling("scaling=true", "minimum_scale=0.5"));
        Assert.Equal(new NoScaling(), Scaling("scaling=null"));
        Assert.Equal(new NoScaling(), Scaling("scaling=false"));

        static SeriesScaling Scaling(params string[] fields)
        {
            using var folder = new PatchTstFolder().With(fields);
            using var model = folder.Read();
            return ((SeriesEmbedder)model.Config.Embedder).Scaling;
        }
    }

    [Fact]
    public void Read_AbsentFields_TakeTransformersDefaults()
    {
        using var folder = new PatchTstFolder();
        var model = folder.Read();
        model.Dispose();
        File.WriteAllText(Path.Combine(folder.Path, "config.json"), """{"model_type":"patchtst","architectures":["PatchTSTForPrediction"]}""");
        var exception = Assert.Throws<PanguException>(() => HuggingFaceFolder.Read(folder.Path));
        Assert.Equal("hugging-face-weights", exception.Code);
        Assert.Contains(exception.Problems, problem => problem.Message.Contains("input_embedding.weight has shape [32, 8], expected [128, 1]", StringComparison.Ordinal));
        Assert.Contains(exception.Problems, problem => problem.Message.Contains("layers.2.ff.0.weight [512, 128] is missing", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("loss=\"nll\"", "loss")]
    [InlineData("activation_function=\"mish\"", "activation_function")]
    [InlineData("norm_type=\"groupnorm\"", "norm_type")]
    [InlineData("positional_encoding_type=\"rope\"", "positional_encoding_type")]
    [InlineData("pooling_type=\"attention\"", "pooling_type")]
    [InlineData("scaling=\"robust\"", "scaling")]
    [InlineData("scaling_dim=2", "scaling_dim")]
    [InlineData("keepdim=false", "keepdim")]
    [InlineData("default_scale=1.0", "default_scale")]
    [InlineData("num_attention_heads=5", "num_attention_heads")]
    [InlineData("d_model=\"32\"", "d_model")]
    [InlineData("num_hidden_layers=0", "num_hidden_layers")]
    [InlineData("share_embedding=\"yes\"", "share_embedding")]
    [InlineData("rope_theta=10000", "rope_theta")]
    [InlineData("use_moe=true", "use_moe")]
    public void Read_FieldThatCannotBeHonoured_IsRefusedByName(string change, string field)
    {
        using var folder = new PatchTstFolder();
        using (folder.Read())
        {
        }

        File.WriteAllText(Path.Combine(folder.Path, "config.json"), folder.With(change).Config.ToJsonString());
        var exception = Assert.Throws<PanguException>(() => HuggingFaceFolder.Read(folder.Path));
        Assert.Equal(ErrorKind.Usage, exception.Kind);
        Assert.Contains(exception.Problems, problem => problem.Message.StartsWith($"{field} is ", StringComparison.Ordinal) && problem.Line is not null);
    }

    [Theory]
    [InlineData("PatchTSTForClassification")]
    [InlineData("PatchTSTForRegression")]
    [InlineData("PatchTSTModel")]
    public void Read_OtherHeads_AreRefusedByName(string architecture)
    {
        using var folder = new PatchTstFolder().With($"architectures=[\"{architecture}\"]");
        var exception = Assert.Throws<PanguException>(folder.Read);
        Assert.Contains(architecture, exception.Message, StringComparison.Ordinal);
        Assert.Contains("PatchTSTForPrediction", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_PretrainingMasks_AreSaid()
    {
        using var folder = new PatchTstFolder().With("architectures=[\"PatchTSTForPretraining\"]", "random_mask_ratio=0.3", "channel_consistent_masking=true", "unmasked_channel_indices=[-1,0]", "mask_value=2");
        using var model = folder.Read();
        var head = (ReconstructionHead)model.Config.Head;
        Assert.Equal((0.3, 2.0, true, MaskKind.Random), (head.MaskRatio, head.MaskValue, head.SameMaskForAllChannels, head.Mask));
        Assert.Equal([0, 2], head.UnmaskedChannels);
        Assert.Contains("unmasked_channel_indices", Assert.Throws<PanguException>(() => folder.With("unmasked_channel_indices=[3]").Read()).Problems[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_Dropouts_AreNotedNotLost()
    {
        using var folder = new PatchTstFolder().With("head_dropout=0.2", "dropout=0.1");
        using var model = folder.Read();
        Assert.Equal(2, model.Notes.Count);
        Assert.Contains("head_dropout 0.2", model.Notes[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Read_MissingAndUnexpectedTensors_AreAllListed()
    {
        using var folder = new PatchTstFolder();
        using (folder.Read())
        {
        }

        var tensors = folder.Tensors();
        tensors.Remove("head.projection.bias");
        tensors["model.encoder.layers.7.ff.0.weight"] = TensorData.Of([1], 1);
        SafetensorsWriter.Write(Path.Combine(folder.Path, "model.safetensors"), tensors);
        var exception = Assert.Throws<PanguException>(() => HuggingFaceFolder.Read(folder.Path));
        Assert.Equal(2, exception.Problems.Count);
        Assert.Contains("head.projection.bias [6] is missing", exception.Problems[0].Message, StringComparison.Ordinal);
        Assert.Contains("model.encoder.layers.7.ff.0.weight is unexpected", exception.Problems[1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_UnknownModelType_SaysWhichCanBeImported()
    {
        using var folder = new PatchTstFolder().With("model_type=\"informer\"");
        var exception = Assert.Throws<PanguException>(folder.Read);
        Assert.Contains("informer", exception.Message, StringComparison.Ordinal);
        Assert.Contains("patchtst", exception.Message, StringComparison.Ordinal);
        Assert.True(HuggingFaceFolder.Looks(folder.Path));
    }

    [Fact]
    public void Names_ThereAndBack_GiveTheSameTensors()
    {
        using var folder = new PatchTstFolder().With("use_cls_token=true", "channel_attention=true", "share_embedding=false");
        using var model = folder.Read();
        var foreign = new PatchTst().Read(ForeignConfig.Read(Path.Combine(folder.Path, "config.json"))).Names.ToForeign(model.Weights);
        foreach (var (name, tensor) in folder.Tensors().Where(tensor => tensor.Value.Type == ElementType.F32))
        {
            Assert.Equal(tensor.Shape, foreign[name].Shape);
            Assert.Equal(tensor.ToSingles(), foreign[name].ToSingles());
        }
    }

    [Fact]
    public void Package_OfAnImportedModel_OpensAgain()
    {
        using var folder = new PatchTstFolder().With("channel_attention=true", "use_cls_token=true", "scaling=\"mean\"");
        using var target = new TemporaryFolder();
        using var model = folder.Read();
        ModelPackage.Write(target.File("package"), model.Family, model.Capability, model.Config, model.Weights, new Dictionary<string, string>(), TinyModels.Families);
        using var package = ModelPackage.Open(target.File("package"), TinyModels.Families);
        Assert.Equal(model.Config.Slots().Select(slot => (slot.Name, slot.Kind)), package.Config.Slots().Select(slot => (slot.Name, slot.Kind)));
        Assert.Equal(model.Weights["embedder.class"].ToSingles(), package.Weights["embedder.class"].ToSingles());
    }
}
