using Pangu.Core;
using Pangu.Tensors;
using static TorchSharp.torch;

namespace Pangu.Models.Tests;

public sealed class TokenNetworkTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Forward_LaterCharacterChanged_LeavesEarlierLogitsAlone(bool tied)
    {
        using var scope = NewDisposeScope();
        using var model = Sample.Model(Config(tied));
        var network = new TokenNetwork(model);
        var first = network.Forward(tensor(new long[] { 1, 2, 3, 4, 5, 6 }).view(1, 6));
        var second = network.Forward(tensor(new long[] { 1, 2, 3, 0, 5, 6 }).view(1, 6));
        Assert.Equal([1L, 6L, 9L], first.shape);
        Assert.Equal(Operators.ToArray(first.narrow(1, 0, 3)), Operators.ToArray(second.narrow(1, 0, 3)));
        Assert.NotEqual(Operators.ToArray(first.narrow(1, 3, 3)), Operators.ToArray(second.narrow(1, 3, 3)));
    }

    [Fact]
    public void ScaleLogits_OwnProjection_ScalesEveryLogit()
    {
        using var scope = NewDisposeScope();
        using var model = Sample.Model(Config(tied: false));
        var network = new TokenNetwork(model);
        var ids = tensor(new long[] { 1, 2, 3, 4 }).view(1, 4);
        var before = Operators.ToArray(network.Forward(ids));

        network.ScaleLogits(0.5); // Halving is exact.

        Assert.Equal(before.Select(logit => logit / 2), Operators.ToArray(network.Forward(ids)));
        Assert.Equal(before.Select(logit => logit / 2), Operators.ToArray(new TokenNetwork(model).Forward(ids)));
    }

    [Fact]
    public void ScaleLogits_TableOfTokens_IsRefused()
    {
        using var model = Sample.Model(Config(tied: true));
        Assert.Equal("logit-scale", Assert.Throws<PanguException>(() => new TokenNetwork(model).ScaleLogits(0.5)).Code);
    }

    [Fact]
    public void Forward_TrainedOnACycle_LearnsIt()
    {
        using var model = TorchModel.Create(Config(tied: false), new Seeds(1));
        var network = new TokenNetwork(model);
        float first = 0, last = 0;
        for (var step = 0; step < 60; step++)
        {
            using var scope = new StepScope();
            var ids = arange(0, 17, ScalarType.Int64).remainder(5).view(1, 17);
            var loss = nn.functional.cross_entropy(network.Forward(ids.narrow(1, 0, 16)).view(16, 9), ids.narrow(1, 1, 16).view(16));
            loss.backward();
            last = loss.item<float>();
            first = step == 0 ? last : first;
            using var frozen = no_grad();
            foreach (var parameter in model.Parameters.Values)
            {
                Operators.AddInPlace(parameter, parameter.grad!, -0.1);
                parameter.grad!.zero_();
            }
        }

        Assert.True(first > 1.5, $"The first loss is {first}.");
        Assert.True(last < 0.1, $"The last loss is {last}.");
    }

    private static ModelConfig Config(bool tied) => new(
        new TokenEmbedder { Width = 16, Vocabulary = 9 },
        Sample.Body(
            new RmsNorm { Epsilon = 1e-6 },
            Sample.Attention(new CausalScope(), keyValueHeads: 2, queryKeyNorm: true, new Rotary { Width = 4 }),
            new Dense { Inner = 24, Activation = ActivationKind.Silu, Gated = true },
            final: new RmsNorm { Epsilon = 1e-6 }),
        new NextTokenHead { Tied = tied });
}
