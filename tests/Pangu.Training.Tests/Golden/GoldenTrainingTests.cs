using Pangu.Core;
using Pangu.Models;
using Pangu.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Pangu.Training.Tests.Golden;

/// <summary>Training step by step against PyTorch (golden/training), on libtorch's operators and on our own kernels. Tolerances are those of its README.</summary>
public sealed class GoldenTrainingTests
{
    private const double LossTolerance = 1e-5;
    private const double NormTolerance = 2e-5;
    private const double GradientTolerance = 1e-6;
    private const double WeightTolerance = 1e-4;

    public static TheoryData<KernelChoice> Kernels => [KernelChoice.Libtorch, KernelChoice.Own];

    private static TrainingOptions AdamW => new()
    {
        Steps = 20,
        Optimizer = new OptimizerOptions { AdamW = new AdamWOptions(3e-3) { Beta1 = 0.9, Beta2 = 0.95, Epsilon = 1e-8, WeightDecay = 0.1 } },
        Schedule = new CosineSchedule(20, Floor: 0.1) { WarmUp = new WarmUp(5) },
        ClipNorm = 1,
        Guard = new GuardOptions { SpikeFactor = null },
    };

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Train_AdamW_IsPyTorchsStepByStep(KernelChoice kernels)
    {
        using var golden = new GoldenLanguageTraining("adamw");
        CheckFirstGradients(golden, golden.Batches("batches.safetensors"), kernels, 1);
        CheckRun(golden, golden.Train(AdamW, golden.Batches("batches.safetensors"), kernels), 3e-3);
        CheckWeights(golden, "final.");
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Train_Accumulation_DividesByAllTargetsOfAStep(KernelChoice kernels)
    {
        using var golden = new GoldenLanguageTraining("accumulation");
        CheckFirstGradients(golden, golden.Batches("batches.safetensors", 4), kernels, 4);
        CheckRun(golden, golden.Train(AdamW with { MicroBatches = 4 }, golden.Batches("batches.safetensors", 4), kernels), 3e-3);
        CheckWeights(golden, "final.");
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Train_WarmUpStableDecay_IsPyTorchsStepByStep(KernelChoice kernels)
    {
        using var golden = new GoldenLanguageTraining("wsd");
        using var batches = new GoldenLanguageTraining("adamw");
        var options = AdamW with { Schedule = new WarmUpStableDecaySchedule(8, 8, Convention: DecayConvention.AtLastStep) { WarmUp = new WarmUp(4) } };
        CheckRun(golden, golden.Train(options, batches.Batches("batches.safetensors"), kernels), 3e-3);
        CheckWeights(golden, "final.");
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Train_Muon_IsPyTorchsStepByStep(KernelChoice kernels)
    {
        using var golden = new GoldenLanguageTraining("muon");
        using var batches = new GoldenLanguageTraining("adamw");
        var options = AdamW with
        {
            Optimizer = new OptimizerOptions
            {
                AdamW = new AdamWOptions(3e-3) { Beta1 = 0.9, Beta2 = 0.95, Epsilon = 1e-8, WeightDecay = 0 },
                Muon = new MuonOptions(0.02) { Momentum = 0.95, Nesterov = true, WeightDecay = 0.1, Orthogonalisation = new NewtonSchulz { Kernels = kernels } },
            },
        };
        CheckRun(golden, golden.Train(options, batches.Batches("batches.safetensors"), kernels), 0.02);
        CheckWeights(golden, "final.");
    }

    [Theory]
    [InlineData("constant", false)]
    [InlineData("warmed", true)]
    public void Train_WeightAverage_IsPyTorchs(string name, bool warmed)
    {
        using var golden = new GoldenLanguageTraining("ema");
        using var batches = new GoldenLanguageTraining("adamw");
        var loss = new NextTokenLoss(golden.Network);
        double Evaluate()
        {
            golden.Model.StopTraining();
            var (sum, weight) = loss.Evaluate(golden.Batches("eval_batch.safetensors").Get(0, 0));
            return sum / weight;
        }

        // The last validation looks at the averaged weights, and the average is what a training leaves in the model.
        golden.Train(AdamW with { Average = new AverageOptions(0.9, warmed) }, batches.Batches("batches.safetensors"), KernelChoice.Own);
        Assert.Equal(golden.Expected($"eval_loss.{name}")[0], Evaluate(), LossTolerance);
        CheckWeights(golden, $"{name}.ema.");

        using var raw = new GoldenLanguageTraining("ema");
        raw.Train(AdamW, batches.Batches("batches.safetensors"), KernelChoice.Own);
        raw.Model.StopTraining();
        var (rawSum, rawWeight) = new NextTokenLoss(raw.Network).Evaluate(raw.Batches("eval_batch.safetensors").Get(0, 0));
        Assert.Equal(golden.Expected("eval_loss.raw")[0], rawSum / rawWeight, LossTolerance);
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Compute_PackedDocuments_AreAsIfAlone(KernelChoice kernels)
    {
        using var golden = new GoldenLanguageTraining("packing");
        var batches = golden.Batches("expected.safetensors");
        var batch = batches.Get(0, 0);
        var documents = golden.Expected("document_ids");
        for (var i = 1; i < documents.Length; i++)
        {
            batch.DocumentStarts[i] = documents[i] != documents[i - 1];
        }

        Assert.True(batch.IsPacked);
        var objective = new NextTokenObjective(golden.Network, batches, new NextTokenOptions { Kernels = kernels }, new Seeds(1));
        objective.SetTraining(true);
        using (var scope = new StepScope())
        {
            var term = objective.Compute(new BatchPlace(0, 0, 0));
            Assert.Equal(golden.Expected("loss")[0], term.Sum.ToSingle() / term.Weight, LossTolerance);
            term.Sum.backward();
            var norm = Math.Sqrt(golden.Model.Parameters.Values.Sum(parameter => Operators.ToArray(parameter.grad!).Sum(value => (double)value * value)));
            Assert.Equal(1, norm / term.Weight / golden.Expected("grad_norm")[0], NormTolerance);
        }

        using var frozen = new StepScope(gradient: false);
        var logits = golden.Network.Forward(tensor(batch.Ids).view(1, -1), new PackedRows(documents.Length, batch.DocumentStarts));
        AssertClose(golden.Expected("logits_packed"), Operators.ToArray(logits), 1e-4, "logits");
    }

    private static void CheckRun(GoldenLanguageTraining golden, TrainingResult result, double peak)
    {
        var (losses, norms, rates) = (golden.Expected("loss"), golden.Expected("grad_norm"), golden.ExpectedDoubles("learning_rate"));
        Assert.Equal(losses.Length, result.Losses.Count);
        foreach (var entry in result.Losses)
        {
            Assert.Equal(losses[entry.Step], entry.Loss, LossTolerance);
            Assert.Equal(1, entry.GradientNorm / norms[entry.Step], NormTolerance);
            Assert.Equal(rates[entry.Step], peak * entry.LearningRateShare, 1e-12);
        }
    }

    private static void CheckFirstGradients(GoldenLanguageTraining golden, GoldenBatches batches, KernelChoice kernels, int microBatches)
    {
        var objective = new NextTokenObjective(golden.Network, batches, new NextTokenOptions { Kernels = kernels }, new Seeds(1), microBatches);
        objective.SetTraining(true);
        using var scope = new StepScope();
        double weight = 0;
        for (var microBatch = 0; microBatch < microBatches; microBatch++)
        {
            var term = objective.Compute(new BatchPlace(0, microBatch, 0));
            term.Sum.backward();
            weight += term.Weight;
        }

        const string Prefix = "grad0.";
        var names = golden.Names.Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(names);
        foreach (var name in names)
        {
            var gradient = Operators.ToArray(golden.Model.Parameters[golden.Slot(name[Prefix.Length..])].grad!);
            AssertClose(golden.Expected(name), [.. gradient.Select(value => (float)(value / weight))], GradientTolerance, name);
        }

        foreach (var parameter in golden.Model.Parameters.Values)
        {
            parameter.grad = null;
        }
    }

    private static void CheckWeights(GoldenLanguageTraining golden, string prefix)
    {
        var names = golden.Names.Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(names);
        foreach (var name in names)
        {
            AssertClose(golden.Expected(name), Operators.ToArray(golden.Model.Parameters[golden.Slot(name[prefix.Length..])]), WeightTolerance, name);
        }
    }

    private static void AssertClose(float[] expected, float[] actual, double tolerance, string name)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.True(Math.Abs(expected[i] - actual[i]) <= tolerance, $"{name}, number {i}: expected {expected[i]:G9}, got {actual[i]:G9}.");
        }
    }
}
