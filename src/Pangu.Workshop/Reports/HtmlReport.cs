using System.Globalization;
using System.Net;
using System.Text;
using Pangu.Workshop.Runs;

namespace Pangu.Workshop.Reports;

/// <summary>The report as one page with everything inside: no script, no outside resource.</summary>
internal static class HtmlReport
{
    private const string Style = """
        body{font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;color:#1c2733;margin:0;background:#f4f6f8}
        main{max-width:960px;margin:0 auto;padding:24px 20px 60px}
        h1{font-size:26px;margin:0 0 4px}h2{font-size:20px;margin:36px 0 8px;border-bottom:2px solid #d9e0e7;padding-bottom:4px}h3{font-size:16px;margin:20px 0 4px}
        .verdict{font-size:16px;padding:12px 16px;border-radius:8px;margin:14px 0}
        .good{background:#e2f4ea;border-left:6px solid #198754}.bad{background:#fdeaea;border-left:6px solid #c1121f}
        .note{background:#fff6dd;border-left:6px solid #e0a100;padding:8px 14px;border-radius:8px;margin:10px 0}
        .card,figure{background:#fff;border:1px solid #dfe5ea;border-radius:10px;padding:14px 18px;margin:14px 0}
        table{border-collapse:collapse;width:100%;font-size:13px;margin:6px 0 14px;display:block;overflow-x:auto}
        th,td{text-align:right;padding:4px 9px;border-bottom:1px solid #e8edf1;white-space:nowrap}
        th:first-child,td:first-child,td.text{text-align:left}td.text{white-space:normal}th{color:#52616f;font-weight:600}
        td.yes{color:#198754;font-weight:600}td.no{color:#c1121f;font-weight:700}
        svg{width:100%;height:auto;font:11px system-ui,sans-serif;fill:#3a4753}.grid{stroke:#e6ebef}.axis{stroke:#8a97a3}.tick{fill:#61707d}
        pre{white-space:pre-wrap;background:#f4f6f8;border-radius:8px;padding:10px 14px;font:13px/1.45 ui-monospace,Consolas,monospace}h4{font-size:13px;color:#52616f;margin:12px 0 4px}
        figure{margin:14px 0}figcaption{color:#52616f;font-size:13px}.facts{display:flex;flex-wrap:wrap;gap:10px;margin:12px 0}
        .fact{background:#fff;border:1px solid #dfe5ea;border-radius:10px;padding:8px 14px}.fact b{display:block;font-size:19px}
        """;

    /// <summary>Writes the page.</summary>
    /// <param name="run">What came of the run.</param>
    /// <param name="figures">Its plots, in order.</param>
    /// <returns>HTML text.</returns>
    public static string Write(RunRecord run, IReadOnlyList<Figure> figures)
    {
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>{Encode(run.Title)}</title><style>{Style}</style></head><body><main>");
        page.Append(CultureInfo.InvariantCulture, $"<h1>{Encode(run.Title)}</h1><div>{Encode(run.Started)}</div>");
        page.Append(CultureInfo.InvariantCulture, $"<div class=\"verdict {(run.Status == RunStatus.Released ? "good" : "bad")}\">{Encode(ReportWords.Verdict(run))}</div>");
        foreach (var note in run.Notes)
        {
            page.Append(CultureInfo.InvariantCulture, $"<div class=\"note\">{Encode(note)}</div>");
        }

        AppendFacts(page, run);
        foreach (var section in figures.GroupBy(figure => figure.Section))
        {
            page.Append(CultureInfo.InvariantCulture, $"<h2>{Encode(section.Key)}</h2>");
            foreach (var figure in section)
            {
                page.Append(CultureInfo.InvariantCulture, $"<figure><h3>{Encode(figure.Title)}</h3>{Draw(figure)}<figcaption>{Encode(figure.Caption)}</figcaption></figure>");
            }
        }

        page.Append("<h2>Models</h2>");
        foreach (var model in run.Models)
        {
            page.Append(CultureInfo.InvariantCulture, $"<div class=\"card\"><h3>{Encode(model.Name)}</h3><p>{Encode(ReportWords.Describe(model))}</p>");
            if (model.Card.Gate is { } gate)
            {
                Append(page, ReportTables.Gate(gate));
            }

            if (model.Card.Metrics.Count > 0)
            {
                Append(page, ReportTables.Figures(model.Card));
            }

            Append(page, ReportTables.Lineage(model.Card));
            page.Append("</div>");
        }

        page.Append("<h2>Cost</h2><div class=\"card\">");
        Append(page, ReportTables.Cost(run));
        page.Append(CultureInfo.InvariantCulture, $"<p>{Encode(ReportWords.Machine(run))}</p></div><h2>What to do next</h2><ul>");
        foreach (var step in ReportWords.NextSteps(run))
        {
            page.Append(CultureInfo.InvariantCulture, $"<li>{Encode(step)}</li>");
        }

        return page.Append("</ul></main></body></html>\n").ToString();
    }

    private static string Draw(Figure figure) => figure.Texts.Count == 0
        ? SvgPlot.Draw(figure)
        : string.Concat(figure.Texts.Select(text => $"<h4>{Encode(text.Name)}</h4><pre>{Encode(text.Text)}</pre>"));

    private static void AppendFacts(StringBuilder page, RunRecord run)
    {
        (string Name, string Value)[] facts =
        [
            ("time", string.Create(CultureInfo.InvariantCulture, $"{run.Seconds / 60:0.0} min")),
            ($"energy ({run.EnergySource})", string.Create(CultureInfo.InvariantCulture, $"{run.EnergyJoules / 3600:0.00} Wh")),
            ("cost", ReportTables.Money(run, run.Seconds, run.EnergyJoules)),
            ("models", run.Models.Count.ToString(CultureInfo.InvariantCulture)),
        ];
        page.Append("<div class=\"facts\">");
        foreach (var (name, value) in facts)
        {
            page.Append(CultureInfo.InvariantCulture, $"<div class=\"fact\"><b>{Encode(value)}</b>{Encode(name)}</div>");
        }

        page.Append("</div>");
    }

    private static void Append(StringBuilder page, ReportTable table)
    {
        page.Append(CultureInfo.InvariantCulture, $"<h3>{Encode(table.Title)}</h3><table><tr>{string.Concat(table.Header.Select(name => $"<th>{Encode(name)}</th>"))}</tr>");
        foreach (var row in table.Rows)
        {
            page.Append("<tr>");
            foreach (var cell in row)
            {
                var kind = cell switch { "yes" => " class=\"yes\"", "NO" => " class=\"no\"", { Length: > 40 } => " class=\"text\"", _ => string.Empty };
                page.Append(CultureInfo.InvariantCulture, $"<td{kind}>{Encode(cell)}</td>");
            }

            page.Append("</tr>");
        }

        page.Append("</table>");
    }

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
