using Pangu.Core;
using Pangu.Tensors;
using TorchSharp;

namespace Pangu.Training.Tests;

public sealed class TrainerTests
{
    private const long Steps = 60;

    private static readonly TrainingOptions _options = new()
    {
        Steps = Steps,
        Optimizer = new OptimizerOptions { AdamW = new AdamWOptions(0.01) { WeightDecay = 0.01 } },
        Schedule = new CosineSchedule(Steps, Floor: 0.1) { WarmUp = new WarmUp(5) },
        Checkpoints = new CheckpointOptions(EverySteps: 10),
    };

    private static readonly OptimizerOptions _muon = _options.Optimizer with { Muon = new MuonOptions(0.02) { WeightDecay = 0.01 } };

    public static TheoryData<string> Variants => ["adamw", "muon", "average", "warmed-average", "micro-batches", "validation"];

    [Theory]
    [MemberData(nameof(Variants))]
    public void Run_60Steps_LossFalls(string variant)
    {
        using var task = new TinyTask();
        var result = Train(Job(task, Vary(variant)));
        Assert.Equal(Steps, result.Losses.Count);
        Assert.True(result.Losses.TakeLast(10).Average(entry => entry.Loss) < 0.6 * result.Losses.Take(5).Average(entry => entry.Loss));
        Assert.Empty(result.Failures);
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Run_StoppedAndResumed_GivesTheBitsOfAnUninterruptedRun(string variant)
    {
        var options = Vary(variant);
        using var whole = new TinyTask();
        var expected = Train(Job(whole, options));

        using var folder = new TemporaryFolder();
        using (var first = new TinyTask())
        {
            using var stop = new CancellationTokenSource();
            var progress = new Listener(each => { if (each.Done == 33) { stop.Cancel(); } });
            Assert.Throws<OperationCanceledException>(() => Train(Job(first, options, folder), progress, stop.Token));
        }

        using var second = new TinyTask();
        var result = Train(Job(second, options, folder));
        Assert.Equal(33, result.ResumedFromStep);
        AssertSame(expected, whole, result, second);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(10)]
    [InlineData(47)]
    public void Run_KilledAnywhere_GivesTheBitsOfAnUninterruptedRun(long killedAt)
    {
        var options = Vary("validation") with { Optimizer = _muon };
        using var whole = new TinyTask();
        var expected = Train(Job(whole, options));

        using var folder = new TemporaryFolder();
        using (var first = new TinyTask { Before = place => { if (place.Step == killedAt) { throw new InvalidOperationException("killed"); } } })
        {
            Assert.Throws<InvalidOperationException>(() => Train(Job(first, options, folder)));
        }

        using var second = new TinyTask();
        var result = Train(Job(second, options, folder));
        Assert.Equal(killedAt / 10 * 10, result.ResumedFromStep);
        AssertSame(expected, whole, result, second);
    }

    [Fact]
    public void Run_FinishedTraining_ChangesNothing()
    {
        using var folder = new TemporaryFolder();
        using var first = new TinyTask();
        var expected = Train(Job(first, _options, folder));
        using var second = new TinyTask();
        var result = Train(Job(second, _options, folder));
        Assert.Equal(Steps, result.ResumedFromStep);
        AssertSame(expected, first, result, second);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(200)]
    public void Run_BadBatch_GoesBackLeavesItOutAndReports(double factor)
    {
        using var clean = new TinyTask { Redirect = draw => draw >= 37 ? draw + 1 : draw, Dropout = 0 };
        var expected = Train(Job(clean, _options));

        foreach (var inFolder in new[] { false, true })
        {
            using var folder = new TemporaryFolder();
            using var task = new TinyTask { TargetFactor = place => place.Draw == 37 ? factor : 1, Dropout = 0 };
            var notes = new List<string>();
            var result = Train(Job(task, _options, inFolder ? folder : null), new Listener(each => { if (each.Note is { } note) { notes.Add(note); } }));
            var failure = Assert.Single(result.Failures);
            Assert.Equal((37, 37, 30), (failure.Step, failure.Draw, failure.BackToStep));
            Assert.Equal([37L], failure.SkippedDraws);
            Assert.Contains(notes, note => note.Contains("step 37 failed: the loss is", StringComparison.Ordinal));
            AssertSame(expected, clean, result with { Failures = [] }, task);
        }
    }

    [Fact]
    public void Run_BadBatchAndStop_GivesTheBitsOfAnUninterruptedRun()
    {
        var options = _options with { Guard = new GuardOptions { SkippedBatches = 5 } };
        TinyTask Bad() => new() { TargetFactor = place => place.Draw == 37 ? double.NaN : 1 };
        using var whole = Bad();
        var expected = Train(Job(whole, options));
        Assert.Equal([33L, 34, 35, 36, 37], Assert.Single(expected.Failures).SkippedDraws);

        using var folder = new TemporaryFolder();
        using (var first = Bad())
        {
            using var stop = new CancellationTokenSource();
            Assert.Throws<OperationCanceledException>(() => Train(Job(first, options, folder), new Listener(each => { if (each.Done == 35) { stop.Cancel(); } }), stop.Token));
        }

        using var second = Bad();
        AssertSame(expected, whole, Train(Job(second, options, folder)), second);
    }

    [Fact]
    public void Run_EveryBatchBad_GivesUpWithAClearError()
    {
        using var task = new TinyTask { TargetFactor = _ => double.NaN };
        var before = task.Numbers();
        var error = Assert.Throws<PanguException>(() => Train(Job(task, _options)));
        Assert.Equal("training-failed", error.Code);
        Assert.Contains("the loss is NaN", error.Message, StringComparison.Ordinal);
        Assert.Equal(before["head.projection.weight"], task.Numbers()["head.projection.weight"]);
    }

    [Fact]
    public void Run_NewestCheckpointDamaged_UsesTheOneBeforeAndReports()
    {
        using var whole = new TinyTask();
        var expected = Train(Job(whole, _options));

        using var folder = new TemporaryFolder();
        using (var first = new TinyTask { Before = place => { if (place.Step == 47) { throw new InvalidOperationException("killed"); } } })
        {
            Assert.Throws<InvalidOperationException>(() => Train(Job(first, _options, folder)));
        }

        var file = folder.File("checkpoints/step-000000000040/tensors.safetensors");
        var bytes = File.ReadAllBytes(file);
        bytes[^5] ^= 1;
        File.WriteAllBytes(file, bytes);

        using var second = new TinyTask();
        var result = Train(Job(second, _options, folder));
        Assert.Equal(30, result.ResumedFromStep);
        Assert.Contains("step 40 is damaged", Assert.Single(result.DamagedCheckpoints).Message, StringComparison.Ordinal);
        AssertSame(expected, whole, result, second);
    }

    [Fact]
    public void Run_CheckpointsOfOtherSettings_AreRefused()
    {
        using var folder = new TemporaryFolder();
        using var first = new TinyTask();
        Train(Job(first, _options, folder));
        using var second = new TinyTask();
        var error = Assert.Throws<PanguException>(() => Train(Job(second, _options with { ClipNorm = 2 }, folder)));
        Assert.Equal("checkpoint-identity", error.Code);
    }

    [Fact]
    public void Run_Patience_StopsEarlyWithTheBestWeights()
    {
        double[] figures = [5, 4, 3, 3.5, 3.2, 3.1, 9, 9, 9];
        using var task = new TinyTask();
        using var atBest = new TinyTask();
        var calls = 0;
        var options = _options with { Validation = new ValidationOptions(EverySteps: 10, Patience: 3) };
        var kept = new List<Dictionary<string, float[]>>();
        var result = Train(Job(task, options) with { Validate = _ => { kept.Add(task.Numbers()); return figures[calls++]; } });
        Assert.True(result.StoppedEarly);
        Assert.Equal(50, result.Steps);
        Assert.Equal(new ValidationFigure(20, 3), result.Best);
        Assert.Equal(kept[2], task.Numbers());
        Assert.NotEqual(kept[3]["head.projection.weight"], task.Numbers()["head.projection.weight"]);
    }

    [Fact]
    public void Run_MicroBatchesOfDifferentWeight_EqualTheirWeightedMean()
    {
        var options = _options with { Steps = 1, MicroBatches = 3, ClipNorm = null };
        using var task = new TinyTask { Dropout = 0, SampleWeight = place => place.MicroBatch + 1 };
        var result = Train(Job(task, options));

        using var reference = new TinyTask { Dropout = 0, SampleWeight = place => place.MicroBatch + 1 };
        double sum = 0, weight = 0;
        for (var micro = 0; micro < 3; micro++)
        {
            using var scope = new StepScope();
            var term = reference.Compute(new BatchPlace(0, micro, 0));
            (sum, weight) = (sum + term.Sum.ToSingle(), weight + term.Weight);
        }

        Assert.Equal((1 + 2 + 3) * TinyTask.Rows, weight);
        Assert.Equal(sum / weight, result.Losses[0].Loss, 1e-6);
    }

    [Fact]
    public void Run_BatchesWithoutSamples_ChangeNothingAndAreCounted()
    {
        using var task = new TinyTask { Dropout = 0, SampleWeight = place => place.Step % 2 };
        var result = Train(Job(task, _options));
        Assert.Equal(Steps / 2, result.EmptySteps);
        Assert.Equal(Steps / 2, result.Losses.Count);
    }

    [Fact]
    public void Run_ManySteps_LeavesNoTensorsBehind()
    {
        using var task = new TinyTask();
        Train(Job(task, Vary("average") with { Optimizer = _muon }));
        var counts = new List<long>();
        using var again = new TinyTask();
        Train(Job(again, Vary("average") with { Optimizer = _muon }), new Listener(each => counts.Add(StepScope.LiveTensors)));
        Assert.Equal(counts[5], counts[^1]);
    }

    [Fact]
    public void Trainer_WrongOptions_ListsEveryProblem()
    {
        using var task = new TinyTask();
        var error = Assert.Throws<PanguException>(() => new Trainer(Job(task, _options with { Steps = 0, MicroBatches = 0, Average = new AverageOptions(1), Validation = new ValidationOptions(5) }) with { Validate = null }));
        Assert.Equal(4, error.Problems.Count);
        error = Assert.Throws<PanguException>(() => new Trainer(Job(task, _options with { Steps = Steps + 1 })));
        Assert.Contains("must reach to the last step", error.Message, StringComparison.Ordinal);
    }

    private static TrainingResult Train(TrainingJob job, IProgress<WorkProgress>? progress = null, CancellationToken? stop = null) =>
        new Trainer(job).Run(progress, stop ?? TestContext.Current.CancellationToken);

    private static TrainingOptions Vary(string variant) => variant switch
    {
        "muon" => _options with { Optimizer = _muon },
        "average" => _options with { Average = new AverageOptions(0.9, Warmed: false) },
        "warmed-average" => _options with { Average = new AverageOptions(0.95), Optimizer = _muon },
        "micro-batches" => _options with { MicroBatches = 3 },
        "validation" => _options with { Average = new AverageOptions(0.9), Validation = new ValidationOptions(EverySteps: 6) },
        _ => _options,
    };

    private static TrainingJob Job(TinyTask task, TrainingOptions options, TemporaryFolder? folder = null) => new()
    {
        Work = "train tiny",
        Identity = "tiny",
        Options = options,
        Weights = task.Weights,
        Objective = task,
        Seeds = new Seeds(11),
        Validate = _ => task.Evaluate(),
        Checkpoints = folder is null ? null : new CheckpointStore(folder.File("checkpoints")),
    };

    private static void AssertSame(TrainingResult expected, TinyTask expectedTask, TrainingResult result, TinyTask task)
    {
        var numbers = expectedTask.Numbers();
        foreach (var (name, values) in task.Numbers())
        {
            Assert.True(numbers[name].AsSpan().SequenceEqual(values), $"{name} differs");
        }

        Assert.Equal(expected.Losses.Select(entry => entry with { Step = entry.Step }), result.Losses);
        Assert.Equal(expected.Validations, result.Validations);
        Assert.Equal(expected.Best, result.Best);
        Assert.Equal(expected.Failures.Count, result.Failures.Count);
    }

    private sealed class Listener(Action<WorkProgress> listen) : IProgress<WorkProgress>
    {
        public void Report(WorkProgress value) => listen(value);
    }
}
