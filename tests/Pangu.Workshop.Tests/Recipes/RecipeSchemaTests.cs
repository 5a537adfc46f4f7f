using Pangu.Data.Sources;
using Pangu.Workshop.Language;
using Pangu.Workshop.Prediction;
using Pangu.Workshop.Recipes;

namespace Pangu.Workshop.Tests.Recipes;

public sealed class RecipeSchemaTests
{
    private static readonly Catalogue s_catalogue = new(Path.Combine(Outside.RepositoryRoot, "datasets"));
    private static readonly DataStore s_store = new(DataStoreSettings.For(Outside.RepositoryRoot, null, null, offline: true));

    /// <summary>To renew a file: <c>./pangu check power-transformer --schema > docs/reference/recipe.schema.json</c>, <c>./pangu check tiny-shakespeare --schema > docs/reference/recipe-language.schema.json</c>.</summary>
    [Theory]
    [InlineData("prediction", "recipe")]
    [InlineData("language", "recipe-language")]
    public void Write_Family_IsThePublishedSchema(string family, string page)
    {
        var published = File.ReadAllText(Path.Combine(Outside.RepositoryRoot, "docs", "reference", $"{page}.schema.json"));

        Assert.Equal(published.ReplaceLineEndings("\n"), RecipeSchema.Write(Family(family)));
    }

    /// <summary>Every setting of the schema stands in the reference, so that none is added without a word.</summary>
    [Theory]
    [InlineData("prediction", "recipe")]
    [InlineData("language", "recipe-language")]
    public void Reference_OfTheFamily_NamesEverySetting(string family, string page)
    {
        var reference = File.ReadAllText(Path.Combine(Outside.RepositoryRoot, "docs", "reference", $"{page}.md"));
        using var schema = System.Text.Json.JsonDocument.Parse(RecipeSchema.Write(Family(family)));
        var settings = schema.RootElement.GetProperty("$defs").EnumerateObject()
            .Select(definition => definition.Value)
            .Append(schema.RootElement)
            .SelectMany(record => record.GetProperty("properties").EnumerateObject())
            .Select(property => property.Name)
            .Distinct();

        Assert.All(settings, setting => Assert.Matches($@"[`.{{ ,]{setting}[`}}., :]", reference));
    }

    private static IRecipeFamily Family(string name) => name == "language" ? new LanguageRecipeFamily(s_catalogue, s_store) : new SeriesRecipeFamily(s_catalogue, s_store);
}
