using Pangu.Core;
using Pangu.Workshop.Stages;

namespace Pangu.Workshop.Recipes;

/// <summary>Adds one problem to the list of a recipe's check.</summary>
/// <param name="settings">The record in which it lies.</param>
/// <param name="key">The key of the record; null for the whole record.</param>
/// <param name="message">What, got, expected, what next.</param>
public delegate void AddProblem(object settings, string? key, string message);

/// <summary>What a family teaches the recipe engine: the shape of its recipes and the stages they become. Registered once, in the composition root.</summary>
public interface IRecipeFamily
{
    /// <summary>The word in the recipe's <c>family</c>.</summary>
    string Name { get; }

    /// <summary>The family's recipe record, derived from <see cref="Recipe"/>.</summary>
    Type RecipeType { get; }

    /// <summary>Checks what the shape alone does not show: references between sections, ranges, files that are missing.</summary>
    /// <param name="recipe">A recipe of <see cref="RecipeType"/>.</param>
    /// <param name="folder">Folder of the recipe, to which its paths are relative.</param>
    /// <param name="add">Receives every problem.</param>
    void Validate(Recipe recipe, string folder, AddProblem add);

    /// <summary>Turns a sound recipe into stages.</summary>
    /// <param name="recipe">A recipe of <see cref="RecipeType"/>.</param>
    /// <param name="folder">Folder of the recipe, to which its paths are relative.</param>
    /// <param name="progress">Told of data on their way.</param>
    /// <param name="cancellation">Asks for a stop.</param>
    /// <returns>The work to do, in an order in which it can be done.</returns>
    RecipeWork Compose(Recipe recipe, string folder, IProgress<WorkProgress>? progress = null, CancellationToken cancellation = default);

    /// <summary>Writes a recipe that repeats another one with a new site's data.</summary>
    /// <param name="recipe">A recipe of <see cref="RecipeType"/>.</param>
    /// <param name="replica">Name, files and places of the new one.</param>
    /// <returns>YAML text.</returns>
    /// <exception cref="PanguException">The data do not fit the recipe.</exception>
    string Replicate(Recipe recipe, Replica replica);
}

/// <summary>What a recipe comes to.</summary>
/// <param name="Stages">In an order in which they can run; every input stands before its user.</param>
/// <param name="Models">The models that come out.</param>
/// <param name="Simulated">Whether simulated stand-in data takes the place of real data; every output then says so.</param>
/// <param name="Notes">What the operator should know before and after the run, one sentence each.</param>
public sealed record RecipeWork(IReadOnlyList<Stage> Stages, IReadOnlyList<RecipeModel> Models, bool Simulated, IReadOnlyList<string> Notes)
{
    /// <summary>What <c>--data</c> of <c>pangu new</c> may look like for this recipe, for example <c>load=meters.csv</c>.</summary>
    public required string ReplicaData { get; init; }
}

/// <summary>One model that comes out of a recipe.</summary>
/// <param name="Name">Name within the recipe, for example <c>forecast</c>; the registry name is recipe/name.</param>
/// <param name="Tier">Its tier.</param>
/// <param name="Capability">What it can be asked.</param>
/// <param name="Package">The stage whose output holds the package in <c>package/</c>.</param>
/// <param name="Evaluation">The stage whose output holds <c>evaluation.json</c> (<see cref="Gates.ModelEvaluation"/>) of this model; null when none is made.</param>
/// <param name="Parent">Name of the parent within the recipe; null for a foundation model.</param>
public sealed record RecipeModel(string Name, Tier Tier, Capability Capability, Stage Package, Stage? Evaluation, string? Parent)
{
    /// <summary>What the model has seen, for its card.</summary>
    public IReadOnlyList<DataFingerprint> Data { get; init; } = [];

    /// <summary>Whether the recipe's status waits for this model's gate.</summary>
    public bool Gated { get; init; }

    /// <summary>What to do with it once it is released: words and the command. Null for a model that is only a step to others.</summary>
    public string? Use { get; init; }
}
