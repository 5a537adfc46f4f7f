using System.CommandLine;
using Pangu.Cli.Terminal;
using Pangu.Core;

namespace Pangu.Cli.Verbs.Models;

/// <summary><c>pangu models list</c>: every model, released or not.</summary>
internal static class ListVerb
{
    private const int HashDigits = 12;

    public static Command Create(VerbHost host) => host.Verb("list", "Lists every model, released or not.", "./pangu models list --json", [], Run);

    private static int Run(VerbCall call)
    {
        var models = call.Surroundings.Registry.List();
        call.Result(new ModelRows(1, [.. models.Select(ModelRow.Of)]), ModelsJson.Default.ModelRows, text => Write(text, models, call.Surroundings.Home));
        return 0;
    }

    private static void Write(TextWriter text, IReadOnlyList<RegisteredModel> models, string home)
    {
        if (models.Count == 0)
        {
            text.WriteLine($"No models in {home} yet; ./pangu run power-transformer makes some.");
            return;
        }

        Tables.Write(
            text,
            ["name", "tier", "family", "state", "size", "hash", "licence"],
            models.Select(model => (IReadOnlyList<string>)
            [
                model.Name + (model.Card.Simulated ? " (simulated data)" : ""), Words(model.Card.Tier), Words(model.Card.Family), ModelRow.State(model),
                Tables.Size(model.Bytes), model.Hash[..HashDigits], model.Card.Licence,
            ]));
    }

    private static string Words<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
