using Pangu.Core;
using Pangu.Modalities.Series;

namespace Pangu.Inference;

/// <summary>Scores how unusual each step of a series is, by the error of a forecast from the steps before it; without libtorch or any other native library.</summary>
/// <remarks>
/// Safe for many callers at once, as <see cref="Forecaster"/>. From the first step that has a whole context before it, stretches of <see cref="AnomalyCalibration.Stride"/> steps are forecast, each
/// from the true values before it. A channel's score at a step is |value - forecast| / (deviation of the channel * scale of the channel); NaN where the value is missing. A step's own score is the
/// mean over the channels that have one; the reported score is the mean of those over the last <see cref="AnomalyCalibration.Smoothing"/> steps, itself included; NaN where the step itself has none.
/// Channel scores are not smoothed.
/// </remarks>
public sealed class AnomalyDetector : IAnomalyDetector
{
    // Stretches forecast in one call of the engine: enough for all threads, little enough to stop soon.
    private const int BatchStretches = 64;

    private readonly ForecastEngine _engine;
    private readonly AnomalyCalibration _calibration;
    private readonly double[] _units;

    private AnomalyDetector(ForecastEngine engine, AnomalyCalibration calibration, SeriesPreprocessor preprocessor)
    {
        _engine = engine;
        _calibration = calibration;
        Preprocessor = preprocessor;
        _units = [.. calibration.Scales.Select((scale, channel) => scale * (preprocessor.Channels.Count > 0 ? preprocessor.Channels[channel].Deviation : 1))];
        Traits = new AnomalyTraits(engine.Context, calibration.Threshold, calibration.FalseAlarmRate, [.. preprocessor.Channels.Select(channel => channel.Name)]);
    }

    /// <inheritdoc/>
    public AnomalyTraits Traits { get; }

    /// <summary>What the package knows of its data and how it scores.</summary>
    public SeriesPreprocessor Preprocessor { get; }

    /// <summary>Loads a package.</summary>
    /// <param name="folder">The package: a folder with <c>config.json</c>, <c>model.safetensors</c> and a <c>preprocessor.json</c> that holds an anomaly calibration.</param>
    /// <param name="threads">Threads that share the work of a call; 0 for as many as there are processors.</param>
    /// <returns>The detector; the caller disposes it.</returns>
    /// <exception cref="PanguException">The folder is no package, its weights do not fit, or it is no anomaly model.</exception>
    public static AnomalyDetector Load(string folder, int threads = 0) =>
        SeriesPackage.Open(folder, (package, preprocessor) => Create(package.Config, package.Weights, preprocessor, threads));

    /// <summary>Compiles a model that is in memory.</summary>
    /// <param name="model">The model; sound (<see cref="ModelConfig.Validate"/>).</param>
    /// <param name="weights">Every slot; copied.</param>
    /// <param name="preprocessor">What it knows of its data, with an anomaly calibration.</param>
    /// <param name="threads">Threads that share the work of a call; 0 for as many as there are processors.</param>
    /// <returns>The detector; the caller disposes it.</returns>
    /// <exception cref="PanguException">It is no anomaly model, or holds a part that the engine does not implement.</exception>
    public static AnomalyDetector Create(ModelConfig model, IReadOnlyDictionary<string, TensorData> weights, SeriesPreprocessor preprocessor, int threads = 0)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(preprocessor);
        var calibration = preprocessor.Anomaly ?? throw PanguException.Usage("anomaly-calibration", "The package's preprocessor.json holds no anomaly calibration, so the model cannot detect anomalies; use a model of the capability detect-anomaly.");
        if (preprocessor.Channels.Count > 0 && calibration.Scales.Count != preprocessor.Channels.Count)
        {
            throw PanguException.Usage("anomaly-calibration", $"preprocessor.json has {calibration.Scales.Count} anomaly scales for {preprocessor.Channels.Count} channels; expected one a channel.");
        }

        if (calibration.Stride < 1 || calibration.Smoothing < 1 || calibration.Scales.Any(scale => !(scale > 0)))
        {
            throw PanguException.Usage("anomaly-calibration", $"preprocessor.json has an anomaly stride of {calibration.Stride}, a smoothing of {calibration.Smoothing} and scales [{string.Join(", ", calibration.Scales)}]; stride and smoothing must be at least 1, scales above 0.");
        }

        return new AnomalyDetector(new ForecastEngine(model, weights, preprocessor, threads), calibration, preprocessor);
    }

    /// <inheritdoc/>
    public AnomalyResult Detect(AnomalyRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Channels < 1 || request.Length < 1 || request.Values.Length != (long)request.Channels * request.Length)
        {
            throw PanguException.Usage("anomaly-shape", $"The request holds {request.Values.Length} values, expected {request.Channels} channel(s) x {request.Length} step(s), both at least 1.");
        }

        if (request.Channels != _units.Length)
        {
            throw PanguException.Usage("anomaly-channels", $"The series has {request.Channels} channel(s), expected {_units.Length}; the model was calibrated for that many, in the order of its traits.");
        }

        _engine.CheckChannels(request.Channels);
        var channelScores = ChannelScores(request, cancellationToken);
        var scores = Smooth(StepScores(channelScores, request.Channels, request.Length));
        return new AnomalyResult(scores, channelScores, [.. scores.Select(score => score >= Traits.Threshold)]);
    }

    /// <inheritdoc/>
    public void Dispose() => _engine.Dispose();

    private float[] ChannelScores(AnomalyRequest request, CancellationToken cancellationToken)
    {
        var (channels, length, context) = (request.Channels, request.Length, _engine.Context);
        var values = request.Values.Span;
        var scores = new float[values.Length];
        Array.Fill(scores, float.NaN);
        var stride = _calibration.Stride;
        var histories = new float[BatchStretches * channels * context];
        for (var start = context; start < length; start += BatchStretches * stride)
        {
            var stretches = Math.Min(BatchStretches, (length - start + stride - 1) / stride);
            for (var row = 0; row < stretches * channels; row++)
            {
                var (stretch, channel) = Math.DivRem(row, channels);
                values.Slice((channel * length) + start + (stretch * stride) - context, context).CopyTo(histories.AsSpan(row * context));
            }

            var batch = new SeriesBatch(histories.AsMemory(0, stretches * channels * context), stretches, channels, context);
            var mean = _engine.Forecast(batch, stride, cancellationToken).Mean;
            for (var i = 0; i < mean.Length; i++)
            {
                var (row, step) = Math.DivRem(i, stride);
                var (stretch, channel) = Math.DivRem(row, channels);
                var at = start + (stretch * stride) + step;
                if (at < length && float.IsFinite(values[(channel * length) + at]))
                {
                    scores[(channel * length) + at] = (float)(Math.Abs((double)values[(channel * length) + at] - mean[i]) / _units[channel]);
                }
            }
        }

        return scores;
    }

    private static float[] StepScores(float[] channelScores, int channels, int length)
    {
        var scores = new float[length];
        for (var step = 0; step < length; step++)
        {
            var (sum, count) = (0.0, 0);
            for (var channel = 0; channel < channels; channel++)
            {
                var score = channelScores[(channel * length) + step];
                if (!float.IsNaN(score))
                {
                    sum += score;
                    count++;
                }
            }

            scores[step] = count > 0 ? (float)(sum / count) : float.NaN;
        }

        return scores;
    }

    private float[] Smooth(float[] scores)
    {
        if (_calibration.Smoothing == 1)
        {
            return scores;
        }

        var smoothed = new float[scores.Length];
        for (var step = 0; step < scores.Length; step++)
        {
            smoothed[step] = float.NaN;
            if (float.IsNaN(scores[step]))
            {
                continue;
            }

            var (sum, count) = (0.0, 0);
            for (var at = Math.Max(0, step - _calibration.Smoothing + 1); at <= step; at++)
            {
                if (!float.IsNaN(scores[at]))
                {
                    sum += scores[at];
                    count++;
                }
            }

            smoothed[step] = (float)(sum / count);
        }

        return smoothed;
    }
}
