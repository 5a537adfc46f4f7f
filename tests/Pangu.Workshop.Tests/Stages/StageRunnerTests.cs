using System.Text.Json.Nodes;
using Pangu.Core;
using Pangu.Workshop.Plans;
using Pangu.Workshop.Stages;

namespace Pangu.Workshop.Tests.Stages;

public sealed class StageRunnerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Run_SameSettingsTwice_IsDoneOnce()
    {
        var stage = new WriteStage { Name = "write", Text = "a" };
        var first = Runner().Run(stage, 1, new Silence(), CancellationToken.None);
        var second = Runner().Run(stage, 1, new Silence(), CancellationToken.None);

        Assert.False(first.Reused);
        Assert.True(second.Reused);
        Assert.Equal(first.Hash, second.Hash);
        Assert.Equal(1, stage.Executions);
    }

    [Theory]
    [InlineData("b", 1, 1ul)]
    [InlineData("a", 2, 1ul)]
    [InlineData("a", 1, 2ul)]
    public void Run_OtherSettingsRevisionOrSeed_IsDoneAgain(string text, int revision, ulong seed)
    {
        Runner().Run(new WriteStage { Name = "write", Text = "a" }, 1, new Silence(), CancellationToken.None);

        Assert.False(Runner().Run(new WriteStage { Name = "write", Text = text, Version = revision }, seed, new Silence(), CancellationToken.None).Reused);
    }

    [Fact]
    public void Run_InputWithTheSameContent_KeepsItsUser()
    {
        // The input's settings differ, but what comes out is the same: its user need not run again.
        Chain(Runner(), new WriteStage { Name = "input", Text = "a", Version = 1 });
        var (_, user) = Chain(Runner(), new WriteStage { Name = "input", Text = "a", Version = 2 });

        Assert.True(user.Reused);
    }

    [Fact]
    public void Run_Interrupted_KeepsScratchAndClearsOutput()
    {
        var stage = new InterruptedStage { Name = "slow" };
        Assert.Throws<OperationCanceledException>(() => Runner().Run(stage, 1, new Silence(), CancellationToken.None));

        var output = Runner().Run(stage, 1, new Silence(), CancellationToken.None);

        Assert.Equal(["result.txt"], Directory.GetFiles(output.Folder).Select(Path.GetFileName));
        Assert.Equal("went on from 1", File.ReadAllText(Path.Combine(output.Folder, "result.txt")));
    }

    [Fact]
    public void Run_DamagedOutput_IsMadeAgain()
    {
        var stage = new WriteStage { Name = "write", Text = "a" };
        var output = Runner().Run(stage, 1, new Silence(), CancellationToken.None);
        File.WriteAllText(Path.Combine(output.Folder, "text.txt"), "damaged");

        var again = Runner().Run(stage, 1, new Silence(), CancellationToken.None);

        Assert.False(again.Reused);
        Assert.Equal("a", File.ReadAllText(Path.Combine(again.Folder, "text.txt")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"kind\":")]
    public void Run_DamagedManifest_IsMadeAgain(string manifest)
    {
        var stage = new WriteStage { Name = "write", Text = "a" };
        var output = Runner().Run(stage, 1, new Silence(), CancellationToken.None);
        File.WriteAllText(Path.Combine(output.Folder, "..", "stage.json"), manifest);

        Assert.False(Runner().Run(stage, 1, new Silence(), CancellationToken.None).Reused);
    }

    [Fact]
    public async Task Run_LockHeldByAnother_WaitsSaysSoAndReuses()
    {
        var stage = new WriteStage { Name = "write", Text = "a" };
        var store = new StageStore(_folder.Path);
        var key = StageStore.KeyOf(stage, 1, new Dictionary<string, string>(), "none");
        var held = store.Lock(stage.Kind, key, () => { }, CancellationToken.None);
        using var told = new ManualResetEventSlim();
        var waiting = Task.Run(() => Runner().Run(stage, 1, new Callback(progress =>
        {
            if (progress.Note?.Contains("waiting", StringComparison.Ordinal) == true)
            {
                told.Set();
            }
        }), CancellationToken.None), TestContext.Current.CancellationToken);
        Assert.True(told.Wait(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        Assert.False(waiting.IsCompleted);

        held.Dispose();

        Assert.False((await waiting).Reused);
    }

    private static (StageOutput Input, StageOutput User) Chain(StageRunner runner, Stage input)
    {
        var user = new CopyStage { Name = "copy", Source = input };
        return (runner.Run(input, 1, new Silence(), CancellationToken.None), runner.Run(user, 1, new Silence(), CancellationToken.None));
    }

    private StageRunner Runner() => new(new StageStore(_folder.Path), new RunOptions(1, "none", true), new EnergyMeter(50));

    private sealed class Silence : IProgress<WorkProgress>
    {
        public void Report(WorkProgress value)
        {
        }
    }

    private sealed class Callback(Action<WorkProgress> report) : IProgress<WorkProgress>
    {
        public void Report(WorkProgress value) => report(value);
    }

    private sealed class WriteStage : Stage
    {
        public required string Text { get; init; }

        public int Version { get; init; } = 1;

        public int Executions { get; private set; }

        public override string Kind => "write";

        public override int Revision => Version;

        public override JsonNode Settings => new JsonObject { ["text"] = Text };

        public override void Execute(StageContext context)
        {
            Executions++;
            File.WriteAllText(context.OutputFile("text.txt"), Text);
        }

        public override StageEstimate Estimate(Calibration calibration) => StageEstimate.Around(1, 0.1, 1);
    }

    private sealed class CopyStage : Stage
    {
        public required Stage Source { get; init; }

        public override string Kind => "copy";

        public override int Revision => 1;

        public override JsonNode Settings => new JsonObject();

        public override IReadOnlyList<Stage> Inputs => [Source];

        public override void Execute(StageContext context) => File.Copy(Path.Combine(context.Input(Source), "text.txt"), context.OutputFile("copy.txt"));

        public override StageEstimate Estimate(Calibration calibration) => StageEstimate.Around(1, 0.1, 1);
    }

    private sealed class InterruptedStage : Stage
    {
        public override string Kind => "interrupted";

        public override int Revision => 1;

        public override JsonNode Settings => new JsonObject();

        public override void Execute(StageContext context)
        {
            var checkpoint = Path.Combine(context.Scratch, "step");
            if (!File.Exists(checkpoint))
            {
                File.WriteAllText(checkpoint, "1");
                File.WriteAllText(context.OutputFile("half.txt"), "half");
                throw new OperationCanceledException();
            }

            File.WriteAllText(context.OutputFile("result.txt"), $"went on from {File.ReadAllText(checkpoint)}");
        }

        public override StageEstimate Estimate(Calibration calibration) => StageEstimate.Around(1, 0.1, 1);
    }
}
