using Pangu.Training;
using Pangu.Workshop.Reports;

namespace Pangu.Workshop.Learning;

/// <summary>The loss curve of a training.</summary>
/// <param name="Loss">What the training loss is, with its unit.</param>
/// <param name="Validation">What a validation's figure is, with its unit.</param>
internal sealed record LearningFigure(string Loss, string Validation)
{
    private const int Points = 80;

    /// <summary>Name and unit of the vertical axis. Default <c>loss</c>.</summary>
    public string Label { get; init; } = "loss";

    /// <summary>The same loss in another unit, on the right; null for none.</summary>
    public SecondUnit? Second { get; init; }

    /// <summary>Loss over the steps, smoothed, and validations.</summary>
    /// <param name="model">Name of the model.</param>
    /// <param name="result">What came of the training.</param>
    /// <returns>The plot.</returns>
    public Figure Of(string model, TrainingResult result)
    {
        // Means of equal runs of steps: a curve of thousands of noisy steps says less than eighty means.
        var size = Math.Max(1, result.Losses.Count / Points);
        var means = result.Losses.Chunk(size).Select(run => (Step: run.Average(entry => (double)entry.Step), Loss: run.Average(entry => entry.Loss))).ToList();
        var traces = new List<Trace> { new(Loss, TraceKind.Line, [.. means.Select(point => point.Step)], [.. means.Select(point => point.Loss)]) { Role = TraceRole.Model } };
        if (result.Validations.Count > 0)
        {
            traces.Add(new Trace(Validation, TraceKind.Points, [.. result.Validations.Select(figure => (double)figure.Step)], [.. result.Validations.Select(figure => figure.Figure)]) { Role = TraceRole.Alarm });
        }

        var failures = result.Failures.Count == 0 ? string.Empty : $" {result.Failures.Count} failed step(s) were rolled back and their data left out.";
        var kept = result.Best is { } best ? $" Kept: the weights after step {best.Step}." : string.Empty;
        return new Figure(Figure.LearningSection, $"Learning of {model}", $"{result.Steps} steps.{kept}{failures}", "step", Label, traces) { Second = Second };
    }
}
