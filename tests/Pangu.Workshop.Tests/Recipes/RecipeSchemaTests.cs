using Pangu.Data.Sources;
using Pangu.Workshop.Prediction;
using Pangu.Workshop.Recipes;

namespace Pangu.Workshop.Tests.Recipes;

public sealed class RecipeSchemaTests
{
    /// <summary>To renew the file: <c>./pangu check power-transformer --schema > docs/reference/recipe.schema.json</c>.</summary>
    [Fact]
    public void Write_PredictionFamily_IsThePublishedSchema()
    {
        var published = File.ReadAllText(Path.Combine(Outside.RepositoryRoot, "docs", "reference", "recipe.schema.json"));

        Assert.Equal(published.ReplaceLineEndings("\n"), RecipeSchema.Write(PredictionFamily()));
    }

    /// <summary>Every setting of the schema stands in the reference, so that none is added without a word.</summary>
    [Fact]
    public void Reference_OfThePredictionFamily_NamesEverySetting()
    {
        var reference = File.ReadAllText(Path.Combine(Outside.RepositoryRoot, "docs", "reference", "recipe.md"));
        using var schema = System.Text.Json.JsonDocument.Parse(RecipeSchema.Write(PredictionFamily()));
        var settings = schema.RootElement.GetProperty("$defs").EnumerateObject()
            .Select(definition => definition.Value)
            .Append(schema.RootElement)
            .SelectMany(record => record.GetProperty("properties").EnumerateObject())
            .Select(property => property.Name)
            .Distinct();

        Assert.All(settings, setting => Assert.Matches($@"[`.{{ ,]{setting}[`}}., :]", reference));
    }

    private static SeriesRecipeFamily PredictionFamily()
    {
        var root = Outside.RepositoryRoot;
        return new SeriesRecipeFamily(new Catalogue(Path.Combine(root, "datasets")), new DataStore(DataStoreSettings.For(root, null, null, offline: true)));
    }
}
