namespace Pangu.Workshop.Recipes;

/// <summary>A piece of a recipe's YAML that remembers where it stood, also after <c>extends</c> and <c>--set</c>.</summary>
/// <param name="File">Path of the file, as it is shown in messages.</param>
/// <param name="Line">Line from 1.</param>
internal abstract record RecipeNode(string File, int Line);

/// <summary>A mapping; keys in the order of the file.</summary>
internal sealed record RecipeMap(string File, int Line, IReadOnlyList<KeyValuePair<string, RecipeNode>> Entries) : RecipeNode(File, Line)
{
    /// <summary>The value of a key; null when there is none.</summary>
    public RecipeNode? Find(string key) => Entries.FirstOrDefault(entry => entry.Key == key).Value;

    /// <summary>The same map with a key set, in place or at the end.</summary>
    public RecipeMap With(string key, RecipeNode value) => this with
    {
        Entries = Find(key) is null
            ? [.. Entries, new(key, value)]
            : [.. Entries.Select(entry => entry.Key == key ? new(key, value) : entry)],
    };
}

/// <summary>A sequence.</summary>
internal sealed record RecipeList(string File, int Line, IReadOnlyList<RecipeNode> Items) : RecipeNode(File, Line);

/// <summary>A scalar; null for an empty value.</summary>
internal sealed record RecipeScalar(string File, int Line, string? Text, bool Quoted) : RecipeNode(File, Line);
