using System.Text.RegularExpressions;
using Pangu.Core;

namespace Pangu.Workshop.Recipes;

/// <summary>Finds, reads, binds and checks recipes.</summary>
/// <param name="families">The families that recipes may be of.</param>
/// <param name="recipesFolder">Where recipes are found by name.</param>
public sealed partial class RecipeFile(IReadOnlyList<IRecipeFamily> families, string recipesFolder)
{
    private const int FormatVersion = 1;

    /// <summary>Whether a text may be a recipe's name: lower-case letters, digits and hyphens.</summary>
    /// <param name="name">The text.</param>
    /// <returns>True when it may.</returns>
    public static bool IsName(string name) => RecipeName().IsMatch(name);

    /// <summary>The path of a recipe named by folder, file, or the name of one under the recipes folder.</summary>
    /// <param name="reference">What the operator wrote.</param>
    /// <returns>Path of the YAML file.</returns>
    /// <exception cref="PanguException">There is no such recipe.</exception>
    public string Locate(string reference)
    {
        string[] candidates = [reference, Path.Combine(reference, "recipe.yaml"), Path.Combine(recipesFolder, reference, "recipe.yaml"), Path.Combine(recipesFolder, reference + ".yaml")];
        return candidates.FirstOrDefault(File.Exists)
            ?? throw PanguException.Missing("recipe-missing", $"There is no recipe \"{reference}\": looked for {string.Join(", ", candidates.Skip(1))}. Recipes at hand: {string.Join(", ", Known())}.");
    }

    /// <summary>Names of the recipes under the recipes folder.</summary>
    /// <returns>Relative names, in order.</returns>
    public IReadOnlyList<string> Known() => Directory.Exists(recipesFolder)
        ? [.. Directory.EnumerateFiles(recipesFolder, "recipe.yaml", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(recipesFolder, Path.GetDirectoryName(file)!).Replace('\\', '/'))
            .Order(StringComparer.Ordinal)]
        : [];

    /// <summary>Reads a recipe and everything that is wrong with it.</summary>
    /// <param name="file">Path of the YAML file.</param>
    /// <param name="settings">Values of <c>--set</c>.</param>
    /// <returns>The recipe where it could be bound, and all problems.</returns>
    /// <exception cref="PanguException">The file is missing, or a <c>--set</c> cannot be read.</exception>
    public CheckedRecipe Check(string file, IReadOnlyList<string> settings)
    {
        try
        {
            return Check(RecipeReader.Read(file, settings), Path.GetDirectoryName(Path.GetFullPath(file))!);
        }
        catch (PanguException exception) when (exception.Code == RecipeReader.UnreadableCode)
        {
            return new CheckedRecipe(null, null, exception.Problems);
        }
    }

    private CheckedRecipe Check(RecipeMap document, string folder)
    {
        var binder = new RecipeBinder(folder);
        if (document.Find("version") is not RecipeScalar { Text: { } version } || !int.TryParse(version, out var number) || number != FormatVersion)
        {
            var place = document.Find("version") ?? document;
            return new CheckedRecipe(null, null, [new Problem(place.File, place.Line, $"version is {RecipeReader.Describe(place)}; this release reads version {FormatVersion}")]);
        }

        var name = (document.Find("family") as RecipeScalar)?.Text;
        var family = families.FirstOrDefault(candidate => candidate.Name == name);
        if (family is null)
        {
            var place = document.Find("family") ?? document;
            return new CheckedRecipe(null, null, [new Problem(place.File, place.Line, $"family is {(name is null ? "missing" : $"\"{name}\"")}; expected one of {string.Join(", ", families.Select(candidate => candidate.Name))}")]);
        }

        if (binder.Bind(document, family.RecipeType, "recipe") is Recipe recipe)
        {
            if (!IsName(recipe.Name))
            {
                binder.Add(recipe, "name", $"name is \"{recipe.Name}\"; expected lower-case letters, digits and hyphens, for example my-site");
            }

            family.Validate(recipe, folder, (settingsRecord, key, message) => binder.Add(settingsRecord, key, message));
            return new CheckedRecipe(binder.Problems.Count == 0 ? recipe : null, family, binder.Problems);
        }

        return new CheckedRecipe(null, family, binder.Problems);
    }

    /// <summary>Reads a sound recipe.</summary>
    /// <param name="reference">Folder, file or name.</param>
    /// <param name="settings">Values of <c>--set</c>.</param>
    /// <returns>The recipe, its family and its file.</returns>
    /// <exception cref="PanguException">With every problem, when there is one.</exception>
    public (Recipe Recipe, IRecipeFamily Family, string File) Load(string reference, IReadOnlyList<string> settings)
    {
        var file = Locate(reference);
        var result = Check(file, settings);
        return result is { Recipe: { } recipe, Family: { } family }
            ? (recipe, family, file)
            : throw new PanguException(ErrorKind.Usage, "recipe", $"The recipe {reference} has {result.Problems.Count} problem(s).", result.Problems);
    }

    [GeneratedRegex("^[a-z0-9][a-z0-9-]*$")]
    private static partial Regex RecipeName();
}

/// <summary>A recipe with what is wrong with it.</summary>
/// <param name="Recipe">The recipe; null when there are problems.</param>
/// <param name="Family">Its family; null when that is not known.</param>
/// <param name="Problems">Every problem found.</param>
public sealed record CheckedRecipe(Recipe? Recipe, IRecipeFamily? Family, IReadOnlyList<Problem> Problems);
