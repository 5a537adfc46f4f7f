using System.CommandLine;
using Pangu.Workshop.Registry;

namespace Pangu.Cli.Verbs.Models;

/// <summary><c>pangu models tree</c>: which model was made from which.</summary>
internal static class TreeVerb
{
    public static Command Create(VerbHost host) => host.Verb("tree", "Shows which model was made from which.", "./pangu models tree", [], Run);

    private static int Run(VerbCall call)
    {
        var forest = Lineage.Forest(call.Surroundings.Registry.List());
        call.Result(
            new ModelRows(1, [.. forest.Select(row => ModelRow.Of(row.Model) with { Depth = row.Depth })]),
            ModelsJson.Default.ModelRows,
            text =>
            {
                foreach (var (model, depth) in forest)
                {
                    var indent = depth == 0 ? "" : new string(' ', 3 * (depth - 1)) + "└─ ";
                    text.WriteLine($"{indent}{model.Name}  {model.Hash[..12]}  {model.Card.Tier.ToString().ToLowerInvariant()}, {ModelRow.State(model)}");
                }
            });
        return 0;
    }
}
