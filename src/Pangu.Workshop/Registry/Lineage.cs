using Pangu.Core;

namespace Pangu.Workshop.Registry;

/// <summary>Who was made from whom.</summary>
public static class Lineage
{
    /// <summary>A model and those it was made from, up to its foundation model.</summary>
    /// <param name="models">All models of the registry.</param>
    /// <param name="model">Where to begin.</param>
    /// <returns>The model, its parent, that one's parent ...; ends early where a parent is not in the registry.</returns>
    public static IReadOnlyList<RegisteredModel> Of(IReadOnlyList<RegisteredModel> models, RegisteredModel model)
    {
        var line = new List<RegisteredModel> { model };
        while (line[^1].Card.Parent is { } parent && models.LastOrDefault(other => other.Hash == parent) is { } next && !line.Contains(next))
        {
            line.Add(next);
        }

        return line;
    }

    /// <summary>All models as a forest: each with its depth, parents before children.</summary>
    /// <param name="models">All models of the registry.</param>
    /// <returns>Model and depth, 0 for those without a parent in the registry.</returns>
    public static IReadOnlyList<(RegisteredModel Model, int Depth)> Forest(IReadOnlyList<RegisteredModel> models)
    {
        var hashes = models.Select(model => model.Hash).ToHashSet(StringComparer.Ordinal);
        var rows = new List<(RegisteredModel, int)>();
        var placed = new HashSet<RegisteredModel>();
        foreach (var root in models.Where(model => model.Card.Parent is null || !hashes.Contains(model.Card.Parent)))
        {
            Place(root, 0);
        }

        return rows;

        void Place(RegisteredModel model, int depth)
        {
            if (!placed.Add(model))
            {
                return;
            }

            rows.Add((model, depth));
            // A package under several names has its children below its first name alone.
            if (models.First(other => other.Hash == model.Hash) == model)
            {
                foreach (var child in models.Where(other => other.Card.Parent == model.Hash))
                {
                    Place(child, depth + 1);
                }
            }
        }
    }
}
