using System.CommandLine;
using Pangu.Core;
using Pangu.Data.Sources;
using Pangu.Formats;
using Pangu.Models;
using Pangu.Tensors;
using Pangu.Training;
using Pangu.Workshop.Recipes;
using Pangu.Workshop.Registry;
using Pangu.Workshop.Stages;

namespace Pangu.Cli.Families;

/// <summary>The families of models. A new family is a class beside this one and a line here.</summary>
internal static class ModelFamilies
{
    private static readonly IReadOnlyList<IModelFamily> All = [new PredictionFamily(), new LanguageFamily()];

    /// <summary>Reads and writes the configs of every family.</summary>
    public static ModelConfigJson Configs { get; } = new([.. All.Select(family => family.ConfigTypes)]);

    /// <summary>What a package of an imported model holds beside config and weights.</summary>
    /// <param name="family">The model's family.</param>
    /// <param name="folder">The folder that is imported.</param>
    public static IReadOnlyDictionary<string, string> ImportedFiles(Family family, string folder) => Of(family).ImportedFiles(folder);

    /// <summary>Channels of the data that a model was made for; 1 where the word has no meaning.</summary>
    /// <param name="package">The model's package.</param>
    public static int Channels(ModelPackage package) => Of(package.Family).Channels(package.Folder);

    /// <summary>What each family teaches the recipe engine.</summary>
    /// <param name="catalogue">The data catalogue.</param>
    /// <param name="store">Brings data onto this machine.</param>
    public static IReadOnlyList<IRecipeFamily> Recipes(Catalogue catalogue, DataStore store) => [.. All.SelectMany(family => family.Recipes(catalogue, store))];

    /// <summary>The verbs that use models, family by family.</summary>
    public static IEnumerable<Command> Verbs(VerbHost host) => All.SelectMany(family => family.Verbs(host));

    /// <summary>Opens a model on libtorch to be verified.</summary>
    /// <param name="model">A package or Hugging Face folder.</param>
    /// <param name="threads">Threads of libtorch.</param>
    /// <returns>The model; the caller disposes it.</returns>
    public static IVerifiableModel OpenOnTorch(LocatedModel model, int threads)
    {
        Libtorch.Load(threads);
        using var folder = ModelFolder.Open(model);
        return Of(folder.Family).OpenOnTorch(folder);
    }

    /// <summary>The loss by which a network learns, on random batches.</summary>
    /// <param name="model">A network of any family.</param>
    /// <param name="load">Sizes of a step.</param>
    /// <returns>The objective; to be disposed where it can be.</returns>
    public static IObjective MeasuredObjective(TorchModel model, TrainingLoad load) => All.Select(family => family.MeasuredObjective(model, load)).FirstOrDefault(objective => objective is not null)
        ?? throw PanguException.Usage("bench-network", $"A network of {model.Config.Embedder.GetType().Name} and {model.Config.Head.GetType().Name} learns by no loss that can be measured.");

    /// <summary>Tokens of a row on which a network is measured where nothing else is said.</summary>
    public static int MeasuredRowTokens(Family family, ModelConfig config) => Of(family).MeasuredRowTokens(config);

    /// <summary>What shows data of a kind.</summary>
    public static IDataInspector InspectorOf(DatasetKind kind) => All.FirstOrDefault(family => family.Inspector.Kind == kind)?.Inspector
        ?? throw PanguException.Usage("data-kind", $"The set holds {kind.ToString().ToLowerInvariant()}; this version inspects {string.Join(" and ", All.Select(family => family.Inspector.Kind.ToString().ToLowerInvariant()))}.");

    /// <summary>What shows a file, by its end; what no family claims is read by the first of them.</summary>
    public static IDataInspector InspectorOf(string extension) => (All.FirstOrDefault(family => family.Inspector.Extensions.Contains(extension)) ?? All[0]).Inspector;

    /// <summary>What shows a recipe's data.</summary>
    public static IDataInspector InspectorOf(Family family) => Of(family).Inspector;

    /// <summary>Opens a model on the torch-free engine to be verified.</summary>
    /// <param name="model">A package or Hugging Face folder.</param>
    /// <returns>The model; the caller disposes it.</returns>
    public static IVerifiableModel OpenNative(LocatedModel model)
    {
        using var folder = ModelFolder.Open(model);
        return Of(folder.Family).OpenNative(folder);
    }

    /// <summary>Opens a model on the torch-free engine to be used.</summary>
    /// <param name="model">A package or Hugging Face folder.</param>
    /// <param name="threads">Threads that share the work of a call.</param>
    /// <returns>Its capability, its family, and the engine: the interface of the capability; the caller disposes it.</returns>
    /// <exception cref="PanguException">The model cannot be opened, or nothing runs its capability.</exception>
    public static OpenedEngine OpenEngine(LocatedModel model, int threads)
    {
        using var folder = ModelFolder.Open(model);
        return Of(folder.Family).Engines.TryGetValue(folder.Capability, out var open)
            ? new OpenedEngine(folder.Family, folder.Capability, open(folder, threads))
            : throw PanguException.Usage("model-capability", $"{model.DisplayName} has the capability {Words.Of(folder.Capability)}, which cannot be used yet; {string.Join(", ", All.SelectMany(family => family.Engines.Keys).Select(capability => Words.Of(capability)))} can.");
    }

    /// <summary>Whether the HTTP server has an endpoint for a model's capability.</summary>
    public static bool HasEndpoint(Family family, Capability capability) => Of(family).Engines.ContainsKey(capability);

    private static IModelFamily Of(Family family) => All.FirstOrDefault(known => known.Family == family)
        ?? throw PanguException.Usage("model-family", $"The model's family is {Words.Of(family)}, which this version does not run; {string.Join(", ", All.Select(known => Words.Of(known.Family)))} can be used.");
}

/// <summary>A model on the torch-free engine.</summary>
/// <param name="Family">Its family.</param>
/// <param name="Capability">What it can be asked.</param>
/// <param name="Engine">The interface of the capability; the caller disposes it.</param>
internal sealed record OpenedEngine(Family Family, Capability Capability, IDisposable Engine);
