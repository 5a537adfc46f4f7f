using Pangu.Core;
using Pangu.Tensors;
using static TorchSharp.torch;

namespace Pangu.Models.Tests;

public sealed class TorchModelTests
{
    private static readonly ModelConfig s_config = new(
        new TokenEmbedder { Width = 16, Vocabulary = 9 },
        Sample.Body(new BatchNorm { Epsilon = 1e-3 }, Sample.Attention(new FullScope()), new Dense { Inner = 24, Activation = ActivationKind.Gelu }),
        new NextTokenHead());

    [Fact]
    public void Create_SameSeed_GivesTheSameWeightsAndAnotherSeedOthers()
    {
        using var first = TorchModel.Create(s_config, new Seeds(1));
        using var second = TorchModel.Create(s_config, new Seeds(1));
        using var third = TorchModel.Create(s_config, new Seeds(2));
        const string Name = "stages.0.blocks.1.branches.1.up.weight";
        Assert.Equal(first.Export()[Name].ToSingles(), second.Export()[Name].ToSingles());
        Assert.NotEqual(first.Export()[Name].ToSingles(), third.Export()[Name].ToSingles());
        var values = first.Export()[Name].ToSingles();
        Assert.Equal(0.25, Math.Sqrt(values.Average(value => (double)value * value)), 0.03);
    }

    [Fact]
    public void Create_Slots_AreParametersThatNeedAGradientOrStatisticsThatDoNot()
    {
        using var model = TorchModel.Create(s_config, new Seeds(1));
        Assert.Equal(s_config.Slots().Where(slot => slot.Kind == SlotKind.Parameter).Select(slot => slot.Name), model.Parameters.Keys);
        Assert.Equal(s_config.Slots().Where(slot => slot.Kind == SlotKind.Statistic).Select(slot => slot.Name), model.Statistics.Keys);
        Assert.All(model.Parameters.Values, tensor => Assert.True(tensor.requires_grad && tensor.is_leaf));
        Assert.All(model.Statistics.Values, tensor => Assert.False(tensor.requires_grad));
    }

    [Fact]
    public void Load_WrongWeights_ListsEveryDifference()
    {
        using var model = TorchModel.Create(s_config, new Seeds(1));
        var weights = new Dictionary<string, TensorData>(model.Export()) { ["surplus"] = TensorData.Of([1], 1), ["embedder.tokens"] = TensorData.Of([1, 2], 2) };
        weights.Remove("head.projection.weight");
        var error = Assert.Throws<PanguException>(() => TorchModel.Load(s_config, weights));
        Assert.Equal(3, error.Problems.Count);
    }

    [Fact]
    public void Import_OtherWeights_ChangesTheSameTensors()
    {
        using var model = TorchModel.Create(s_config, new Seeds(1));
        using var other = TorchModel.Create(s_config, new Seeds(2));
        var tensors = model.Parameters.Values.ToArray();
        model.Import(other.Export());
        Assert.Equal(tensors, model.Parameters.Values);
        Assert.Equal(other.Export()["embedder.tokens"].ToSingles(), model.Export()["embedder.tokens"].ToSingles());
    }

    [Fact]
    public void BatchNorm_Training_MovesRunningStatisticsByItsMomentum()
    {
        using var scope = NewDisposeScope();
        using var model = TorchModel.Create(s_config, new Seeds(1));
        model.StartTraining(new TrainingMode(new Seeds(1)));
        var x = Sample.Normal("rows", 50, 4, 16);
        model.Body.Forward(x, new ForwardPass(model.Training));
        var values = Operators.ToArray(x);
        double[] feature = [.. Enumerable.Range(0, 200).Select(row => (double)values[row * 16])];
        var mean = feature.Average();
        var variance = feature.Sum(value => (value - mean) * (value - mean)) / 199;
        const string Norm = "stages.0.blocks.0.branches.0.before.";
        Assert.Equal(0.1 * mean, Operators.ToArray(model.Statistics[Norm + "runningMean"])[0], 1e-5);
        Assert.Equal(0.9 + (0.1 * variance), Operators.ToArray(model.Statistics[Norm + "runningVariance"])[0], 1e-4);
    }

    [Fact]
    public void Dropout_Step_DecidesTheMask()
    {
        using var scope = NewDisposeScope();
        using var model = TorchModel.Create(s_config, new Seeds(1));
        var x = Sample.Normal("rows", 50, 4, 16);
        float[] At(long step)
        {
            model.StartTraining(new TrainingMode(new Seeds(1), 0.5) { Step = step });
            return Operators.ToArray(model.Body.Forward(x, new ForwardPass(model.Training)));
        }

        Assert.Equal(At(3), At(3));
        Assert.NotEqual(At(3), At(4));
        var mask = new TrainingMode(new Seeds(1), 0.3).Mask("branch", x)!;
        Assert.Equal([50L, 1L, 16L], mask.shape);
        Assert.Equal(0.3, Operators.ToArray(mask).Count(value => value == 0) / 800.0, 0.06);
        Assert.All(Operators.ToArray(mask), value => Assert.True(value is 0 or > 1.42f and < 1.44f));
    }
}
