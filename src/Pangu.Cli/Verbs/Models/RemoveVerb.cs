using System.CommandLine;
using Pangu.Core;

namespace Pangu.Cli.Verbs.Models;

/// <summary><c>pangu models rm</c>: removes a model that nobody uses and nothing was made from.</summary>
internal static class RemoveVerb
{
    public static Command Create(VerbHost host)
    {
        var model = new Argument<string>("model") { Description = "Registry name or beginning of a hash." };
        return host.Verb("rm", "Removes a model; refused while it is in use or others were made from it.", "./pangu models rm power-transformer/forecast", [model], call => Run(call, call.Parsed.GetRequiredValue(model)));
    }

    private static int Run(VerbCall call, string reference)
    {
        var registry = call.Surroundings.Registry;
        var found = registry.Find(reference) ?? throw PanguException.Missing("model-not-found", $"The registry has no model '{reference}'; ./pangu models list shows what there is.");
        registry.Remove(reference);
        call.Result(new RemoveResult(1, found.Name, found.Hash), ModelsJson.Default.RemoveResult, text => text.WriteLine($"Removed {found.Name} ({found.Hash[..12]})."));
        return 0;
    }
}
