using Pangu.Core;
using Pangu.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Pangu.Models;

/// <summary>
/// A series model on libtorch, from windows to forecasts or reconstructions. Legend: <c>B</c> windows, <c>C</c> channels, <c>L</c> steps of history, <c>N</c> = B C rows
/// (channels within windows), <c>H</c> horizon, <c>Q</c> quantiles, <c>P</c> patches, <c>S</c> steps of a patch, <c>T</c> tokens, <c>D</c> width.
/// </summary>
/// <remarks>
/// Linear paths and residual quantiles work on z-scored values. This room does not read <c>preprocessor.json</c>: the caller hands in the means and deviations that it holds.
/// Longer histories are cut to their end; shorter ones count as missing at the front. For one thread at a time.
/// </remarks>
public sealed class SeriesNetwork
{
    private readonly TorchModel _model;
    private readonly SeriesEmbedder _settings;
    private readonly SeriesEmbedderModule _embedder;
    private readonly ForecastHeadModule? _forecast;
    private readonly ChannelLinear? _reconstruction;
    private readonly ChannelStatistics _channels;

    /// <summary>Puts embedder and head round a model's body.</summary>
    /// <param name="model">A series model; stays the caller's, who disposes it after the network's last use.</param>
    /// <param name="channels">Mean and deviation of each channel; null when values are z-scored already or nothing is scaled by them.</param>
    /// <exception cref="PanguException">The model is no series model.</exception>
    public SeriesNetwork(TorchModel model, ChannelStatistics? channels = null)
    {
        _model = model;
        _channels = channels ?? ChannelStatistics.None;
        _settings = model.Config.Embedder as SeriesEmbedder ?? throw PanguException.Usage("series-network", $"The model's embedder is {model.Config.Embedder.GetType().Name}; a series network needs a series embedder.");
        _embedder = new SeriesEmbedderModule(_settings, model.Weights);
        switch (model.Config.Head)
        {
            case ForecastHead head:
                Head = head;
                _forecast = new ForecastHeadModule(model.Config, head, model.Weights);
                break;
            case ReconstructionHead head:
                _reconstruction = ChannelLinear.Of(model.Weights, "head.projection", head.SharedProjection, head.Channels);
                break;
            default:
                throw PanguException.Usage("series-network", $"The model's head is {model.Config.Head.GetType().Name}; a series network has a forecast or a reconstruction head.");
        }
    }

    /// <summary>The model.</summary>
    public TorchModel Model => _model;

    /// <summary>Steps of history that it looks at.</summary>
    public int Context => Math.Max(_settings.Context, _forecast?.LinearContext ?? 0);

    private ForecastHead? Head { get; }

    /// <summary>The network's forecast in scaled units, for losses: linear paths, blend, spread and the antisymmetric average have no part in it.</summary>
    /// <param name="values">[B, C, L] float32 in the units of the input; anything, NaN too, where a value is missing.</param>
    /// <param name="observed">[B, C, L] float32: 1 where a value is observed, else 0.</param>
    /// <param name="tap">Receives intermediate values; null for none.</param>
    /// <returns>The forecast, in the caller's dispose scope; differentiable with respect to the parameters.</returns>
    /// <exception cref="PanguException">The head makes no network forecast, or the shapes do not fit.</exception>
    public ScaledForecast ForwardScaled(Tensor values, Tensor observed, IActivationTap? tap = null)
    {
        var output = _forecast?.Output ?? throw PanguException.Usage("series-network", "The model has no network forecast (its head has no output); there is nothing to train.");
        var (windows, seen) = Fit(values, observed, _settings.Context);
        // A patch output looks at the future tokens alone.
        int? lastTokens = tap is null && Head!.Output is PatchOutput ? _settings.FutureTokens : null;
        var pass = new ForwardPass(_model.Training, checked((int)values.size(1)), tap, lastTokens);
        var patches = _embedder.Cut(windows, seen, pass);
        var steps_NHQ = output.Forward(_model.Body.Forward(_embedder.Embed(patches.Values, patches.Flags), pass));
        return new ScaledForecast(steps_NHQ, patches.Location, patches.Scale);
    }

    /// <summary>The forecast as it is served: network and linear paths blended, quantiles placed. No gradient.</summary>
    /// <param name="values">[B, C, L] as for <see cref="ForwardScaled"/>.</param>
    /// <param name="observed">[B, C, L] as for <see cref="ForwardScaled"/>.</param>
    /// <param name="tap">Receives intermediate values; null for none.</param>
    /// <returns>The forecast in the units of the input, in the caller's dispose scope.</returns>
    /// <exception cref="PanguException">The model does not forecast, or the shapes do not fit.</exception>
    public SeriesForecast Forecast(Tensor values, Tensor observed, IActivationTap? tap = null)
    {
        var head = _forecast ?? throw PanguException.Usage("series-network", "The model reconstructs, it does not forecast.");
        using var scope = new StepScope(gradient: false);
        long windows = values.size(0), channels = values.size(1);
        if (_channels.Count > 0 && _channels.Count != channels)
        {
            throw PanguException.Usage("series-shape", $"Windows have {channels} channels, the model was made for {_channels.Count}.");
        }

        ScaledForecast? scaled = head.Output is null ? null : Network(values, observed, tap);
        var network_BCHQ = scaled is null
            ? null
            : Operators.Add(Operators.Multiply(scaled.Steps, scaled.Scale.unsqueeze(-1)), scaled.Location.unsqueeze(-1)).view(windows, channels, Head!.Horizon, -1);
        Tensor? scored_BCT = null;
        if (head.LinearContext > 0)
        {
            var (history, seen) = Fit(values, observed, head.LinearContext);
            scored_BCT = GapFilling.Fill(_channels.ToScores(history).contiguous(), seen.contiguous());
        }

        var (mean, quantiles) = head.Forward(network_BCHQ, scored_BCT, _channels);
        quantiles = quantiles?.sort(-1).Values; // A network's quantiles may cross; what is served ascends.
        return new SeriesForecast(mean.MoveToOuterDisposeScope(), quantiles?.MoveToOuterDisposeScope(), scaled?.Location.view(windows, channels).MoveToOuterDisposeScope(), scaled?.Scale.view(windows, channels).MoveToOuterDisposeScope());
    }

    /// <summary>Every patch of every window, made from those that were not masked; in scaled units.</summary>
    /// <param name="values">[B, C, L] as for <see cref="ForwardScaled"/>.</param>
    /// <param name="observed">[B, C, L] as for <see cref="ForwardScaled"/>.</param>
    /// <param name="masked">[B, C, P] row-major, true where a patch is hidden (<see cref="PatchMask"/>); null for none.</param>
    /// <param name="tap">Receives intermediate values; null for none.</param>
    /// <returns>The reconstruction, in the caller's dispose scope; differentiable with respect to the parameters.</returns>
    /// <exception cref="PanguException">The model does not reconstruct, or the shapes do not fit.</exception>
    public Reconstruction Reconstruct(Tensor values, Tensor observed, bool[]? masked, IActivationTap? tap = null)
    {
        var projection = _reconstruction ?? throw PanguException.Usage("series-network", "The model forecasts, it does not reconstruct.");
        var head = (ReconstructionHead)_model.Config.Head;
        var (windows, seen) = Fit(values, observed, _settings.Context);
        var pass = new ForwardPass(_model.Training, checked((int)values.size(1)), tap);
        var patches = _embedder.Cut(windows, seen, pass);
        var input_NPS = patches.Values;
        Tensor? mask_NP = null;
        if (masked is not null)
        {
            mask_NP = Operators.Of(Array.ConvertAll(masked, hidden => hidden ? 1f : 0f), input_NPS.size(0), input_NPS.size(1));
            using var value = head.MaskValue.ToScalar();
            input_NPS = input_NPS.masked_fill(mask_NP.unsqueeze(-1).to_type(ScalarType.Bool), value);
        }

        var tokens_NTD = _model.Body.Forward(_embedder.Embed(input_NPS, patches.Flags), pass);
        var patchTokens = tokens_NTD.narrow(1, _settings.ClassToken ? 1 : 0, _settings.Patches);
        return new Reconstruction(projection.Apply(patchTokens.contiguous()), patches.Values, mask_NP, patches.Location, patches.Scale);
    }

    /// <summary>The network's forecast, averaged with the negated forecast of the negated windows where the head says so.</summary>
    private ScaledForecast Network(Tensor values, Tensor observed, IActivationTap? tap)
    {
        var forecast = ForwardScaled(values, observed, tap);
        if (!Head!.Antisymmetric)
        {
            return forecast;
        }

        var negated_NHQ = ForwardScaled(Operators.Multiply(values, -1), observed).Steps;
        var quantiles = forecast.Steps.size(-1) - 1;
        var mirrored_NHQ = quantiles == 0
            ? negated_NHQ
            : Operators.Concatenate(-1, negated_NHQ.narrow(-1, 0, 1), negated_NHQ.narrow(-1, 1, quantiles).flip(-1));
        return forecast with { Steps = Operators.Multiply(Operators.Add(forecast.Steps, mirrored_NHQ, -1), 0.5) };
    }

    /// <summary>The last steps of windows, filled up at the front with missing ones.</summary>
    private static (Tensor Values, Tensor Observed) Fit(Tensor values, Tensor observed, int context)
    {
        if (values.dim() != 3 || !values.shape.AsSpan().SequenceEqual(observed.shape))
        {
            throw PanguException.Usage("series-shape", $"Windows have shape [{string.Join(", ", values.shape)}] and observed flags [{string.Join(", ", observed.shape)}]; both must be [windows, channels, steps].");
        }

        var length = values.size(2);
        if (length >= context)
        {
            return (values.narrow(2, length - context, context), observed.narrow(2, length - context, context));
        }

        var missing = zeros(values.size(0), values.size(1), context - length);
        return (Operators.Concatenate(2, missing, values), Operators.Concatenate(2, missing, observed));
    }
}

/// <summary>A network's forecast in scaled units. Legend as for <see cref="SeriesNetwork"/>.</summary>
/// <param name="Steps">[N, H, 1 + Q], the mean first, then the quantiles in the order of their levels.</param>
/// <param name="Location">[N, 1]: targets are scaled by (target - location) / scale.</param>
/// <param name="Scale">[N, 1].</param>
public sealed record ScaledForecast(Tensor Steps, Tensor Location, Tensor Scale);

/// <summary>A forecast in the units of the input. Legend as for <see cref="SeriesNetwork"/>.</summary>
/// <param name="Mean">[B, C, H].</param>
/// <param name="Quantiles">[B, C, H, Q]; null when the head has none.</param>
/// <param name="Location">[B, C]: what was subtracted from each window; null when there is no network.</param>
/// <param name="Scale">[B, C]: what each window was then divided by; null when there is no network.</param>
public sealed record SeriesForecast(Tensor Mean, Tensor? Quantiles, Tensor? Location, Tensor? Scale);

/// <summary>Patches made again. Legend as for <see cref="SeriesNetwork"/>.</summary>
/// <param name="Output">[N, P, S] in scaled units.</param>
/// <param name="Patches">[N, P, S] in scaled units: what should come out.</param>
/// <param name="Masked">[N, P]: 1 where a patch was hidden, else 0; null when none was.</param>
/// <param name="Location">[N, 1].</param>
/// <param name="Scale">[N, 1].</param>
public sealed record Reconstruction(Tensor Output, Tensor Patches, Tensor? Masked, Tensor Location, Tensor Scale);
