using System.CommandLine;
using System.Globalization;
using System.Text.Json.Serialization;
using Pangu.Cli.Workshop;
using Pangu.Workshop.Plans;
using Pangu.Workshop.Recipes;

namespace Pangu.Cli.Verbs;

/// <summary><c>pangu plan</c>: what a recipe will cost here, before anything is spent.</summary>
internal static class PlanVerb
{
    public static Command Create(VerbHost host)
    {
        var recipe = new Argument<string>("recipe") { Description = "Folder, file, or the name of a recipe under recipes/." };
        return host.Verb(
            "plan",
            "Measures a small piece of every stage and says what the recipe will cost on this machine.",
            "./pangu plan power-transformer",
            [recipe],
            call => Run(call, call.Parsed.GetValue(recipe)!),
            VerbUses.Recipe);
    }

    private static int Run(VerbCall call, string reference)
    {
        var workshop = new WorkshopHost(call);
        var (recipe, work) = workshop.Compose(reference);
        var (run, options) = workshop.Engine();
        var plan = run.Plan(recipe, work, options, call.Progress, call.CancellationToken);
        var result = PlanResult.Of(plan, recipe.Precision, run.Prices, run.EnergySource);
        call.Result(result, PlanJson.Default.PlanResult, text => Write(text, plan, result));
        return 0;
    }

    private static void Write(TextWriter text, Plan plan, PlanResult result)
    {
        var culture = CultureInfo.InvariantCulture;
        text.WriteLine(string.Create(culture, $"{"stage",-34}{"p50 s",9}{"p10 - p90 s",19}{"memory MB",12}{"energy kJ",12}"));
        foreach (var (stage, priced) in plan.Stages.Zip(result.Stages))
        {
            text.WriteLine(stage.Estimate is { } estimate
                ? string.Create(culture, $"{stage.Name,-34}{estimate.Seconds,9:0.0}{$"{estimate.SecondsLow:0.0} - {estimate.SecondsHigh:0.0}",19}{estimate.PeakMemoryBytes / 1e6,12:0}{priced.EnergyJoules / 1000,12:0.0}")
                : $"{stage.Name,-34}   done, will be reused");
        }

        text.WriteLine(string.Create(culture, $"{"total",-34}{plan.Seconds,9:0.0}{$"{plan.SecondsLow:0.0} - {plan.SecondsHigh:0.0}",19}{plan.PeakMemoryBytes / 1e6,12:0}{result.Total.EnergyJoules / 1000,12:0.0}"));
        text.WriteLine(string.Create(culture, $"cost: {result.Total.Cost.Amount:0.0000} {result.Total.Cost.Currency} (energy {result.EnergySource}; prices from prices.json)"));
        if (result.Precision == Precision.BFloat16)
        {
            text.WriteLine("precision: bodies train in bfloat16, as the recipe says; a processor without products of bfloat16 is faster with --set precision=float32");
        }
    }
}

/// <summary>What <c>plan --json</c> prints.</summary>
internal sealed record PlanResult(int Schema, IReadOnlyList<PlanStage> Stages, PlanTotal Total, string EnergySource, Precision Precision)
{
    public static PlanResult Of(Plan plan, Precision precision, Prices prices, string energySource)
    {
        // A plan cannot measure the energy of what has not run: seconds at the stated power.
        var energy = plan.Seconds * prices.AssumedWatts;
        return new PlanResult(
            1,
            [.. plan.Stages.Select(stage => new PlanStage(stage.Name, stage.Estimate?.Seconds ?? 0, stage.Estimate?.SecondsLow ?? 0, stage.Estimate?.SecondsHigh ?? 0, stage.Estimate?.PeakMemoryBytes ?? 0, (stage.Estimate?.Seconds ?? 0) * prices.AssumedWatts, stage.Estimate is null))],
            new PlanTotal(plan.Seconds, plan.SecondsLow, plan.SecondsHigh, plan.PeakMemoryBytes, energy, new PlanCost(prices.Amount(plan.Seconds, energy), prices.Currency)),
            energySource,
            precision);
    }
}

/// <summary>One stage: seconds are p50, with p10 and p90.</summary>
internal sealed record PlanStage(string Name, double Seconds, double SecondsP10, double SecondsP90, long PeakMemoryBytes, double EnergyJoules, bool Done);

/// <summary>All stages together.</summary>
internal sealed record PlanTotal(double Seconds, double SecondsP10, double SecondsP90, long PeakMemoryBytes, double EnergyJoules, PlanCost Cost);

/// <summary>Money.</summary>
internal sealed record PlanCost(double Amount, string Currency);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(PlanResult))]
internal sealed partial class PlanJson : JsonSerializerContext;
