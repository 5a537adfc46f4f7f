using System.CommandLine;
using Pangu.Cli.Verbs.Prediction;
using Pangu.Core;
using Pangu.Data;
using Pangu.Data.Sources;
using Pangu.Inference;
using Pangu.Modalities.Series;
using Pangu.Models;
using Pangu.Training;
using Pangu.Workshop.Prediction;
using Pangu.Workshop.Recipes;
using Pangu.Workshop.Stages;

namespace Pangu.Cli.Families;

/// <summary>Series: forecasters and anomaly detectors.</summary>
internal sealed class PredictionFamily : IModelFamily
{
    private const string PreprocessorName = "preprocessor.json";

    /// <inheritdoc/>
    public Family Family => Family.Prediction;

    /// <inheritdoc/>
    public ConfigTypes ConfigTypes { get; } = SeriesConfigTypes.Create();

    /// <inheritdoc/>
    public IReadOnlyDictionary<Capability, Func<ModelFolder, int, IDisposable>> Engines { get; } = new Dictionary<Capability, Func<ModelFolder, int, IDisposable>>
    {
        [Capability.Forecast] = (model, threads) => Forecaster.Create(model.Config, model.Weights, Preprocessor(model.Path), threads),
        [Capability.DetectAnomaly] = (model, threads) => AnomalyDetector.Load(model.Path, threads),
    };

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> ImportedFiles(string folder) => new Dictionary<string, string> { [PreprocessorName] = new SeriesPreprocessor().ToJson() };

    /// <inheritdoc/>
    public int Channels(string folder) => Math.Max(1, Preprocessor(folder).Channels.Count);

    /// <inheritdoc/>
    public IVerifiableModel OpenOnTorch(ModelFolder model)
    {
        var channels = Preprocessor(model.Path).Channels;
        return new TorchVerifier(
            TorchModel.Load(model.Config, model.Weights),
            channels.Count == 0 ? null : new ChannelStatistics([.. channels.Select(channel => channel.Mean)], [.. channels.Select(channel => channel.Deviation)]));
    }

    /// <inheritdoc/>
    public IVerifiableModel OpenNative(ModelFolder model) => NativeVerifier.Create(model.Config, model.Weights, Preprocessor(model.Path));

    /// <inheritdoc/>
    public IObjective? MeasuredObjective(TorchModel model, TrainingLoad load) => model.Config is { Embedder: SeriesEmbedder embedder, Head: ForecastHead { Output: not null } head }
        ? new ForecastObjective(
            new SeriesNetwork(model),
            new SampledBatches(new RandomSeries(), new SeriesBatchShape(load.Rows, 1, embedder.Context, head.Horizon), new Seeds(1)),
            new ForecastObjectiveOptions(),
            new Seeds(1),
            load.MicroBatches)
        : null;

    /// <inheritdoc/>
    public IDataInspector Inspector { get; } = new SeriesInspect();

    /// <inheritdoc/>
    public int MeasuredRowTokens(ModelConfig config) => ((SeriesEmbedder)config.Embedder).Tokens;

    /// <inheritdoc/>
    public IEnumerable<IRecipeFamily> Recipes(Catalogue catalogue, DataStore store) => [new SeriesRecipeFamily(catalogue, store)];

    /// <inheritdoc/>
    public IEnumerable<Command> Verbs(VerbHost host) => [ForecastVerb.Create(host), DetectAnomalyVerb.Create(host)];

    /// <summary>What a series model knows of its data.</summary>
    /// <param name="folder">Its folder; one without a preprocessor knows nothing.</param>
    public static SeriesPreprocessor Preprocessor(string folder)
    {
        var path = Path.Combine(folder, PreprocessorName);
        return File.Exists(path) ? SeriesPreprocessor.Read(File.ReadAllText(path), path) : new SeriesPreprocessor();
    }
}
