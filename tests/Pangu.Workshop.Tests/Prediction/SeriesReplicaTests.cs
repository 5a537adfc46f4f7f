using System.Globalization;
using Pangu.Core;
using Pangu.Modalities.Series;
using Pangu.Workshop.Prediction;
using Pangu.Workshop.Prediction.Sites;
using Pangu.Workshop.Recipes;

namespace Pangu.Workshop.Tests.Prediction;

public sealed class SeriesReplicaTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>What the operator says of the file stands in the recipe, so that the run reads it as new did.</summary>
    [Fact]
    public void Write_OptionsOfTheFile_AreReadAgainByTheRun()
    {
        var options = new CsvReadOptions { Header = true, Missing = ["-999", "off, at night"], Duplicates = DuplicateRule.Mean, SkipLines = 2, Time = "time" };
        var recipe = Replicate("made by meter 7\n\ntime,load\n" + Rows(hour => hour % 9 == 0 ? "-999" : Load(hour)), options);

        Assert.Equivalent(options with { Columns = ["load"], IntervalSeconds = 3600 }, SiteSource.ReadOptions(recipe.Data.Load[0]));
    }

    [Fact]
    public void Write_GeneratedShare_KeepsTheLengthOfItsSeries()
    {
        var recipe = Replicate("time,load\n" + Rows(Load), CsvReadOptions.Detect, "power-transformer");

        Assert.Equal(Of("power-transformer").Models["industry"].Training!.Data.Select(share => share.Length), recipe.Models["industry"].Training!.Data.Select(share => share.Length));
    }

    [Fact]
    public void Write_ColumnWithoutAValue_IsLeftOutAndSaidSo()
    {
        var recipe = Replicate("time,load,spare\n" + Rows(hour => Load(hour) + ","), CsvReadOptions.Detect);

        Assert.Equal(["load"], recipe.Data.Load[0].Channels);
        Assert.Contains("# Left out, because they hold no value: spare.", File.ReadAllText(Path.Combine(_folder.Path, "my-site", "recipe.yaml")), StringComparison.Ordinal);
    }

    [Fact]
    public void Write_NothingThatChanges_IsRefused()
    {
        Assert.Equal("new-constant", Assert.Throws<PanguException>(() => Replicate("time,load\n" + Rows(_ => "5"), CsvReadOptions.Detect)).Code);
    }

    private static string Load(int hour) => (10 + Math.Sin(hour * Math.PI / 12) + (hour % 7)).ToString("0.000", CultureInfo.InvariantCulture);

    private static string Rows(Func<int, string> row) => string.Concat(Enumerable.Range(0, 1000).Select(hour => $"{new DateTime(2024, 1, 1).AddHours(hour):yyyy-MM-dd HH:mm},{row(hour)}\n"));

    private SeriesRecipe Replicate(string csv, CsvReadOptions options, string from = "power-transformer-small")
    {
        var path = _folder.Write("meters.csv", csv);
        var target = Path.Combine(_folder.Path, "my-site");
        var source = Path.Combine(Outside.RepositoryRoot, "recipes", from, "recipe.yaml");
        var yaml = SeriesRecipes.Family(_folder.Path).Replicate(Of(from), new Replica("my-site", target, Path.GetRelativePath(target, source).Replace('\\', '/'), "my-site", [("load", path)], options));
        var result = SeriesRecipes.File(_folder.Path).Check(_folder.Write("my-site/recipe.yaml", yaml), []);
        Assert.Empty(result.Problems);
        return (SeriesRecipe)result.Recipe!;
    }

    private SeriesRecipe Of(string name) => (SeriesRecipe)SeriesRecipes.File(_folder.Path).Load(name, []).Recipe;
}
