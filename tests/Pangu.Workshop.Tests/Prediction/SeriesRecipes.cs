using Pangu.Data.Sources;
using Pangu.Workshop.Prediction;
using Pangu.Workshop.Recipes;

namespace Pangu.Workshop.Tests.Prediction;

/// <summary>Reads the repository's recipes of series, offline.</summary>
internal static class SeriesRecipes
{
    /// <summary>The family, its data kept in a folder.</summary>
    /// <param name="folder">Where data are kept.</param>
    public static SeriesRecipeFamily Family(string folder) => new(new Catalogue(Path.Combine(Outside.RepositoryRoot, "datasets")), new DataStore(DataStoreSettings.For(folder, null, null, offline: true)));

    /// <summary>The recipes.</summary>
    /// <param name="folder">Where data are kept.</param>
    public static RecipeFile File(string folder) => new([Family(folder)], Path.Combine(Outside.RepositoryRoot, "recipes"));
}
