using Pangu.Core;
using Pangu.Tensors;
using static TorchSharp.torch;

namespace Pangu.Models;

/// <summary>
/// Brings the members of a forecast together: the network, then the linear paths. Legend: <c>B</c> windows, <c>C</c> channels, <c>H</c> horizon, <c>Q</c> quantiles, <c>M</c> members.
/// </summary>
internal sealed class ForecastHeadModule
{
    private readonly ForecastHead _settings;
    private readonly LinearPathModule[] _linear;
    private readonly Tensor? _blend;
    private readonly Tensor? _spread;
    private readonly Tensor? _residuals;

    public ForecastHeadModule(ModelConfig model, ForecastHead settings, WeightTable weights)
    {
        _settings = settings;
        Output = settings.Output?.Accept(new ForecastOutputBuilder(model, settings, weights));
        _linear = [.. settings.Linear.Select((path, index) => new LinearPathModule(path, weights, $"head.linear.{index}"))];
        _blend = weights.Find("head.blend");
        _spread = weights.Find("head.spread");
        _residuals = weights.Find("head.residuals");
    }

    /// <summary>How the network's tokens become steps; null when there is no network.</summary>
    public IForecastOutputModule? Output { get; }

    /// <summary>Steps that the linear paths need.</summary>
    public int LinearContext => _settings.Linear.Select(path => path.Context).DefaultIfEmpty(0).Max();

    /// <summary>Blends the members and places the quantiles.</summary>
    /// <param name="network">[B, C, H, 1 + Q] in the units of the input; null when there is no network.</param>
    /// <param name="scored">[B, C, T] z-scored, gaps filled; null when there is no linear path.</param>
    /// <param name="channels">Mean and deviation of each channel.</param>
    /// <returns>Mean [B, C, H] and quantiles [B, C, H, Q] (null for none), in the units of the input.</returns>
    public (Tensor Mean, Tensor? Quantiles) Forward(Tensor? network, Tensor? scored, ChannelStatistics channels)
    {
        List<Tensor> members = [];
        var networkMean_BCH = network?.select(-1, 0);
        if (networkMean_BCH is not null)
        {
            members.Add(networkMean_BCH);
        }

        foreach (var path in _linear)
        {
            members.Add(channels.ToUnits(path.Forward(scored!)));
        }

        var mean_BCH = members[0];
        if (_blend is not null)
        {
            var weight_MC1 = _blend.unsqueeze(-1);
            mean_BCH = Operators.Multiply(members[0], weight_MC1.select(0, 0));
            for (var member = 1; member < members.Count; member++)
            {
                mean_BCH = Operators.AddProduct(mean_BCH, members[member], weight_MC1.select(0, member));
            }
        }

        return (mean_BCH, Quantiles(mean_BCH, network, networkMean_BCH, channels));
    }

    private Tensor? Quantiles(Tensor mean, Tensor? network, Tensor? networkMean, ChannelStatistics channels)
    {
        if (_settings.Quantiles.Count == 0)
        {
            return null;
        }

        var mean_BCH1 = mean.unsqueeze(-1);
        if (_settings.Intervals == IntervalSource.Residuals)
        {
            return Operators.Add(mean_BCH1, channels.ToDistances(_residuals!.unsqueeze(0)));
        }

        var distances = Operators.Add(network!.narrow(-1, 1, _settings.Quantiles.Count), networkMean!.unsqueeze(-1), -1);
        return _spread is null ? Operators.Add(mean_BCH1, distances) : Operators.AddProduct(mean_BCH1, distances, _spread.unsqueeze(-1));
    }
}
