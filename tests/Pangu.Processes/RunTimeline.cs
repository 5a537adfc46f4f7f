using System.Text.RegularExpressions;

namespace Pangu.Processes;

/// <summary>When an uninterrupted run worked on what: the plan, each stage, and what follows the last stage.</summary>
public sealed partial class RunTimeline
{
    private readonly string _lastStage;

    private RunTimeline(IReadOnlyList<RunSpan> spans, string lastStage)
    {
        Spans = spans;
        _lastStage = lastStage;
    }

    /// <summary>Name of the span after the last stage: registry and report.</summary>
    public static string Finish => "registry-and-report";

    /// <summary>The spans in order.</summary>
    public IReadOnlyList<RunSpan> Spans { get; }

    /// <summary>Reads a timeline from what a run wrote to stderr.</summary>
    /// <param name="end">The run.</param>
    /// <returns>The timeline.</returns>
    public static RunTimeline Of(PanguEnd end)
    {
        var begins = end.Lines.Where(line => line.IsOf("plan")).Take(1).Concat(end.Lines.Where(line => line.Text.EndsWith(": started", StringComparison.Ordinal)))
            .Select(line => (Work: line.Text[..line.Text.IndexOf(':', StringComparison.Ordinal)], line.Seconds)).ToList();
        var lastStage = begins[^1].Work;
        begins.Add((Finish, end.Lines.Last(line => line.IsOf(lastStage) && IsDone(line)).Seconds));
        return new RunTimeline([.. begins.Select((begin, index) => new RunSpan(begin.Work, (index + 1 < begins.Count ? begins[index + 1].Seconds : end.Seconds) - begin.Seconds))], lastStage);
    }

    /// <summary>Whether a line tells that a run has come to a span, or has passed it.</summary>
    /// <param name="line">A line of stderr.</param>
    /// <param name="work">Name of the span.</param>
    public bool Reaches(ProgressLine line, string work) =>
        work == Finish ? line.IsOf(_lastStage) && IsDone(line) : line.IsOf(work);

    /// <summary>Moments in the order in which a run comes to them.</summary>
    /// <param name="points">Moments in any order.</param>
    public IReadOnlyList<KillPoint> InOrder(IEnumerable<KillPoint> points)
    {
        var order = Spans.Select((span, index) => (span.Work, index)).ToDictionary(pair => pair.Work, pair => pair.index);
        return [.. points.OrderBy(point => order[point.Work]).ThenBy(point => point.Seconds)];
    }

    private static bool IsDone(ProgressLine line) => Done().IsMatch(line.Text);

    [GeneratedRegex(@": (\d+)/\1 ")]
    private static partial Regex Done();
}

/// <summary>A part of a run.</summary>
/// <param name="Work">The plan, a stage, or <see cref="RunTimeline.Finish"/>.</param>
/// <param name="Seconds">How long it took.</param>
public sealed record RunSpan(string Work, double Seconds);
