using System.CommandLine;
using Pangu.Core;
using Pangu.Data.Sources;
using Pangu.Models;
using Pangu.Training;
using Pangu.Workshop.Recipes;
using Pangu.Workshop.Stages;

namespace Pangu.Cli.Families;

/// <summary>What the composition root knows of one family of models: its config types, its recipes, the engines that run it, its verbs. Listed once, in <see cref="ModelFamilies"/>.</summary>
internal interface IModelFamily
{
    /// <summary>The family.</summary>
    Family Family { get; }

    /// <summary>Embedders and heads as its configs name them.</summary>
    ConfigTypes ConfigTypes { get; }

    /// <summary>What opens the torch-free engine of each capability it can be used for; the caller disposes the engine and, when it is open, the folder.</summary>
    IReadOnlyDictionary<Capability, Func<ModelFolder, int, IDisposable>> Engines { get; }

    /// <summary>What a package of an imported model holds beside config and weights.</summary>
    /// <param name="folder">The folder that is imported.</param>
    /// <returns>Texts by file name.</returns>
    IReadOnlyDictionary<string, string> ImportedFiles(string folder);

    /// <summary>Channels of the data that a model was made for, where transformers wants the number.</summary>
    /// <param name="folder">The package.</param>
    /// <returns>At least 1; 1 where the word has no meaning.</returns>
    int Channels(string folder);

    /// <summary>Opens a model on libtorch, which is loaded, to be verified.</summary>
    /// <param name="model">The model; may be disposed afterwards.</param>
    /// <returns>The model on its engine; the caller disposes it.</returns>
    IVerifiableModel OpenOnTorch(ModelFolder model);

    /// <summary>Opens a model on the torch-free engine to be verified.</summary>
    /// <param name="model">The model; may be disposed afterwards.</param>
    /// <returns>The model on its engine; the caller disposes it.</returns>
    IVerifiableModel OpenNative(ModelFolder model);

    /// <summary>The loss by which networks of this family learn, on random batches: for measuring steps.</summary>
    /// <param name="model">A network.</param>
    /// <param name="load">Sizes of a step.</param>
    /// <returns>The objective, to be disposed where it can be; null for a network of another family.</returns>
    IObjective? MeasuredObjective(TorchModel model, TrainingLoad load);

    /// <summary>Shows what its data hold.</summary>
    IDataInspector Inspector { get; }

    /// <summary>Tokens of a row on which a network of this family is measured where nothing else is said.</summary>
    /// <param name="config">A network.</param>
    int MeasuredRowTokens(ModelConfig config);

    /// <summary>Its recipes.</summary>
    /// <param name="catalogue">The data sets that recipes may name.</param>
    /// <param name="store">Brings data onto this machine.</param>
    /// <returns>What it teaches the recipe engine; nothing when it has no recipes.</returns>
    IEnumerable<IRecipeFamily> Recipes(Catalogue catalogue, DataStore store);

    /// <summary>The verbs that use its models.</summary>
    /// <param name="host">Gives verbs their surroundings.</param>
    /// <returns>The commands.</returns>
    IEnumerable<Command> Verbs(VerbHost host);
}
