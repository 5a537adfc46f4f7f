using System.Text.Json;
using Pangu.Core;
using Pangu.Workshop.Runs;

namespace Pangu.Workshop.Reports;

/// <summary>Writes a run's report three times over: a page for people, Markdown for a repository, JSON for programs.</summary>
internal static class ReportWriter
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true, NewLine = "\n", NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals };

    /// <summary>Writes report.html, report.md and report.json into the run's folder.</summary>
    /// <param name="run">What came of the run.</param>
    /// <param name="figures">Its plots, in order.</param>
    public static void Write(RunRecord run, IReadOnlyList<Figure> figures)
    {
        Directory.CreateDirectory(run.Folder);
        DurableFile.WriteText(Path.Combine(run.Folder, "report.json"), JsonSerializer.Serialize(new { schema = 1, run }, Json));
        DurableFile.WriteText(Path.Combine(run.Folder, "report.md"), MarkdownReport.Write(run, figures));
        DurableFile.WriteText(Path.Combine(run.Folder, "report.html"), HtmlReport.Write(run, figures));
    }
}
