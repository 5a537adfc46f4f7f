using Pangu.Core;
using Pangu.Data.Sources;
using Pangu.Formats;
using Pangu.Inference;
using Pangu.Modalities.Series;
using Pangu.Models;
using Pangu.Tensors;
using Pangu.Workshop.Prediction;
using Pangu.Workshop.Recipes;
using Pangu.Workshop.Registry;

namespace Pangu.Cli;

/// <summary>The families of models, each registered once: how its configs are written, what a package of it holds beside them, and which engines run it.</summary>
internal static class Families
{
    /// <summary>Reads and writes the configs of every family.</summary>
    public static ModelConfigJson Configs { get; } = new(SeriesConfigTypes.Create(), LanguageConfigTypes.Create());

    /// <summary>What a package of an imported model holds beside config and weights.</summary>
    public static IReadOnlyDictionary<string, string> ImportedFiles(Family family) => family == Family.Prediction
        ? new Dictionary<string, string> { [SeriesFile] = new SeriesPreprocessor().ToJson() }
        : [];

    /// <summary>Families that recipes may be of.</summary>
    /// <param name="catalogue">The data catalogue.</param>
    /// <param name="store">Brings data onto this machine.</param>
    public static IReadOnlyList<IRecipeFamily> Recipes(Catalogue catalogue, DataStore store) => [new SeriesRecipeFamily(catalogue, store)];

    private const string SeriesFile = "preprocessor.json";

    /// <summary>Opens a model on libtorch to be verified.</summary>
    /// <param name="model">A package or Hugging Face folder.</param>
    /// <param name="threads">Threads of libtorch.</param>
    /// <returns>The model; the caller disposes it.</returns>
    public static IVerifiableModel OpenOnTorch(LocatedModel model, int threads)
    {
        Libtorch.Load(threads);
        if (model.Source == ModelSource.HuggingFaceFolder)
        {
            using var imported = HuggingFaceFolder.Read(model.Folder);
            return new TorchVerifier(TorchModel.Load(imported.Config, imported.Weights));
        }

        using var package = ModelPackage.Open(model.Folder, Configs);
        return new TorchVerifier(TorchModel.Load(package.Config, package.Weights), Statistics(package));
    }

    /// <summary>Opens a model on the torch-free engine to be verified.</summary>
    /// <param name="model">A package or Hugging Face folder.</param>
    /// <returns>The model; the caller disposes it.</returns>
    public static IVerifiableModel OpenNative(LocatedModel model) => NativeVerifier.Load(model.Folder);

    /// <summary>Opens a model on the torch-free engine to be used.</summary>
    /// <param name="model">A package or Hugging Face folder.</param>
    /// <param name="threads">Threads that share the work of a call.</param>
    /// <returns>The engine: the interface of the model's capability; the caller disposes it.</returns>
    /// <exception cref="PanguException">The model cannot be opened, or nothing runs its capability.</exception>
    public static IDisposable OpenEngine(LocatedModel model, int threads)
    {
        if (model.Source == ModelSource.HuggingFaceFolder)
        {
            using var imported = HuggingFaceFolder.Read(model.Folder);
            return imported.Capability == Capability.Forecast
                ? Forecaster.Create(imported.Config, imported.Weights, new SeriesPreprocessor(), threads)
                : throw NoEngine(model, imported.Capability);
        }

        using var package = ModelPackage.Open(model.Folder, Configs);
        return package.Capability switch
        {
            Capability.Forecast => Forecaster.Load(model.Folder, threads),
            Capability.DetectAnomaly => AnomalyDetector.Load(model.Folder, threads),
            _ => throw NoEngine(model, package.Capability),
        };
    }

    /// <summary>Whether the HTTP server has an endpoint for a capability.</summary>
    public static bool HasEndpoint(Capability capability) => capability is Capability.Forecast or Capability.DetectAnomaly;

    /// <summary>What a series model knows of its data.</summary>
    public static SeriesPreprocessor PreprocessorOf(LocatedModel model) => PreprocessorOf(Path.Combine(model.Folder, SeriesFile));

    private static PanguException NoEngine(LocatedModel model, Capability capability) =>
        PanguException.Usage("model-capability", $"{model.DisplayName} has the capability {capability}, which cannot be used yet; forecast and detect-anomaly can.");

    private static SeriesPreprocessor PreprocessorOf(string path) => File.Exists(path) ? SeriesPreprocessor.Read(File.ReadAllText(path), path) : new SeriesPreprocessor();

    private static ChannelStatistics? Statistics(ModelPackage package)
    {
        var preprocessor = PreprocessorOf(Path.Combine(package.Folder, SeriesFile));
        return preprocessor.Channels.Count == 0
            ? null
            : new ChannelStatistics([.. preprocessor.Channels.Select(channel => channel.Mean)], [.. preprocessor.Channels.Select(channel => channel.Deviation)]);
    }
}
