using System.CommandLine;
using Pangu.Cli.Verbs.Language;
using Pangu.Core;
using Pangu.Data;
using Pangu.Data.Sources;
using Pangu.Formats;
using Pangu.Inference;
using Pangu.Modalities.Text;
using Pangu.Models;
using Pangu.Training;
using Pangu.Workshop.Language;
using Pangu.Workshop.Recipes;
using Pangu.Workshop.Stages;

namespace Pangu.Cli.Families;

/// <summary>Texts: models that continue them.</summary>
internal sealed class LanguageFamily : IModelFamily
{
    private const int MeasuredTokens = 256;

    /// <inheritdoc/>
    public Family Family => Family.Language;

    /// <inheritdoc/>
    public ConfigTypes ConfigTypes { get; } = LanguageConfigTypes.Create();

    /// <inheritdoc/>
    public IReadOnlyDictionary<Capability, Func<ModelFolder, int, IDisposable>> Engines { get; } = new Dictionary<Capability, Func<ModelFolder, int, IDisposable>>
    {
        [Capability.Generate] = (model, threads) => TextGenerator.Load(model.Path, threads),
    };

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> ImportedFiles(string folder)
    {
        using var imported = HuggingFaceFolder.Read(folder);
        return new Dictionary<string, string> { [TextPreprocessor.FileName] = new TextPreprocessor { TrainedTokens = imported.TrainedTokens, EndIds = imported.EndIds }.ToJson() };
    }

    /// <inheritdoc/>
    public int Channels(string folder) => 1;

    /// <inheritdoc/>
    public IVerifiableModel OpenOnTorch(ModelFolder model) => new TorchLanguageVerifier(TorchModel.Load(model.Config, model.Weights), model.ToForeign);

    /// <inheritdoc/>
    public IVerifiableModel OpenNative(ModelFolder model) => LanguageVerifier.Create(model.Config, model.Weights);

    /// <inheritdoc/>
    public IObjective? MeasuredObjective(TorchModel model, TrainingLoad load) => model.Config.Embedder is TokenEmbedder embedder
        ? new NextTokenObjective(new TokenNetwork(model), new RandomTokens(new TokenBatchShape(load.Rows, load.RowTokens), embedder.Vocabulary, new Seeds(1)), new NextTokenOptions(), new Seeds(1), load.MicroBatches)
        : null;

    /// <inheritdoc/>
    public IDataInspector Inspector { get; } = new TextInspect();

    /// <inheritdoc/>
    public int MeasuredRowTokens(ModelConfig config) => MeasuredTokens;

    /// <inheritdoc/>
    public IEnumerable<IRecipeFamily> Recipes(Catalogue catalogue, DataStore store) => [new LanguageRecipeFamily(catalogue, store)];

    /// <inheritdoc/>
    public IEnumerable<Command> Verbs(VerbHost host) => [GenerateVerb.Create(host), PerplexityVerb.Create(host)];
}
