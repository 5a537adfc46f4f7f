using System.CommandLine;
using System.Globalization;
using System.Text.Json.Serialization;
using Pangu.Cli.Workshop;
using Pangu.Core;
using Pangu.Workshop.Runs;

namespace Pangu.Cli.Verbs;

/// <summary><c>pangu run</c>: everything from data to released models, resumable.</summary>
internal static class RunVerb
{
    public static Command Create(VerbHost host)
    {
        var recipe = new Argument<string>("recipe") { Description = "Folder, file, or the name of a recipe under recipes/." };
        var resume = new Option<bool>("--resume") { Description = "Go on where an earlier run stopped. This is always done; the option is there so that scripts can say it." };
        return host.Verb(
            "run",
            "Runs a recipe: data, models of every tier, evaluation beside baselines, gate, registry, report. Stopped at any moment, the same command goes on.",
            "./pangu run power-transformer",
            [recipe, resume],
            call => Run(call, call.Parsed.GetValue(recipe)!),
            VerbUses.Recipe);
    }

    private static int Run(VerbCall call, string reference)
    {
        var workshop = new WorkshopHost(call);
        var (recipe, work) = workshop.Compose(reference);
        foreach (var note in work.Notes)
        {
            call.Errors.WriteLine($"note: {note}");
        }

        var (run, options) = workshop.Engine();
        try
        {
            var record = run.Execute(recipe, work, options, call.Progress, call.CancellationToken);
            var result = RunResult.Of(record);
            call.Result(result, RunJson.Default.RunResult, text => Write(text, record));
            return record.Status == RunStatus.Released ? 0 : 1;
        }
        catch (OperationCanceledException)
        {
            call.Errors.WriteLine($"Stopped at a safe point. Go on with: ./pangu run {string.Join(' ', [reference, .. workshop.Settings.Select(setting => $"--set {setting}"), $"--threads {call.Settings.Threads}"])}");
            throw;
        }
    }

    private static void Write(TextWriter text, RunRecord run)
    {
        var culture = CultureInfo.InvariantCulture;
        text.WriteLine();
        text.WriteLine(run.Title);
        foreach (var model in run.Models)
        {
            var verdict = model.Card.Gate is null ? "reported" : model.Card.Gate.Passed ? "RELEASED" : "NOT RELEASED";
            text.WriteLine($"  {model.Name,-40} {verdict,-13} package {model.Hash[..12]}");
            foreach (var (key, value) in model.Card.Metrics.Where(metric => metric.Key.EndsWith("/test/mse", StringComparison.Ordinal)))
            {
                var best = model.Card.Baselines.Where(baseline => baseline.Value.ContainsKey(key)).OrderBy(baseline => baseline.Value[key]).Select(baseline => (baseline.Key, Value: baseline.Value[key])).FirstOrDefault();
                text.WriteLine(string.Create(culture, $"    {key,-38} {value:0.0000}{(best.Key is null ? string.Empty : $"   best baseline {best.Value:0.0000} ({best.Key})")}"));
            }

            foreach (var check in model.Card.Gate?.Checks ?? [])
            {
                text.WriteLine(string.Create(culture, $"    {(check.Passed ? "pass" : "FAIL")} {check.Name}: {check.Detail}"));
            }
        }

        var status = run.Status == RunStatus.Released ? "released" : "not released";
        text.WriteLine(string.Create(culture, $"{status} in {run.Seconds:0} s, {run.EnergyJoules / 1000:0.0} kJ ({run.EnergySource}), {run.Prices.Amount(run.Seconds, run.EnergyJoules):0.0000} {run.Prices.Currency}{(run.Simulated ? "; the data are SIMULATED" : string.Empty)}"));
        text.WriteLine($"report: {Path.Combine(run.Folder, "report.html")}");
    }
}

/// <summary>What <c>run --json</c> prints.</summary>
internal sealed record RunResult(int Schema, string Run, string Status, bool Simulated, IReadOnlyList<RunModelResult> Models, string Report, double Seconds, double EnergyJoules)
{
    public static RunResult Of(RunRecord run) => new(
        1,
        run.Run,
        run.Status == RunStatus.Released ? "released" : "not-released",
        run.Simulated,
        [.. run.Models.Select(model => new RunModelResult(model.Name, model.Card.Tier, model.Card.Family, model.Hash, model.Folder, model.Card.Gate, model.Card.Metrics, model.Card.Baselines))],
        Path.Combine(run.Folder, "report.html"),
        run.Seconds,
        run.EnergyJoules);
}

/// <summary>One model; <c>package</c> is its hash.</summary>
internal sealed record RunModelResult(
    string Name,
    Tier Tier,
    Family Family,
    string Package,
    string Folder,
    GateResult? Gate,
    IReadOnlyDictionary<string, double> Metrics,
    IReadOnlyDictionary<string, IReadOnlyDictionary<string, double>> Baselines);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(RunResult))]
internal sealed partial class RunJson : JsonSerializerContext;
