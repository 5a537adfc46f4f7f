using Pangu.Core;
using Pangu.Tensors;
using static TorchSharp.torch;

namespace Pangu.Models;

/// <summary>Runs a series model on libtorch for <c>pangu verify</c>.</summary>
public sealed class TorchVerifier : IVerifiableModel
{
    private readonly TorchModel _model;
    private readonly SeriesNetwork _network;

    /// <summary>Makes a verifier.</summary>
    /// <param name="model">A series model; the verifier owns it from now on.</param>
    /// <param name="channels">Mean and deviation of each channel; null when values are z-scored already or nothing is scaled by them.</param>
    /// <exception cref="PanguException">The model is no series model.</exception>
    public TorchVerifier(TorchModel model, ChannelStatistics? channels = null)
    {
        _model = model;
        _network = new SeriesNetwork(model, channels);
    }

    /// <inheritdoc/>
    public CaseLayout Layout { get; } = new SeriesCaseLayout();

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, TensorData> Run(IReadOnlyDictionary<string, TensorData> inputs, IReadOnlyDictionary<string, IReadOnlyList<long>> wanted)
    {
        var problem = SeriesCase.Read(_model.Config, inputs);
        var tap = new RecordingTap(problem.TapNames(wanted.Keys));
        using var scope = new StepScope(gradient: false);
        var context = problem.Values.Length / problem.Windows / problem.Channels;
        var values = Operators.Of(problem.Values, problem.Windows, problem.Channels, context);
        var observed = Operators.Of(problem.Observed, problem.Windows, problem.Channels, context);
        if (_model.Config.Head is ReconstructionHead)
        {
            var reconstruction = _network.Reconstruct(values, observed, problem.Masked, tap);
            return problem.Outputs(Result(reconstruction.Output, reconstruction.Location, reconstruction.Scale, tap), wanted.Keys);
        }

        var forecast = _network.Forecast(values, observed, tap);
        var none = zeros(problem.Windows, problem.Channels);
        return problem.Outputs(Result(forecast.Mean, forecast.Location ?? none, forecast.Scale ?? ones_like(none), tap) with { Quantiles = forecast.Quantiles is { } quantiles ? Operators.ToArray(quantiles) : [] }, wanted.Keys);
    }

    /// <inheritdoc/>
    public void Dispose() => _model.Dispose();

    private static SeriesCaseResult Result(Tensor output, Tensor location, Tensor scale, RecordingTap tap) =>
        new(Operators.ToArray(output), Operators.ToArray(location), Operators.ToArray(scale), tap.Values);
}
