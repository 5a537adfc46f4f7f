using Pangu.Core;
using Pangu.Formats;
using Pangu.Modalities.Series;

namespace Pangu.Inference;

/// <summary>Runs a series model on the torch-free engine for <c>pangu verify</c>. For one caller at a time.</summary>
public sealed class NativeVerifier : IVerifiableModel
{
    private readonly ModelConfig _model;
    private readonly ForecastEngine? _forecaster;
    private readonly CompiledNetwork? _reconstruction;

    private NativeVerifier(ModelConfig model, IReadOnlyDictionary<string, TensorData> weights, SeriesPreprocessor preprocessor)
    {
        _model = model;
        if (model.Head is ReconstructionHead)
        {
            _reconstruction = CompiledNetwork.Of(model, new WeightStore(weights));
        }
        else
        {
            _forecaster = new ForecastEngine(model, weights, preprocessor, threads: 1);
        }
    }

    /// <summary>Loads a Pangu package or a Hugging Face folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <returns>The verifier; the caller disposes it.</returns>
    /// <exception cref="PanguException">The folder is neither, or holds something that the engine does not implement.</exception>
    public static NativeVerifier Load(string folder)
    {
        if (HuggingFaceFolder.Looks(folder))
        {
            using var imported = HuggingFaceFolder.Read(folder);
            return Create(imported.Config, imported.Weights, new SeriesPreprocessor());
        }

        return SeriesPackage.Open(folder, (package, preprocessor) => Create(package.Config, package.Weights, preprocessor));
    }

    /// <summary>Compiles a model that is in memory.</summary>
    /// <param name="model">The model; sound (<see cref="ModelConfig.Validate"/>).</param>
    /// <param name="weights">Every slot; copied.</param>
    /// <param name="preprocessor">What it knows of its data; without channels, values are taken as z-scored already.</param>
    /// <returns>The verifier; the caller disposes it.</returns>
    /// <exception cref="PanguException">The model holds something that the engine does not implement.</exception>
    public static NativeVerifier Create(ModelConfig model, IReadOnlyDictionary<string, TensorData> weights, SeriesPreprocessor preprocessor)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(preprocessor);
        if (model.Embedder is not SeriesEmbedder)
        {
            throw PanguException.Usage("verify-family", $"The model's embedder is {model.Embedder.GetType().Name}; the torch-free engine verifies series models.");
        }

        return new NativeVerifier(model, weights, preprocessor);
    }

    /// <inheritdoc/>
    public CaseLayout Layout { get; } = new SeriesCaseLayout();

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, TensorData> Run(IReadOnlyDictionary<string, TensorData> inputs, IReadOnlyDictionary<string, IReadOnlyList<long>> wanted)
    {
        var problem = SeriesCase.Read(_model, inputs);
        var tap = new RecordingTap(problem.TapNames(wanted.Keys));
        var values = new float[problem.Values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = problem.Observed[i] != 0 ? problem.Values[i] : float.NaN;
        }

        var batch = new SeriesBatch(values, problem.Windows, problem.Channels, values.Length / problem.Windows / problem.Channels);
        return problem.Outputs(_forecaster is null ? Reconstruct(problem, batch, tap) : Forecast(_forecaster, batch, tap), wanted.Keys);
    }

    /// <inheritdoc/>
    public void Dispose() => _forecaster?.Dispose();

    private static SeriesCaseResult Forecast(ForecastEngine engine, SeriesBatch batch, RecordingTap tap)
    {
        engine.CheckChannels(batch.Channels);
        var session = new ForecastSession(engine, workers: 1);
        var result = session.Run(batch, engine.Head.Horizon, batch.Rows, pool: null, CancellationToken.None, tap);
        float[] locations = session.ScaledRows?.Locations ?? new float[batch.Rows];
        float[] scales = session.ScaledRows?.Scales ?? [.. Enumerable.Repeat(1f, batch.Rows)];
        return new SeriesCaseResult(result.Mean, locations, scales, tap.Values) { Quantiles = result.Quantiles };
    }

    private SeriesCaseResult Reconstruct(SeriesCase problem, SeriesBatch batch, RecordingTap tap)
    {
        var network = _reconstruction!;
        var frame = network.CreateFrame(batch.Rows);
        (frame.Rows.First, frame.Rows.Count, frame.Rows.Channels, frame.Rows.Masked) = (0, batch.Rows, batch.Channels, problem.Masked);
        var history = new float[batch.Rows * network.Context];
        batch.CopyEnds(history, network.Context);
        network.Scale(history, network.Context, ForecastSession.ChannelMagnitudes(history, network.Context, network.Context, batch), frame);
        network.Run(frame, tap);
        return new SeriesCaseResult(frame.Output, frame.Rows.Locations, frame.Rows.Scales, tap.Values);
    }
}
