namespace Pangu.Workshop.Recipes;

/// <summary>Marks a setting that is a path, relative to the file that states it: a recipe that extends another from a folder of its own finds the same file.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class RecipePathAttribute : Attribute;
