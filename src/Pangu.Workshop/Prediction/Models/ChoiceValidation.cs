using Pangu.Core;
using Pangu.Evaluation.Prediction;
using Pangu.Modalities.Series;
using Pangu.Models;
using Pangu.Training;
using Pangu.Workshop.Prediction.Sites;

namespace Pangu.Workshop.Prediction.Models;

/// <summary>The error of a network in training on windows of a site's choice half: what stopping and the choice of weights look at.</summary>
/// <param name="network">The network.</param>
/// <param name="site">The site.</param>
internal sealed class ChoiceValidation(SeriesNetwork network, SiteData site) : IDisposable
{
    // Every fifth window: neighbours hardly differ, and a validation should cost no more than a few steps.
    private const int Stride = 5;

    private readonly NetworkForecaster _forecaster = new(network);

    /// <summary>Windows that a validation looks at.</summary>
    /// <param name="choice">The choice half.</param>
    /// <param name="horizon">Steps ahead.</param>
    public static int Windows(RowRange choice, int horizon) => ((choice.Count - horizon) / Stride) + 1;

    /// <summary>Mean squared error in z-scored units.</summary>
    /// <param name="cancellation">Stops between batches.</param>
    /// <returns>The error.</returns>
    public double Measure(CancellationToken cancellation) => new ForecastTask
    {
        Range = site.Splits.Choice,
        Horizon = _forecaster.Traits.Horizon,
        Stride = Stride,
    }.Evaluate(_forecaster, site.Scaled, cancellationToken: cancellation).MeanSquaredError;

    /// <inheritdoc/>
    public void Dispose() => _forecaster.Dispose();
}
