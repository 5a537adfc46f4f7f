using Pangu.Core;
using Pangu.Modalities.Series;

namespace Pangu.Inference;

/// <summary>
/// Forecasts series with a model package, without libtorch or any other native library.
/// </summary>
/// <example>
/// <code>
/// using var model = Forecaster.Load("models/power-transformer-forecast");
/// var result = model.Forecast(new ForecastRequest(values, Windows: 1, Channels: 7, Length: 512, Horizon: 96));
/// </code>
/// </example>
/// <remarks>
/// Safe for many callers at once: the compiled model is immutable, each call takes its working memory from a pool. A call of one thread may share its work among the model's threads; while they
/// are busy with another call's work it does its own alone. Results do not depend on how many threads there are, on other calls, or on other windows of the same request, bit for bit (but see
/// <see cref="MeanScaling"/> for windows in which nothing is observed).
/// Histories shorter than the context count as missing at the front; longer ones are cut. NaN and infinities are missing values.
/// Quantiles are sorted. Dispose it when no call is in progress.
/// </remarks>
public sealed class Forecaster : IForecaster
{
    // Errors grow with every block that is fed back; sixteen blocks are 1,536 steps for a horizon of 96.
    private const int MaxBlocks = 16;

    private readonly ForecastEngine _engine;

    private Forecaster(ForecastEngine engine, SeriesPreprocessor preprocessor)
    {
        _engine = engine;
        Preprocessor = preprocessor;
        Traits = new ForecasterTraits(engine.Context, engine.Head.Horizon, engine.Head.Horizon * MaxBlocks, engine.Head.Quantiles, [.. preprocessor.Channels.Select(channel => channel.Name)]);
    }

    /// <inheritdoc/>
    public ForecasterTraits Traits { get; }

    /// <summary>What the package knows of its data: channels with their units, interval, season.</summary>
    public SeriesPreprocessor Preprocessor { get; }

    /// <summary>Loads a package.</summary>
    /// <param name="folder">The package: a folder with <c>config.json</c>, <c>model.safetensors</c> and <c>preprocessor.json</c>.</param>
    /// <param name="threads">Threads that share the work of a call; 0 for as many as there are processors.</param>
    /// <returns>The forecaster; the caller disposes it.</returns>
    /// <exception cref="PanguException">The folder is no package, its weights do not fit, or it is no forecaster.</exception>
    public static Forecaster Load(string folder, int threads = 0) =>
        SeriesPackage.Open(folder, (package, preprocessor) => Create(package.Config, package.Weights, preprocessor, threads));

    /// <summary>Compiles a model that is in memory.</summary>
    /// <param name="model">The model; sound (<see cref="ModelConfig.Validate"/>).</param>
    /// <param name="weights">Every slot; copied.</param>
    /// <param name="preprocessor">What it knows of its data; without channels, values are taken as z-scored already.</param>
    /// <param name="threads">Threads that share the work of a call; 0 for as many as there are processors.</param>
    /// <returns>The forecaster; the caller disposes it.</returns>
    /// <exception cref="PanguException">It is no forecaster, or holds a part that the engine does not implement.</exception>
    public static Forecaster Create(ModelConfig model, IReadOnlyDictionary<string, TensorData> weights, SeriesPreprocessor preprocessor, int threads = 0)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(preprocessor);
        return new Forecaster(new ForecastEngine(model, weights, preprocessor, threads), preprocessor);
    }

    /// <inheritdoc/>
    public ForecastResult Forecast(ForecastRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        Check(request);
        return _engine.Forecast(new SeriesBatch(request.Values, request.Windows, request.Channels, request.Length), request.Horizon, cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => _engine.Dispose();

    private void Check(ForecastRequest request)
    {
        if (request.Windows < 0 || request.Channels < 1 || request.Length < 1 || request.Values.Length != (long)request.Windows * request.Channels * request.Length)
        {
            throw PanguException.Usage("forecast-shape", $"The request holds {request.Values.Length} values, expected {request.Windows} window(s) x {request.Channels} channel(s) x {request.Length} step(s); channels and steps must be at least 1.");
        }

        if (request.Horizon < 1 || request.Horizon > Traits.MaxHorizon)
        {
            throw PanguException.Usage("forecast-horizon", $"The horizon is {request.Horizon}, expected 1 to {Traits.MaxHorizon} (the model forecasts {Traits.Horizon} steps at once and feeds them back at most {MaxBlocks - 1} times).");
        }

        if ((long)request.Windows * request.Channels * Math.Max(request.Horizon * (1L + Traits.Quantiles.Count), Traits.Context) > Array.MaxLength)
        {
            throw PanguException.Usage("forecast-size", $"{request.Windows} windows of {request.Channels} channels over {request.Horizon} steps are more than one request can hold; ask for fewer windows at a time.");
        }
    }
}
