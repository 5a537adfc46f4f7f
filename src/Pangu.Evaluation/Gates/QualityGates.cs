using System.Globalization;
using Pangu.Core;

namespace Pangu.Evaluation.Gates;

/// <summary>The bars that models of every family share. A figure that is not a number never passes.</summary>
public static class QualityGates
{
    /// <summary>Whether an error lies below the best baseline's by a margin.</summary>
    /// <param name="figure">The figure, lower is better.</param>
    /// <param name="baselines">The figure of each baseline on the same data; at least one.</param>
    /// <param name="margin">Share by which the model must lie below the best: 0.01 is 1 %.</param>
    /// <returns>The check <c>beats-best-baseline</c>.</returns>
    public static GateCheck BeatsBestBaseline(GateFigure figure, IReadOnlyDictionary<string, double> baselines, double margin)
    {
        var best = baselines.Where(pair => double.IsFinite(pair.Value)).OrderBy(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal).FirstOrDefault();
        var bar = best.Key is null ? double.NaN : best.Value * (1 - margin);
        return new GateCheck(
            "beats-best-baseline",
            figure.Value <= bar,
            figure.Value,
            null,
            double.IsNaN(bar) ? null : bar,
            best.Key is null
                ? $"no baseline gave a finite {figure.Name} on the {figure.Part}, so nothing was beaten."
                : Text($"{figure.Name} {figure.Value:F4} on the {figure.Part}; the best baseline, {best.Key}, has {best.Value:F4}, and the margin of {100 * margin:0.##} % puts the bar at {bar:F4}."));
    }

    /// <summary>Whether the served artefact computes what training computed.</summary>
    /// <param name="training">Numbers of the training engine.</param>
    /// <param name="served">The same numbers by the served package.</param>
    /// <param name="tolerance">Largest absolute difference that passes. The house rule is 1e-4.</param>
    /// <param name="unit">What the numbers are, in the plural, for example <c>logits</c>.</param>
    /// <returns>The check <c>served-equals-training</c>.</returns>
    public static GateCheck ServedEqualsTraining(ReadOnlySpan<float> training, ReadOnlySpan<float> served, double tolerance, string unit)
    {
        var largest = training.Length == served.Length && training.Length > 0 ? 0.0 : double.NaN;
        for (var i = 0; i < training.Length && !double.IsNaN(largest); i++)
        {
            largest = Math.Max(largest, Math.Abs((double)training[i] - served[i]));
        }

        return new GateCheck(
            "served-equals-training",
            largest <= tolerance,
            largest,
            null,
            tolerance,
            training.Length != served.Length
                ? Text($"training gave {training.Length} numbers and the served package {served.Length}.")
                : Text($"the served package and training differ by at most {largest:G3} {unit} over {training.Length} numbers; {tolerance:G3} passes."));
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A figure that a gate looks at.</summary>
/// <param name="Name">Its name in words, for example <c>mean squared error</c>.</param>
/// <param name="Value">The model's.</param>
/// <param name="Part">The part of the data that it was measured on, for example <c>gate half</c>.</param>
public readonly record struct GateFigure(string Name, double Value, string Part);
