using Pangu.Workshop.Runs;

namespace Pangu.Workshop.Reports;

/// <summary>Planned beside spent time, a pair of bars a stage.</summary>
internal static class CostFigure
{
    /// <summary>Draws the stages of a run.</summary>
    /// <param name="run">What came of the run.</param>
    /// <returns>The plot.</returns>
    public static Figure Of(RunRecord run)
    {
        var positions = Enumerable.Range(0, run.Stages.Count).Select(stage => (double)stage).ToList();
        return new Figure(
            "What it cost",
            "Time by stage: planned before, spent after",
            "Stages without a planned bar were there already and cost nothing this time; what they cost when they were made is shown.",
            "stage",
            "seconds",
            [
                new Trace("spent", TraceKind.Bars, positions, [.. run.Stages.Select(stage => stage.Spent.Seconds)]) { Role = TraceRole.Model },
                new Trace("planned", TraceKind.Bars, positions, [.. run.Stages.Select(stage => stage.Planned?.Seconds ?? 0)]) { Role = TraceRole.Limit },
            ])
        {
            Categories = [.. run.Stages.Select(stage => stage.Name)],
        };
    }
}
