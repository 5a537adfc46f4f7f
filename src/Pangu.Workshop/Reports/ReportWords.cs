using System.Globalization;
using Pangu.Core;
using Pangu.Workshop.Runs;

namespace Pangu.Workshop.Reports;

/// <summary>The sentences that the page and the Markdown share.</summary>
internal static class ReportWords
{
    /// <summary>What came of the run, in one or two sentences.</summary>
    public static string Verdict(RunRecord run)
    {
        var gated = run.Models.Where(model => model.Gated).ToList();
        var failed = gated.Where(model => model.Card.Gate is not { Passed: true }).Select(model => model.Name).ToList();
        var verdict = run.Status == RunStatus.Released
            ? gated.Count == 0 ? "Done. This recipe gates nothing; every model is reported only." : $"Released: {string.Join(", ", gated.Select(model => model.Name))} passed every check."
            : $"Not released: {string.Join(", ", failed)} missed at least one check. The packages are kept and can be used by name, but are not served by default.";
        return run.Simulated ? verdict + " The data are SIMULATED: the figures say that the machinery works, nothing about real data." : verdict;
    }

    /// <summary>What a model is, in one sentence.</summary>
    public static string Describe(RunModel model)
    {
        var card = model.Card;
        var tier = card.Tier switch { Tier.Foundation => "foundation (L0)", Tier.Industry => "industry (L1)", _ => "scenario (L2)" };
        var gate = card.Gate is null ? "reported only" : card.Gate.Passed ? "released" : "not released";
        var parent = card.Parent is null ? string.Empty : $", made from {card.Parent[..12]}";
        var cost = card.Measured is { } spent ? string.Create(CultureInfo.InvariantCulture, $", {spent.Seconds:0} s and {spent.EnergyJoules / 1000:0.0} kJ ({spent.EnergySource}) with all that it needed") : string.Empty;
        return $"Tier {tier}, {gate}; package {model.Hash[..12]}{parent}{cost}.";
    }

    /// <summary>Where and how it ran.</summary>
    public static string Machine(RunRecord run) => string.Create(
        CultureInfo.InvariantCulture,
        $"Run {run.Run}, started {run.Started}, {run.Threads} thread(s) on {run.Machine}. Energy is {run.EnergySource}{(run.EnergySource == "assumed" ? $" at {run.Prices.AssumedWatts:0} W" : string.Empty)}; money at {run.Prices.PerMachineHour} {run.Prices.Currency} a machine hour and {run.Prices.PerKilowattHour} {run.Prices.Currency} a kilowatt-hour.");

    /// <summary>What to do next.</summary>
    public static IEnumerable<string> NextSteps(RunRecord run)
    {
        foreach (var model in run.Models.Where(model => model.Use is not null))
        {
            yield return model.Card.Gate is { Passed: false } gate
                ? $"{model.Name}: look at {string.Join(", ", gate.Checks.Where(check => !check.Passed).Select(check => check.Name))} above; more data, another parent or other settings are the places to start."
                : model.Use!;
        }

        yield return "Serve over HTTP: ./pangu serve --port 8080";
        yield return $"The next site with its own data: ./pangu new my-site --from {run.Recipe} --data {run.ReplicaData} && ./pangu run my-site";
    }
}
