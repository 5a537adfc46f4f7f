using Pangu.Core;
using Pangu.Data.Sources;
using Pangu.Tensors;
using Pangu.Workshop.Plans;
using Pangu.Workshop.Prediction;
using Pangu.Workshop.Recipes;
using Pangu.Workshop.Registry;
using Pangu.Workshop.Runs;
using Pangu.Workshop.Stages;

namespace Pangu.Workshop.Tests.Prediction;

/// <summary>The small recipe by the recipe engine, in this process; simulated data, so it needs nothing from outside.</summary>
[Trait("Category", "EndToEnd")]
public sealed class SmallRecipeTests : IDisposable
{
    private readonly TemporaryFolder _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public void Execute_SmallRecipe_ReleasesBothScenarioModelsAndReusesEveryStage()
    {
        var first = Run("power-transformer-small");
        var second = Run("power-transformer-small");

        Assert.Equal(RunStatus.Released, first.Status);
        Assert.Equal(["foundation", "industry", "forecast", "detect-anomaly"], first.Models.Select(model => model.Name.Split('/')[1]));
        Assert.All(second.Stages, stage => Assert.True(stage.Reused, stage.Name));
        Assert.Equal(first.Models.Select(model => model.Hash), second.Models.Select(model => model.Hash));
        Assert.All(first.Models, model => Assert.Equal("\"float32\"", model.Card.Settings["precision"]));
        Assert.Contains("SIMULATED", File.ReadAllText(Path.Combine(first.Folder, "report.html")), StringComparison.Ordinal);
    }

    [Fact]
    public void Execute_OtherRateOfTheForecast_ReusesTheTiersBelow()
    {
        Run("power-transformer-small");

        var changed = Run("power-transformer-small", "models.forecast.training.learningRate=2e-4");

        var made = changed.Stages.Where(stage => !stage.Reused).Select(stage => stage.Name).ToList();
        Assert.Contains("train-forecast", made);
        Assert.DoesNotContain("train-foundation", made);
        Assert.DoesNotContain("train-industry", made);
        Assert.DoesNotContain("baselines-simh1", made);
    }

    [Fact]
    public void Compose_OtherPrecision_MakesOtherNetworks()
    {
        var stages = new[] { "float32", "bfloat16" }.Select(precision => Compose("power-transformer-small", $"precision={precision}").Work.Stages.Single(stage => stage.Name == "train-foundation")).ToList();

        Assert.Equal(["float32", "bfloat16"], stages.Select(stage => stage.Settings["precision"]!.GetValue<string>()));
    }

    [Fact]
    public void Check_LengthOfRecordedSeries_IsRefused()
    {
        var problem = Assert.Throws<PanguException>(() => Compose("power-transformer-small", "models.forecast.training.data=[{ share: 1, sites: [simh1], length: 900 }]"));

        Assert.Contains("length is 900", problem.ToString() + string.Join(' ', problem.Problems.Select(one => one.Message)), StringComparison.Ordinal);
    }

    [Fact]
    public void Execute_BadModel_IsNotReleased()
    {
        var run = Run("power-transformer-small/must-fail");

        Assert.Equal(RunStatus.NotReleased, run.Status);
        var forecast = run.Models.Single(model => model.Name.EndsWith("/forecast", StringComparison.Ordinal));
        Assert.Contains(forecast.Card.Gate!.Checks, check => check is { Name: "beats-best-baseline", Passed: false });
    }

    private RunRecord Run(string recipe, params string[] settings)
    {
        var libtorch = Libtorch.Load(1, Path.Combine(_home.Path, "libtorch"));
        var (loaded, work) = Compose(recipe, settings);
        var run = new RecipeRun(_home.Path, new SqliteRegistry(_home.Path, TimeProvider.System), Prices.Read(Path.Combine(Outside.RepositoryRoot, "prices.json")), "test machine", "test", TimeProvider.System);
        return run.Execute(loaded, work, new RunOptions(1, libtorch.Version, true), new Silence(), TestContext.Current.CancellationToken);
    }

    private (Recipe Recipe, RecipeWork Work) Compose(string recipe, params string[] settings)
    {
        var root = Outside.RepositoryRoot;
        var store = new DataStore(DataStoreSettings.For(_home.Path, null, null, offline: true));
        var family = new SeriesRecipeFamily(new Catalogue(Path.Combine(root, "datasets")), store);
        var (loaded, loadedFamily, file) = new RecipeFile([family], Path.Combine(root, "recipes")).Load(recipe, settings);
        return (loaded, loadedFamily.Compose(loaded, Path.GetDirectoryName(file)!, null, TestContext.Current.CancellationToken));
    }

    private sealed class Silence : IProgress<WorkProgress>
    {
        public void Report(WorkProgress value)
        {
        }
    }
}
