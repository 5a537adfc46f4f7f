using System.Globalization;
using Pangu.Core;
using Pangu.Workshop.Runs;

namespace Pangu.Workshop.Reports;

/// <summary>One table of the report.</summary>
/// <param name="Title">What it shows.</param>
/// <param name="Header">Names of the columns.</param>
/// <param name="Rows">The cells.</param>
internal sealed record ReportTable(string Title, IReadOnlyList<string> Header, IReadOnlyList<IReadOnlyList<string>> Rows);

/// <summary>The tables that the page and the Markdown share.</summary>
internal static class ReportTables
{
    /// <summary>A model's figures beside its baselines: a row a metric; lower is better for errors, so the smallest of a row stands out in no way but its number.</summary>
    public static ReportTable Figures(Card card)
    {
        var baselines = card.Baselines.Keys.ToList();
        return new ReportTable(
            "Figures beside baselines run on the same windows",
            ["figure", "this model", .. baselines],
            [.. card.Metrics.Select(metric => (IReadOnlyList<string>)
                [metric.Key, Number(metric.Value), .. baselines.Select(name => card.Baselines[name].TryGetValue(metric.Key, out var value) ? Number(value) : "–")])]);
    }

    /// <summary>A model's gate.</summary>
    public static ReportTable Gate(GateResult gate) => new(
        "Gate",
        ["check", "measured", "must be", "passed", "what it means"],
        [.. gate.Checks.Select(check => (IReadOnlyList<string>)[check.Name, Number(check.Value), Bounds(check), check.Passed ? "yes" : "NO", check.Detail])]);

    /// <summary>Planned beside spent, a row a stage.</summary>
    public static ReportTable Cost(RunRecord run) => new(
        "Cost by stage: planned before, spent after",
        ["stage", "planned s (p10 – p90)", "spent s", "energy kJ", "peak memory MB", "cost"],
        [
            .. run.Stages.Select(stage => (IReadOnlyList<string>)
            [
                stage.Name,
                stage.Planned is { } plan ? $"{Number(plan.Seconds)} ({Number(plan.SecondsLow)} – {Number(plan.SecondsHigh)})" : "reused",
                stage.Reused ? $"{Number(stage.Spent.Seconds)} (earlier)" : Number(stage.Spent.Seconds),
                Number(stage.Spent.EnergyJoules / 1000),
                Number(stage.Spent.PeakMemoryBytes / 1e6),
                Money(run, stage.Spent.Seconds, stage.Spent.EnergyJoules),
            ]),
            (IReadOnlyList<string>)
            [
                "whole run",
                run.Stages.Any(stage => stage.Planned is not null) ? Number(run.Stages.Sum(stage => stage.Planned?.Seconds ?? 0)) : "–",
                Number(run.Seconds),
                Number(run.EnergyJoules / 1000),
                Number(run.Stages.Max(stage => stage.Spent.PeakMemoryBytes) / 1e6),
                Money(run, run.Seconds, run.EnergyJoules),
            ],
        ]);

    /// <summary>What a model has seen.</summary>
    public static ReportTable Lineage(Card card) => new(
        "Data this model has seen",
        ["data", "role", "licence", "SHA-256"],
        [.. card.Data.Select(data => (IReadOnlyList<string>)[data.Id, data.Role, data.Licence, data.Sha256[..Math.Min(16, data.Sha256.Length)] + "…"])]);

    /// <summary>Money in the run's currency.</summary>
    public static string Money(RunRecord run, double seconds, double joules) =>
        string.Create(CultureInfo.InvariantCulture, $"{run.Prices.Amount(seconds, joules):0.0000} {run.Prices.Currency}");

    /// <summary>A number with about four digits.</summary>
    public static string Number(double value) => Math.Abs(value) switch
    {
        double.NaN => "–",
        >= 1000 => value.ToString("0", CultureInfo.InvariantCulture),
        >= 100 => value.ToString("0.0", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("0.00", CultureInfo.InvariantCulture),
        >= 0.01 or 0 => value.ToString("0.0000", CultureInfo.InvariantCulture),
        _ => value.ToString("0.00e0", CultureInfo.InvariantCulture),
    };

    private static string Bounds(GateCheck check) => (check.Minimum, check.Maximum) switch
    {
        ({ } low, { } high) => $"{Number(low)} – {Number(high)}",
        ({ } low, null) => $"at least {Number(low)}",
        (null, { } high) => $"at most {Number(high)}",
        _ => "–",
    };
}
