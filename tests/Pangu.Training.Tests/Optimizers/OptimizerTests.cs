using Pangu.Core;
using Pangu.Formats;
using Pangu.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Pangu.Training.Tests;

public sealed class OptimizerTests
{
    [Theory]
    [InlineData(Models.KernelChoice.Libtorch)]
    [InlineData(Models.KernelChoice.Own)]
    public void NewtonSchulz_GoldenMatrices_AgreeAloneAndStacked(Models.KernelChoice kernels)
    {
        using var golden = SafetensorsFile.Open(Path.Combine(Outside.Golden("training/muon"), "expected.safetensors"));
        using var scope = new StepScope(gradient: false);
        var names = golden.Names.Where(name => name.StartsWith("newton_schulz_in.", StringComparison.Ordinal)).ToArray();
        Assert.Equal(3, names.Length);
        foreach (var name in names)
        {
            var matrix = Of(golden[name]);
            var expected = golden[name.Replace("_in.", "_out.", StringComparison.Ordinal)].ToSingles();
            var isTall = matrix.shape[0] > matrix.shape[1];
            var wide = isTall ? matrix.t() : matrix;
            var stacked = stack([wide, Operators.Multiply(wide, -3), wide], 0);
            var result = new NewtonSchulz { Kernels = kernels }.Apply(stacked);
            foreach (var (index, sign) in new[] { (0, 1f), (1, -1f), (2, 1f) })
            {
                var one = isTall ? result[index].t() : result[index];
                AssertClose(expected, Operators.ToArray(Operators.Multiply(one, sign)), 1e-5);
            }
        }
    }

    [Fact]
    public void Muon_SeveralSteps_EqualAPlainReference()
    {
        var options = new MuonOptions(0.02) { WeightDecay = 0.1 };
        NamedParameter[] parameters = [Parameter("stages.0.a.weight", 12, 6), Parameter("stages.0.b.weight", 6, 12), Parameter("stages.0.c.weight", 6, 6), Parameter("stages.1.a.weight", 12, 6)];
        using var gradients = new Gradients(parameters);
        using var muon = new Muon(parameters, gradients, options);
        var weights = parameters.ToDictionary(parameter => parameter.Name, parameter => Operators.ToArray(parameter.Weight));
        var momenta = weights.ToDictionary(pair => pair.Key, pair => new double[pair.Value.Length]);
        var exact = weights.ToDictionary(pair => pair.Key, pair => pair.Value.Select(value => (double)value).ToArray());
        for (var step = 0; step < 4; step++)
        {
            foreach (var (name, weight) in parameters)
            {
                var gradient = Numbers($"{name}/{step}", (int)weight.numel());
                gradient.CopyTo(Operators.Data(gradients[name]));
                MuonReference.Step(exact[name], momenta[name], gradient, (int)weight.shape[0], (int)weight.shape[1], options, share: 0.5);
            }

            using var frozen = no_grad();
            muon.Step(0.5);
        }

        foreach (var (name, weight) in parameters)
        {
            AssertClose([.. exact[name].Select(value => (float)value)], Operators.ToArray(weight), 1e-5);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AdamW_SeveralSteps_EqualAPlainReference(bool decay)
    {
        var options = new AdamWOptions(0.003) { WeightDecay = 0.1 };
        NamedParameter[] parameters = [Parameter("a.weight", 5, 7), Parameter("b.bias", 9)];
        using var gradients = new Gradients(parameters);
        using var adamW = new AdamW("group", parameters, gradients, options, decay);
        var exact = parameters.ToDictionary(parameter => parameter.Name, parameter => Operators.ToArray(parameter.Weight).Select(value => (double)value).ToArray());
        var first = exact.ToDictionary(pair => pair.Key, pair => new double[pair.Value.Length]);
        var second = exact.ToDictionary(pair => pair.Key, pair => new double[pair.Value.Length]);
        for (var step = 1; step <= 20; step++)
        {
            foreach (var (name, weight) in parameters)
            {
                var gradient = Numbers($"{name}/{step}", (int)weight.numel());
                gradient.CopyTo(Operators.Data(gradients[name]));
                var rate = 0.7 * options.LearningRate;
                for (var i = 0; i < gradient.Length; i++)
                {
                    first[name][i] = (options.Beta1 * first[name][i]) + ((1 - options.Beta1) * gradient[i]);
                    second[name][i] = (options.Beta2 * second[name][i]) + ((1 - options.Beta2) * gradient[i] * gradient[i]);
                    var mean = first[name][i] / (1 - Math.Pow(options.Beta1, step));
                    var spread = Math.Sqrt(second[name][i] / (1 - Math.Pow(options.Beta2, step)));
                    exact[name][i] -= (rate * (decay ? options.WeightDecay : 0) * exact[name][i]) + (rate * mean / (spread + options.Epsilon));
                }
            }

            using var frozen = no_grad();
            adamW.Step(0.7);
        }

        foreach (var (name, weight) in parameters)
        {
            AssertClose([.. exact[name].Select(value => (float)value)], Operators.ToArray(weight), 2e-6);
        }
    }

    [Fact]
    public void Split_WithMuon_FollowsTheRules()
    {
        NamedParameter[] parameters = [Parameter("embedder.patch.weight", 4, 3), Parameter("embedder.positions", 5, 4), Parameter("stages.0.blocks.0.branches.0.up.weight", 4, 3), Parameter("stages.0.blocks.0.branches.0.up.bias", 4), Parameter("head.projection.weight", 2, 4), Parameter("final.weight", 4)];
        var groups = ParameterGroups.Split(parameters, new MuonOptions(0.02));
        Assert.Equal(["stages.0.blocks.0.branches.0.up.weight"], groups.Muon.Select(parameter => parameter.Name));
        Assert.Equal(["embedder.patch.weight", "embedder.positions", "head.projection.weight"], groups.Decayed.Select(parameter => parameter.Name));
        Assert.Equal(["stages.0.blocks.0.branches.0.up.bias", "final.weight"], groups.Undecayed.Select(parameter => parameter.Name));
        var wide = ParameterGroups.Split(parameters, new MuonOptions(0.02) { Embedder = true });
        Assert.Equal(["embedder.patch.weight", "stages.0.blocks.0.branches.0.up.weight"], wide.Muon.Select(parameter => parameter.Name));
        Assert.Equal(["embedder.positions", "head.projection.weight"], wide.Decayed.Select(parameter => parameter.Name));
        Assert.Empty(ParameterGroups.Split(parameters, muon: null).Muon);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Update_AverageOverSteps_FollowsTheFormula(bool warmed)
    {
        using var weight = Operators.Of([1, -2], 2).requires_grad_(true);
        using var average = new WeightAverage([new NamedParameter("w", weight)], new AverageOptions(0.9, warmed));
        double[] expected = [1, -2];
        for (var step = 0; step < 30; step++)
        {
            Operators.Data(weight)[0] += 0.1f;
            Operators.Data(weight)[1] *= 1.05f;
            average.Update(step);
            var decay = warmed ? Math.Min(0.9, (1.0 + step) / (10 + step)) : 0.9;
            for (var i = 0; i < 2; i++)
            {
                expected[i] = (decay * expected[i]) + ((1 - decay) * Operators.Data(weight)[i]);
            }
        }

        average.CopyToModel();
        AssertClose([.. expected.Select(value => (float)value)], Operators.ToArray(weight), 1e-6);
    }

    [Fact]
    public void Export_EveryOptimizer_ImportsIntoAnEqualOne()
    {
        var options = new OptimizerOptions { AdamW = new AdamWOptions(0.01) { WeightDecay = 0.1 }, Muon = new MuonOptions(0.02) };
        NamedParameter[] Make() => [Parameter("embedder.patch.weight", 4, 3), Parameter("stages.0.blocks.0.branches.0.up.weight", 8, 4), Parameter("stages.0.blocks.0.branches.0.down.weight", 4, 8), Parameter("final.weight", 4)];
        var one = Make();
        var two = Make();
        using var gradientsOne = new Gradients(one);
        using var gradientsTwo = new Gradients(two);
        using var setOne = new OptimizerSet(one, gradientsOne, options);
        using var setTwo = new OptimizerSet(two, gradientsTwo, options);
        void Step(OptimizerSet set, NamedParameter[] parameters, Gradients gradients, int step)
        {
            foreach (var (name, weight) in parameters)
            {
                Numbers($"{name}/{step}", (int)weight.numel()).CopyTo(Operators.Data(gradients[name]));
            }

            set.Step(1);
        }

        Step(setOne, one, gradientsOne, 0);
        Step(setOne, one, gradientsOne, 1);
        var state = new Dictionary<string, TensorData>();
        setOne.Export(state);
        Assert.Equal([8L, 4], state["muon.momentum.stages.0.blocks.0.branches.0.up.weight"].Shape);
        setTwo.Import(state);
        for (var i = 0; i < one.Length; i++)
        {
            Operators.Data(one[i].Weight).CopyTo(Operators.Data(two[i].Weight));
        }

        Step(setOne, one, gradientsOne, 2);
        Step(setTwo, two, gradientsTwo, 2);
        for (var i = 0; i < one.Length; i++)
        {
            Assert.Equal(Operators.ToArray(one[i].Weight), Operators.ToArray(two[i].Weight));
        }
    }

    private static NamedParameter Parameter(string name, params long[] shape) =>
        new(name, Operators.Of(Numbers(name, (int)shape.Aggregate(1L, (product, size) => product * size)), shape).requires_grad_(true).DetachFromDisposeScope());

    private static float[] Numbers(string stream, int count)
    {
        var random = new Seeds(1).For(stream);
        return [.. Enumerable.Range(0, count).Select(_ => (float)random.NextGaussian())];
    }

    private static Tensor Of(TensorData data) => Operators.Of(data.AsSingles(), [.. data.Shape]);

    private static void AssertClose(float[] expected, float[] got, double tolerance)
    {
        Assert.Equal(expected.Length, got.Length);
        var largest = expected.Max(Math.Abs);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.True(Math.Abs(expected[i] - got[i]) <= tolerance * Math.Max(1, largest), $"[{i}] is {got[i]}, expected {expected[i]}");
        }
    }
}
