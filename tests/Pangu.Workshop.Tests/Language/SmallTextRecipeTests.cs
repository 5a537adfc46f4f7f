using Pangu.Core;
using Pangu.Tensors;
using Pangu.Workshop.Plans;
using Pangu.Workshop.Recipes;
using Pangu.Workshop.Registry;
using Pangu.Workshop.Runs;
using Pangu.Workshop.Stages;

namespace Pangu.Workshop.Tests.Language;

/// <summary>Small language recipes by the recipe engine, in this process; simulated and own texts, so they need nothing from outside.</summary>
public sealed class SmallTextRecipeTests : IDisposable
{
    private static readonly string[] s_tiny =
    [
        "models.foundation.network.context=16",
        "models.foundation.network.window=8",
        "models.foundation.network.width=16",
        "models.foundation.network.layers=1",
        "models.foundation.network.heads=2",
        "models.foundation.network.feedForward=32",
        "models.foundation.training.steps=30",
        "models.foundation.training.shortWindows={ length: 8, steps: 20 }",
        "models.foundation.training.warmUpSteps=5",
        "models.foundation.training.decayShare=0.5",
        "evaluation.sampleTokens=20",
    ];

    private readonly TemporaryFolder _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    [Trait("Category", "EndToEnd")]
    public void Execute_SmallRecipe_ReleasesTheModelAndReusesEveryStage()
    {
        var first = Run("tiny-shakespeare-small");
        var second = Run("tiny-shakespeare-small");

        Assert.Equal(RunStatus.Released, first.Status);
        Assert.All(second.Stages, stage => Assert.True(stage.Reused, stage.Name));
        Assert.Equal(first.Models[0].Hash, second.Models[0].Hash);
        var card = first.Models[0].Card;
        Assert.Equal(["plays/validation/bits", "plays/validation/nats", "plays/validation/targets"], card.Metrics.Keys);
        Assert.Equal(1999, card.Metrics["plays/validation/targets"]);
        Assert.True(card.Metrics["plays/validation/nats"] < card.Baselines["unigram"]["plays/validation/nats"]);
        Assert.Equal(["beats-best-baseline", "served-equals-training", "greedy-equals-training", "parameters-in-budget", "characters-in-budget"], card.Gate!.Checks.Select(check => check.Name));
        var report = File.ReadAllText(Path.Combine(first.Folder, "report.html"));
        Assert.Contains("SIMULATED", report, StringComparison.Ordinal);
        Assert.Contains("Temperature 0.8", report, StringComparison.Ordinal);
        Assert.Contains("bits per token", report, StringComparison.Ordinal);
        Assert.Contains("Temperature 0.8", File.ReadAllText(Path.Combine(first.Folder, "report.md")), StringComparison.Ordinal);
    }

    /// <summary>Chinese, emoji, CR LF, documents kept apart, a table of positions: the same recipe, in seconds.</summary>
    [Fact]
    public void Execute_ReplicaWithAChineseText_Runs()
    {
        var verse = "盘古开天辟地，日长一丈。🎉\r\n阳清为天，阴浊为地；盘古在其中，一日九变。\r\n";
        var yaml = TextRecipes.Replicate(_home, string.Concat(Enumerable.Range(0, 60).Select(line => $"{line % 7}{verse}")), "tiny-shakespeare-small");
        Assert.Empty(yaml.Problems);

        var run = Run(Path.Combine(_home.Path, "my-text"), [.. s_tiny, "models.foundation.network.positionTable=true", "data.text.separator=。", "models.foundation.gate.margin=-0.9"]);

        Assert.False(run.Simulated);
        Assert.Equal(RunStatus.Released, run.Status);
        Assert.Contains("my-text/validation/nats", run.Models[0].Card.Metrics.Keys);
        Assert.True(File.Exists(Path.Combine(run.Models[0].Folder, "tokenizer.json")));
    }

    /// <summary>Where the text is nowhere, the simulated one stands in, and every output says so.</summary>
    [Fact]
    public void Execute_TextOutOfReach_TakesTheStandIn()
    {
        var run = Run("tiny-shakespeare", [.. s_tiny, "data.text.splits.train=20000", "data.text.splits.validation=500", "models.foundation.gate.margin=-0.9"]);

        Assert.True(run.Simulated);
        Assert.Contains(run.Notes, note => note.Contains("simulated-plays stands in", StringComparison.Ordinal));
        Assert.Contains("SIMULATED", File.ReadAllText(Path.Combine(run.Folder, "report.md")), StringComparison.Ordinal);
    }

    /// <summary>The run itself holds the model to its budget, also where the check could not know the vocabulary.</summary>
    [Fact]
    public void Execute_LargerThanItsBudget_IsRefusedBeforeTraining()
    {
        var exception = Assert.Throws<PanguException>(() => Run("tiny-shakespeare-small", [.. s_tiny, "models.foundation.budget.parameters=100", "data.text.tokenizer.mostCharacters=null"]));

        Assert.Equal("budget", exception.Code);
    }

    /// <summary>Stopped in the middle of training and started again: the same bits as without.</summary>
    [Fact]
    public void Execute_StoppedInTraining_EndsWithTheSamePackage()
    {
        var whole = Run("tiny-shakespeare-small", [.. s_tiny, "models.foundation.training.validateEvery=10"]);
        using var other = new TemporaryFolder();
        using var stop = new CancellationTokenSource();

        Assert.Throws<OperationCanceledException>(() => Run(other.Path, "tiny-shakespeare-small", new StopAfter(stop, "train-foundation", 17), [.. s_tiny, "models.foundation.training.validateEvery=10"], stop.Token));
        var resumed = Run(other.Path, "tiny-shakespeare-small", new Silence(), [.. s_tiny, "models.foundation.training.validateEvery=10"], TestContext.Current.CancellationToken);

        Assert.Equal(whole.Models[0].Hash, resumed.Models[0].Hash);
        Assert.Equal(whole.Models[0].Card.Metrics, resumed.Models[0].Card.Metrics);
    }

    private RunRecord Run(string recipe, params string[] settings) => Run(_home.Path, recipe, new Silence(), settings, TestContext.Current.CancellationToken);

    private RunRecord Run(string home, string recipe, IProgress<WorkProgress> progress, string[] settings, CancellationToken cancellation)
    {
        var libtorch = Libtorch.Load(1, Path.Combine(_home.Path, "libtorch"));
        var (loaded, family, file) = TextRecipes.File(home).Load(recipe, settings);
        var work = family.Compose(loaded, Path.GetDirectoryName(file)!, null, cancellation);
        var run = new RecipeRun(home, new SqliteRegistry(home, TimeProvider.System), Prices.Read(Path.Combine(Outside.RepositoryRoot, "prices.json")), "test machine", "test", TimeProvider.System);
        return run.Execute(loaded, work, new RunOptions(1, libtorch.Version, true), progress, cancellation);
    }

    private sealed class Silence : IProgress<WorkProgress>
    {
        public void Report(WorkProgress value)
        {
        }
    }
    /// <summary>Asks for a stop after some steps of a stage.</summary>
    private sealed class StopAfter(CancellationTokenSource stop, string stage, long steps) : IProgress<WorkProgress>
    {
        public void Report(WorkProgress value)
        {
            if (value.Work == stage && value.Unit == "steps" && value.Done >= steps)
            {
                stop.Cancel();
            }
        }
    }
}
