using Pangu.Core;
using Pangu.Models;
using Pangu.Tensors;

namespace Pangu.Training;

/// <summary>Asks a network on libtorch the way the torch-free engine is asked: for validation while training, and to compare what is served with what was trained. For one thread.</summary>
public sealed class NetworkForecaster : IForecaster
{
    private readonly SeriesNetwork _network;

    /// <summary>Wraps a network.</summary>
    /// <param name="network">A network that forecasts; stays the caller's.</param>
    public NetworkForecaster(SeriesNetwork network)
    {
        _network = network;
        var head = (ForecastHead)network.Model.Config.Head;
        Traits = new ForecasterTraits(network.Context, head.Horizon, head.Horizon, head.Quantiles, []);
    }

    /// <inheritdoc/>
    public ForecasterTraits Traits { get; }

    /// <inheritdoc/>
    public ForecastResult Forecast(ForecastRequest request, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var scope = new StepScope(gradient: false);
        var values = request.Values.ToArray();
        var observed = Array.ConvertAll(values, value => float.IsNaN(value) ? 0f : 1f);
        var forecast = _network.Forecast(
            Operators.Of(Array.ConvertAll(values, value => float.IsNaN(value) ? 0f : value), request.Windows, request.Channels, request.Length),
            Operators.Of(observed, request.Windows, request.Channels, request.Length));
        return new ForecastResult(Operators.ToArray(forecast.Mean), forecast.Quantiles is null ? [] : Operators.ToArray(forecast.Quantiles));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
