using System.Globalization;

namespace Pangu.Training;

/// <summary>Judges a step before its gradients are used.</summary>
internal sealed class LossGuard(GuardOptions options, LossLog log)
{
    /// <summary>What is wrong with a step; null when nothing is.</summary>
    /// <param name="loss">Mean loss.</param>
    /// <param name="gradientNorm">L2 norm of all gradients.</param>
    public string? Judge(double loss, double gradientNorm)
    {
        if (!double.IsFinite(loss))
        {
            return $"the loss is {Text(loss)}";
        }

        if (!double.IsFinite(gradientNorm))
        {
            return $"the loss is {Text(loss)} but the gradient norm is {Text(gradientNorm)}";
        }

        if (options.SpikeFactor is not { } factor || log.RecentCount < options.WarmSteps)
        {
            return null;
        }

        var median = log.RecentMedian();
        return median > 0 && loss > factor * median
            ? $"the loss is {Text(loss)}, above {Text(factor)} times the recent median {Text(median)}"
            : null;
    }

    private static string Text(double value) => value.ToString("G5", CultureInfo.InvariantCulture);
}
