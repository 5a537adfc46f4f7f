using Pangu.Core;
using Pangu.Data.Sources;
using Pangu.Workshop.Language.Evaluation;
using Pangu.Workshop.Language.Models;
using Pangu.Workshop.Language.Texts;
using Pangu.Workshop.Recipes;
using Pangu.Workshop.Sources;
using Pangu.Workshop.Stages;

namespace Pangu.Workshop.Language;

/// <summary>Teaches the recipe engine the language family: a text, networks that learn to continue it, n-grams beside them.</summary>
/// <param name="catalogue">The data sets that recipes may name.</param>
/// <param name="store">Brings them onto this machine.</param>
public sealed class LanguageRecipeFamily(Catalogue catalogue, DataStore store) : IRecipeFamily
{
    /// <inheritdoc/>
    public string Name => "language";

    /// <inheritdoc/>
    public Type RecipeType => typeof(LanguageRecipe);

    /// <inheritdoc/>
    public void Validate(Recipe recipe, string folder, AddProblem add) => new LanguageRecipeCheck((LanguageRecipe)recipe, folder, catalogue, add).Run();

    /// <inheritdoc/>
    public string Replicate(Recipe recipe, Replica replica) => LanguageReplica.Write((LanguageRecipe)recipe, replica);

    /// <inheritdoc/>
    public RecipeWork Compose(Recipe recipe, string folder, IProgress<WorkProgress>? progress = null, CancellationToken cancellation = default)
    {
        var language = (LanguageRecipe)recipe;
        var source = new FileResolver(catalogue, store).Resolve(TextSource.Reference(language.Data), folder, progress, cancellation);
        var composer = new LanguageComposer(language, source);
        foreach (var (name, settings) in language.Models)
        {
            composer.Add(name, settings);
        }

        return new RecipeWork(composer.Stages, composer.Models, source.Simulated, source.Note is { } note ? [note] : []) { ReplicaData = "text=book.txt" };
    }
}

/// <summary>Builds the stages of a recipe, model by model.</summary>
internal sealed class LanguageComposer
{
    private readonly LanguageRecipe _recipe;
    private readonly ResolvedFile _source;
    private readonly LanguageCosts _costs = new();
    private readonly LoadTextStage _text;
    private readonly TextBaselinesStage _baselines;
    private readonly Dictionary<string, TrainLanguageStage> _packages = new(StringComparer.Ordinal);
    private readonly List<Stage> _stages;
    private readonly List<RecipeModel> _models = [];

    public LanguageComposer(LanguageRecipe recipe, ResolvedFile source)
    {
        (_recipe, _source) = (recipe, source);
        _text = new LoadTextStage { Name = "load-text", Text = recipe.Data.Text, Source = source, Costs = _costs };
        _baselines = new TextBaselinesStage { Name = "baselines", Text = _text, Baselines = recipe.Evaluation.Baselines, Costs = _costs };
        _stages = [_text, _baselines];
    }

    public IReadOnlyList<Stage> Stages => _stages;

    public IReadOnlyList<RecipeModel> Models => _models;

    /// <summary>Adds a model's stages: training and evaluation.</summary>
    public void Add(string name, LanguageModelSettings settings)
    {
        var parent = settings.Parent is { } above ? _packages[above] : null;
        var package = new TrainLanguageStage
        {
            Name = $"train-{name}",
            Model = name,
            Parent = parent,
            Network = settings.Network ?? parent!.Network,
            Training = settings.Training,
            Precision = _recipe.Precision,
            Budget = settings.Budget,
            GreedyTokens = settings.Gate?.GreedyTokens ?? 0,
            Text = _text,
            Costs = _costs,
        };
        var evaluation = new EvaluateLanguageStage
        {
            Name = $"evaluate-{name}",
            Model = name,
            Package = package,
            Text = _text,
            Baselines = _baselines,
            Evaluation = _recipe.Evaluation,
            Gate = settings.Gate,
            Costs = _costs,
        };
        _packages[name] = package;
        _stages.AddRange([package, evaluation]);
        _models.Add(new RecipeModel(name, settings.Tier, settings.Capability, package, evaluation, settings.Parent)
        {
            Data = [_source.Fingerprint],
            Gated = settings.Gate is not null,
            Use = $"Write: ./pangu generate {_recipe.Name}/{name} --prompt \"...\" --max-tokens 300",
        });
    }
}
