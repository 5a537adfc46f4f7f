using System.CommandLine;
using System.Text.Json.Serialization;
using Pangu.Cli.Terminal;
using Pangu.Cli.Workshop;
using Pangu.Core;
using Pangu.Workshop.Recipes;

namespace Pangu.Cli.Verbs;

/// <summary><c>pangu check</c>: everything that is wrong with a recipe, at once.</summary>
internal static class CheckVerb
{
    public static Command Create(VerbHost host)
    {
        var recipe = new Argument<string>("recipe") { Description = "Folder, file, or the name of a recipe under recipes/." };
        var schema = new Option<bool>("--schema") { Description = "Print the JSON Schema of the recipe's family instead, for editors." };
        return host.Verb(
            "check",
            "Lists every problem of a recipe with its file and line.",
            "./pangu check power-transformer",
            [recipe, schema],
            call => Run(call, call.Parsed.GetValue(recipe)!, call.Parsed.GetValue(schema)),
            VerbUses.Recipe);
    }

    private static int Run(VerbCall call, string reference, bool schema)
    {
        var workshop = new WorkshopHost(call);
        var result = workshop.Recipes.Check(workshop.Recipes.Locate(reference), workshop.Settings);
        if (schema && result.Family is { } family)
        {
            call.Output.Write(RecipeSchema.Write(family));
            return 0;
        }

        var json = new CheckResult(1, result.Problems.Count == 0, [.. result.Problems.Select(problem => new CheckProblem(FailureReport.Absolute(problem.Path), problem.Line, problem.Message))]);
        call.Result(json, CheckJson.Default.CheckResult, text => Write(text, reference, result.Problems));
        return json.Ok ? 0 : (int)ErrorKind.Usage;
    }

    private static void Write(TextWriter text, string reference, IReadOnlyList<Problem> problems)
    {
        text.WriteLine(problems.Count == 0 ? $"{reference}: no problems." : $"{reference}: {problems.Count} problem(s):");
        foreach (var problem in problems)
        {
            text.WriteLine($"  - {problem}");
        }
    }
}

/// <summary>What <c>check --json</c> prints.</summary>
internal sealed record CheckResult(int Schema, bool Ok, IReadOnlyList<CheckProblem> Problems);

/// <summary>One problem.</summary>
internal sealed record CheckProblem(string? Path, int? Line, string Message);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(CheckResult))]
internal sealed partial class CheckJson : JsonSerializerContext;
