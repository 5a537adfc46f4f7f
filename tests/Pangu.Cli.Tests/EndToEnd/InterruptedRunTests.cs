using Pangu.Processes;

namespace Pangu.Cli.Tests.EndToEnd;

/// <summary>The small recipe, killed, stopped and started twice: nothing changes what comes out.</summary>
/// <remarks><c>benchmarks/Pangu.Resilience</c> does the same for as many kills as wanted.</remarks>
/// <param name="pair">The same recipe started twice at the same time.</param>
[Trait("Category", "EndToEnd")]
public sealed class InterruptedRunTests(InterruptedRunTests.SimultaneousRuns pair) : IClassFixture<InterruptedRunTests.SimultaneousRuns>, IDisposable
{
    private const string Recipe = "power-transformer-small";

    private static readonly string[] s_run = ["run", Recipe, "--json", "--threads", "1", "--offline"];
    private readonly TemporaryFolder _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public void Run_WhileAnotherRunWorks_MakesEveryStageOnce()
    {
        Assert.Equal(0, pair.First.ExitCode);
        Assert.Equal(0, pair.Second.ExitCode);
        // Whether the second meets the first at a lock depends on the machine's speed; StageRunnerTests makes it wait for certain.
        Assert.Contains("train-foundation: reused", pair.Second.Errors, StringComparison.Ordinal);
        Assert.Equal(KillTrial.PackagesOf(pair.First), KillTrial.PackagesOf(pair.Second));
        foreach (var stage in pair.First.Lines.Concat(pair.Second.Lines).Where(line => line.Text.EndsWith(": started", StringComparison.Ordinal)).CountBy(line => line.Text))
        {
            Assert.True(stage.Value == 1, $"{stage.Key} {stage.Value} times");
        }
    }

    [Fact]
    public async Task Run_KilledThreeTimes_EndsWithTheSamePackages()
    {
        var trial = new KillTrial(pair.Program, s_run, pair.First);
        string[] stages = ["train-foundation", "train-forecast", "evaluate-forecast"];

        var outcome = await trial.RunAsync(_home.Path, trial.Timeline.InOrder(KillPoints.Spread(trial.Timeline, stages.Length, seed: 4, stages)), TestContext.Current.CancellationToken);

        Assert.Equal(3, outcome.Kills.Count);
        Assert.Equal(0, outcome.End.ExitCode);
        Assert.Empty(outcome.Different);
    }

    [Fact]
    public async Task Run_CtrlC_StopsAtASafePointSaysHowToGoOnAndGoesOn()
    {
        Outside.SkipWhereInterruptIsIgnored();
        using var process = pair.Program.Start(_home.Path, s_run);
        Assert.NotNull(await process.WaitForAsync(line => line.IsOf("train-foundation") && line.Text.Contains(" steps", StringComparison.Ordinal), TestContext.Current.CancellationToken));
        process.Send(GroupSignal.Interrupt);
        var stopped = await process.EndAsync(TestContext.Current.CancellationToken);

        Assert.Equal(130, stopped.ExitCode);
        Assert.Contains($"Go on with: ./pangu run {Recipe}", stopped.Errors, StringComparison.Ordinal);
        Assert.Equal("cancelled", stopped.Json.GetProperty("error").GetProperty("code").GetString());

        var end = await pair.Program.RunAsync(_home.Path, TestContext.Current.CancellationToken, s_run);
        Assert.Equal(KillTrial.PackagesOf(pair.First), KillTrial.PackagesOf(end));
        Assert.DoesNotContain("load-simh1: started", end.Errors, StringComparison.Ordinal);
    }

    /// <summary>Starts the recipe, and once it trains starts it again in the same home.</summary>
    public sealed class SimultaneousRuns : IAsyncLifetime
    {
        private readonly TemporaryFolder _home = new();

        public PanguProgram Program { get; } = new(Launcher.Path);

        public PanguEnd First { get; private set; } = null!;

        public PanguEnd Second { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Assert.SkipUnless(OperatingSystem.IsLinux(), "Process groups are made by setsid.");
            using var first = Program.Start(_home.Path, s_run);
            Assert.NotNull(await first.WaitForAsync(line => line.IsOf("train-foundation"), TestContext.Current.CancellationToken));
            using var second = Program.Start(_home.Path, s_run);
            var ends = await Task.WhenAll(first.EndAsync(TestContext.Current.CancellationToken), second.EndAsync(TestContext.Current.CancellationToken));
            (First, Second) = (ends[0], ends[1]);
        }

        public ValueTask DisposeAsync()
        {
            _home.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
