using Pangu.Processes;

namespace Pangu.Cli.Tests.EndToEnd;

/// <summary>The small language recipe, killed on its way: nothing changes what comes out.</summary>
[Trait("Category", "EndToEnd")]
public sealed class InterruptedTextRunTests : IDisposable
{
    private static readonly string[] s_run = ["run", "tiny-shakespeare-small", "--json", "--threads", "1", "--offline"];
    private readonly TemporaryFolder _home = new();
    private readonly TemporaryFolder _killed = new();

    public void Dispose()
    {
        _home.Dispose();
        _killed.Dispose();
    }

    [Fact]
    public async Task Run_KilledInEveryLongStage_EndsWithTheSamePackage()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Process groups are made by setsid.");
        var program = new PanguProgram(Launcher.Path);
        var whole = await program.RunAsync(_home.Path, TestContext.Current.CancellationToken, s_run);
        Assert.Equal(0, whole.ExitCode);
        var trial = new KillTrial(program, s_run, whole);
        string[] stages = ["train-foundation", "evaluate-foundation"];

        var outcome = await trial.RunAsync(_killed.Path, trial.Timeline.InOrder(KillPoints.Spread(trial.Timeline, stages.Length, seed: 5, stages)), TestContext.Current.CancellationToken);

        Assert.Equal(2, outcome.Kills.Count);
        Assert.Equal(0, outcome.End.ExitCode);
        Assert.Empty(outcome.Different);
    }
}
