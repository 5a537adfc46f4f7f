using System.CommandLine;
using Pangu.Cli.Families;
using Pangu.Cli.Workshop;
using Pangu.Core;

namespace Pangu.Cli.Verbs.Data;

/// <summary><c>pangu data inspect</c>: what a data set or a file holds, or what the models of a recipe will see. What is shown is the family's.</summary>
internal static class InspectVerb
{
    public static Command Create(VerbHost host)
    {
        var source = new Argument<string>("source") { Description = "Id of a data set, a CSV or text file, or a recipe." };
        var csv = new CsvOptions();
        return host.Verb("inspect", "Shows what a data set, a file or a recipe's data hold: rows, columns, gaps, seasons, splits; of a text (.txt, .md) its characters, lines, splits.", "./pangu data inspect ett", [source, .. csv.All], call => Run(call, call.Parsed.GetRequiredValue(source), csv), VerbUses.Recipe);
    }

    private static int Run(VerbCall call, string source, CsvOptions csv)
    {
        if (File.Exists(source) && Path.GetExtension(source) is not (".yaml" or ".yml"))
        {
            return ModelFamilies.InspectorOf(Path.GetExtension(source)).Show(call, source, [Path.GetFullPath(source)], null, csv);
        }

        var catalogue = call.Surroundings.Catalogue;
        if (catalogue.Contains(source))
        {
            var dataset = catalogue.Get(source);
            var files = call.Surroundings.Data(call.Settings.Offline).Pull(dataset, null, call.Progress, call.CancellationToken);
            return ModelFamilies.InspectorOf(dataset.Kind).Show(call, source, [.. files.Select(file => file.Path)], dataset, csv);
        }

        var recipes = new WorkshopHost(call).Recipes;
        if (!File.Exists(source) && !Directory.Exists(source) && !recipes.Known().Contains(source))
        {
            throw PanguException.Missing("data-not-found", $"There is no file, data set or recipe '{source}'; data sets are {string.Join(", ", catalogue.Ids())}, recipes {string.Join(", ", recipes.Known())}.");
        }

        var (recipe, _, file) = recipes.Load(source, new WorkshopHost(call).Settings);
        return ModelFamilies.InspectorOf(recipe.Family).Show(call, source, recipe, Path.GetDirectoryName(Path.GetFullPath(file))!);
    }
}
