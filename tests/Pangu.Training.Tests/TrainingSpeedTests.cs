using Pangu.Core;
using Pangu.Data;
using Pangu.Models;

namespace Pangu.Training.Tests;

public sealed class TrainingSpeedTests
{
    [Fact]
    public void Measure_TinyModel_TakesEveryStepAndMovesItsWeights()
    {
        var norm = new RmsNorm { Epsilon = 1e-5 };
        var attention = new Attention { QueryHeads = 1, HeadWidth = 16, Scope = new CausalScope() };
        using var model = TorchModel.Create(
            new ModelConfig(new TokenEmbedder { Width = 16, Vocabulary = 7 }, new Backbone([new Blocks(16, 1, [new Block([new Branch(attention, norm)])])], norm), new NextTokenHead()),
            new Seeds(1));
        var before = model.Export();
        var objective = new NextTokenObjective(new TokenNetwork(model), new RandomTokens(new TokenBatchShape(2, 8), 7, new Seeds(1)), new NextTokenOptions(), new Seeds(1));

        var speed = TrainingSpeed.Measure(model, objective, new SpeedOptions(new OptimizerOptions { AdamW = new AdamWOptions(1e-3) }) { WarmSteps = 2, Rounds = 3, StepsPerRound = 2 }, TimeProvider.System);

        Assert.Equal(6, speed.Steps);
        Assert.True(speed.SecondsPerStep > 0 && speed.Products.Libtorch > 0 && speed.Products.Own > 0);
        Assert.NotEqual(before["embedder.tokens"].ToSingles(), model.Export()["embedder.tokens"].ToSingles());
    }
}
