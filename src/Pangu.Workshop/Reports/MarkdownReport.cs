using System.Globalization;
using System.Text;
using Pangu.Workshop.Runs;

namespace Pangu.Workshop.Reports;

/// <summary>The report as Markdown.</summary>
internal static class MarkdownReport
{
    /// <summary>Writes the report.</summary>
    /// <param name="run">What came of the run.</param>
    /// <param name="figures">Its figures; those of texts are written, plots are left to the page.</param>
    /// <returns>Markdown text.</returns>
    public static string Write(RunRecord run, IReadOnlyList<Figure> figures)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# {run.Title}\n\n{ReportWords.Verdict(run)}\n\n");
        foreach (var note in run.Notes)
        {
            text.Append(CultureInfo.InvariantCulture, $"> {note}\n\n");
        }

        foreach (var model in run.Models)
        {
            text.Append(CultureInfo.InvariantCulture, $"## {model.Name}\n\n{ReportWords.Describe(model)}\n\n");
            if (model.Card.Gate is { } gate)
            {
                Append(text, ReportTables.Gate(gate));
            }

            if (model.Card.Metrics.Count > 0)
            {
                Append(text, ReportTables.Figures(model.Card));
            }

            Append(text, ReportTables.Lineage(model.Card));
        }

        foreach (var figure in figures.Where(figure => figure.Texts.Count > 0))
        {
            text.Append(CultureInfo.InvariantCulture, $"## {figure.Section}: {figure.Title}\n\n{figure.Caption}\n\n");
            foreach (var sample in figure.Texts)
            {
                // Indented: no text can end such a block.
                text.Append(CultureInfo.InvariantCulture, $"{sample.Name}:\n\n    {sample.Text.ReplaceLineEndings("\n    ")}\n\n");
            }
        }

        text.Append("## Cost\n\n");
        Append(text, ReportTables.Cost(run));
        text.Append(CultureInfo.InvariantCulture, $"{ReportWords.Machine(run)}\n\n## What to do next\n\n");
        foreach (var step in ReportWords.NextSteps(run))
        {
            text.Append(CultureInfo.InvariantCulture, $"- {step}\n");
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, ReportTable table)
    {
        text.Append(CultureInfo.InvariantCulture, $"{table.Title}:\n\n| {string.Join(" | ", table.Header)} |\n|{string.Concat(table.Header.Select(_ => "---|"))}\n");
        foreach (var row in table.Rows)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {string.Join(" | ", row.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal)))} |\n");
        }

        text.Append('\n');
    }
}
