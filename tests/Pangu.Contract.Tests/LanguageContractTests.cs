using Pangu.Core;
using Pangu.Inference;
using Pangu.Models;
using Pangu.Tensors;
using static TorchSharp.torch;

namespace Pangu.Contract.Tests;

/// <summary>libtorch and the torch-free engine compute the same, cached tokens or not, and so do libtorch's operators and our own kernels, on language models drawn at random.</summary>
public sealed class LanguageContractTests
{
    /// <summary>Both engines work in float32 over at most six blocks; what they differ by is the order of sums.</summary>
    private const double Tolerance = 1e-4;

    public static TheoryData<ulong> Seeds => [.. Enumerable.Range(1, 60).Select(seed => (ulong)seed)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Run_RandomModel_IsEqualOnBothEngines(ulong seed)
    {
        var random = new RandomLanguageModels(seed);
        var config = random.Config();
        Assert.Empty(config.Validate());
        var (weights, inputs) = (random.Weights(config), random.Inputs(config));
        var blocks = (config.Body as Backbone)?.Stages.Sum(stage => stage.Count) ?? 0;
        var positions = inputs["input_ids"].Shape[1];
        string[] names = ["logits", .. Enumerable.Range(0, blocks + 1).Select(state => $"hidden_states.{state}"), .. Enumerable.Range(0, blocks).Select(layer => $"router_logits.{layer}"), "loss"];
        var wanted = names.ToDictionary(name => name, name => (IReadOnlyList<long>)[2, positions, 1]);
        using var native = LanguageVerifier.Create(config, weights);
        using var torch = new TorchLanguageVerifier(TorchModel.Load(config, weights));

        var expected = torch.Run(inputs, wanted);
        var actual = native.Run(inputs, wanted);

        Assert.Contains("logits", expected.Keys);
        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), actual.Keys.Order(StringComparer.Ordinal));
        foreach (var (name, tensor) in expected)
        {
            Assert.Equal(tensor.Shape, actual[name].Shape);
            AssertClose(tensor.ToSingles(), actual[name].ToSingles(), name);
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Forward_RandomModel_IsEqualOnOwnKernels(ulong seed)
    {
        var random = new RandomLanguageModels(seed);
        var config = random.Config();
        using var model = TorchModel.Load(config, random.Weights(config));
        var network = new TokenNetwork(model);
        float[] On(KernelChoice kernels)
        {
            using var scope = new StepScope(gradient: false);
            model.StartTraining(new TrainingMode(new Core.Seeds(1)) { Kernels = kernels });
            var stream = new Core.Seeds(seed).For("ids");
            return Operators.ToArray(network.Forward(tensor(Enumerable.Range(0, 3 * 11).Select(_ => (long)stream.NextInt(network.Vocabulary)).ToArray()).view(3, 11)));
        }

        AssertClose(On(KernelChoice.Libtorch), On(KernelChoice.Own), "logits");
    }

    private static void AssertClose(float[] expected, float[] actual, string name)
    {
        // Random weights let some streams grow; rounding then grows with the largest number of the tensor.
        var largest = expected.Append(1).Max(Math.Abs);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.True(Math.Abs(expected[i] - actual[i]) <= Tolerance * largest, $"{name}, number {i}: libtorch {expected[i]:G9}, other {actual[i]:G9}, largest {largest}.");
        }
    }
}
