using Pangu.Core;
using Pangu.Data.Sources;
using Pangu.Workshop.Language;
using Pangu.Workshop.Recipes;

namespace Pangu.Workshop.Tests.Language;

/// <summary>Recipes of the language family as the engine reads them, from a folder of the test's own.</summary>
internal static class TextRecipes
{
    public static LanguageRecipeFamily Family(string home, IReadOnlyList<string>? mirrors = null)
    {
        var store = new DataStore(new DataStoreSettings { CacheFolder = Path.Combine(home, "cache"), Mirrors = mirrors ?? [], Offline = true });
        return new LanguageRecipeFamily(new Catalogue(Path.Combine(Outside.RepositoryRoot, "datasets")), store);
    }

    public static RecipeFile File(string home) => new([Family(home)], Path.Combine(Outside.RepositoryRoot, "recipes"));

    public static LanguageRecipe Shakespeare(string home) => (LanguageRecipe)File(home).Load("tiny-shakespeare", []).Recipe;

    /// <summary>Writes the new recipe that <c>pangu new</c> would write, and checks it.</summary>
    public static CheckedRecipe Replicate(TemporaryFolder folder, string text, string from = "tiny-shakespeare", params (string Role, string Path)[] more)
    {
        var path = folder.Write("book.txt", text);
        var (recipe, family, source) = File(folder.Path).Load(from, []);
        var target = Path.Combine(folder.Path, "my-text");
        var yaml = family.Replicate(recipe, new Replica("my-text", target, Path.GetRelativePath(target, Path.GetFullPath(source)).Replace('\\', '/'), "my-text", [("text", path), .. more], new Modalities.Series.CsvReadOptions()));
        return File(folder.Path).Check(folder.Write("my-text/recipe.yaml", yaml), []);
    }
}
