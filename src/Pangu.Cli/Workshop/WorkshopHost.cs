using Pangu.Cli.Families;
using Pangu.Cli.Machine;
using Pangu.Core;
using Pangu.Tensors;
using Pangu.Workshop.Plans;
using Pangu.Workshop.Recipes;
using Pangu.Workshop.Runs;
using Pangu.Workshop.Stages;

namespace Pangu.Cli.Workshop;

/// <summary>Puts the recipe engine together for one call: folders, registry, prices, families.</summary>
internal sealed class WorkshopHost
{
    private readonly VerbCall _call;

    public WorkshopHost(VerbCall call)
    {
        _call = call;
        var surroundings = call.Surroundings;
        Recipes = new RecipeFile(ModelFamilies.Recipes(surroundings.Catalogue, surroundings.Data(call.Settings.Offline)), surroundings.RecipesFolder);
    }

    /// <summary>Finds and checks recipes.</summary>
    public RecipeFile Recipes { get; }

    /// <summary>Values of <c>--set</c> and <c>--seed</c>, as the recipe reader takes them.</summary>
    public IReadOnlyList<string> Settings =>
    [
        .. _call.Settings.Set.Select(setting => $"{setting.Key}={setting.Value}"),
        .. _call.Settings.Seed is { } seed ? [$"seed={seed}"] : Array.Empty<string>(),
    ];

    /// <summary>Loads a sound recipe and turns it into stages.</summary>
    /// <param name="reference">Folder, file or name.</param>
    public (Recipe Recipe, RecipeWork Work) Compose(string reference)
    {
        var (recipe, family, file) = Recipes.Load(reference, Settings);
        return (recipe, family.Compose(recipe, Path.GetDirectoryName(Path.GetFullPath(file))!, _call.Progress, _call.CancellationToken));
    }

    /// <summary>The engine, and the settings of this call.</summary>
    public (RecipeRun Run, RunOptions Options) Engine()
    {
        var libtorch = Libtorch.Load(_call.Settings.Threads);
        var machine = MachineFacts.Read();
        var surroundings = _call.Surroundings;
        var software = $"pangu {typeof(WorkshopHost).Assembly.GetName().Version!.ToString(3)}, libtorch {libtorch.Version}, .NET {Environment.Version}";
        var run = new RecipeRun(
            surroundings.Home,
            surroundings.Registry,
            Prices.Read(Path.Combine(surroundings.Home, "prices.json"), Path.Combine(surroundings.Root, "prices.json")),
            $"{machine.Processor}, {machine.Cores} cores, {string.Join(' ', machine.Features)}",
            software,
            _call.Time);
        return (run, new RunOptions(_call.Settings.Threads, libtorch.Version, _call.Settings.Offline));
    }
}
