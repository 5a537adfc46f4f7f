using System.CommandLine;
using System.Globalization;
using Pangu.Cli.Terminal;
using Pangu.Cli.Workshop;
using Pangu.Core;
using Pangu.Data.Inspection;
using Pangu.Data.Sources;
using Pangu.Modalities.Series;
using Pangu.Workshop.Language;
using Pangu.Workshop.Language.Texts;
using Pangu.Workshop.Prediction;
using Pangu.Workshop.Prediction.Sites;

namespace Pangu.Cli.Verbs.Data;

/// <summary><c>pangu data inspect</c>: what a data set or a CSV file holds, or what the models of a recipe will see.</summary>
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
        if (Texts(call, source) is { } texts)
        {
            return TextInspect.Show(call, source, texts);
        }

        var (simulated, tables) = Inspect(call, source, csv.Read(call.Parsed));
        var first = tables[0].Inspection;
        var result = new DataInspectResult(1, source, simulated, tables.Sum(table => (long)table.Inspection.Records), first.Fields, first.Splits, tables);
        call.Result(result, DataJson.Default.DataInspectResult, text => Write(text, result));
        return 0;
    }

    /// <summary>The texts that a source holds; null where it holds series, or nothing is found.</summary>
    private static IReadOnlyList<InspectedText>? Texts(VerbCall call, string source)
    {
        if (File.Exists(source) && Path.GetExtension(source) is not (".yaml" or ".yml"))
        {
            return TextInspect.IsText(source) ? [TextInspector.Inspect(Path.GetFullPath(source), null)] : null;
        }

        var (catalogue, store) = (call.Surroundings.Catalogue, call.Surroundings.Data(call.Settings.Offline));
        if (catalogue.Contains(source))
        {
            var dataset = catalogue.Get(source);
            return dataset.Kind == DatasetKind.Text ? [.. store.Pull(dataset, null, call.Progress, call.CancellationToken).Select(file => TextInspector.Inspect(file.Path, dataset))] : null;
        }

        var workshop = new WorkshopHost(call);
        return (File.Exists(source) || Directory.Exists(source) || workshop.Recipes.Known().Contains(source)) && workshop.Recipes.Load(source, workshop.Settings) is (LanguageRecipe recipe, _, var file)
            ? [TextInspector.Inspect(recipe, Path.GetDirectoryName(Path.GetFullPath(file))!, catalogue, store)]
            : null;
    }

    private static (bool Simulated, IReadOnlyList<TableResult> Tables) Inspect(VerbCall call, string source, CsvReadOptions options)
    {
        if (File.Exists(source) && Path.GetExtension(source) is not (".yaml" or ".yml"))
        {
            return (false, [Read(call, Path.GetFullPath(source), options, null)]);
        }

        var catalogue = call.Surroundings.Catalogue;
        if (catalogue.Contains(source))
        {
            var dataset = catalogue.Get(source);
            return dataset.Kind == DatasetKind.Series
                ? (dataset.Simulated is not null, [.. call.Surroundings.Data(call.Settings.Offline).Pull(dataset, null, call.Progress, call.CancellationToken).Select(file => Read(call, file.Path, options, dataset))])
                : throw PanguException.Usage("data-kind", $"{source} holds neither series nor text; this version inspects those.");
        }

        return InspectRecipe(call, source);
    }

    private static TableResult Read(VerbCall call, string path, CsvReadOptions options, Dataset? dataset) =>
        new(path, DataInspection.Of(CsvSeriesReader.Read(path, options, call.CancellationToken), dataset));

    private static (bool Simulated, IReadOnlyList<TableResult> Tables) InspectRecipe(VerbCall call, string source)
    {
        var workshop = new WorkshopHost(call);
        if (!File.Exists(source) && !Directory.Exists(source) && !workshop.Recipes.Known().Contains(source))
        {
            throw PanguException.Missing("data-not-found", $"There is no file, data set or recipe '{source}'; data sets are {string.Join(", ", call.Surroundings.Catalogue.Ids())}, recipes {string.Join(", ", workshop.Recipes.Known())}.");
        }

        var (recipe, _, file) = workshop.Recipes.Load(source, workshop.Settings);
        if (recipe is not SeriesRecipe series)
        {
            throw PanguException.Usage("data-kind", $"{source} is a recipe of the family {recipe.Family}; this version inspects series and texts.");
        }

        var sites = SiteInspector.Inspect(series, Path.GetDirectoryName(Path.GetFullPath(file))!, call.Surroundings.Catalogue, call.Surroundings.Data(call.Settings.Offline), call.CancellationToken);
        return (sites.Any(site => site.Simulated), [.. sites.Select(site => new TableResult(site.Path, site.Inspection))]);
    }

    private static void Write(TextWriter text, DataInspectResult result)
    {
        if (result.Simulated)
        {
            text.WriteLine("SIMULATED: generated here, this is no real data.");
        }

        foreach (var (path, table) in result.Tables)
        {
            text.WriteLine(path);
            text.WriteLine($"{table.Records} steps from {table.From} to {table.To}{(table.Interval is null ? "" : $", {table.Interval} apart")}{(table.TimeColumn is null ? ", no time column" : $", time in column {table.TimeColumn}")}{(table.IsRegular ? "" : ", irregular")}; {table.Gaps.Count} gaps of {table.Gaps.Steps} steps in all");
            Tables.Write(
                text, ["column", "unit", "missing", "minimum", "mean", "maximum", "deviation", "meaning"],
                table.Fields.Select(field => (IReadOnlyList<string>)[field.Name, field.Unit ?? "", $"{field.Missing}", Number(field.Minimum), Number(field.Mean), Number(field.Maximum), Number(field.Deviation), field.Meaning ?? ""]));
            text.WriteLine(table.Seasons.Main is { } main ? $"season   {main} steps{(table.Seasons.Second is { } second ? $", and {second}" : "")}" : "season   none found");
            foreach (var split in table.Splits)
            {
                text.WriteLine($"{split.Name,-8} {split.Rows} steps from {split.From} to {split.To}");
            }

            foreach (var note in table.Notes)
            {
                text.WriteLine($"note: {note}");
            }
        }
    }

    private static string Number(double? value) => value?.ToString("G5", CultureInfo.InvariantCulture) ?? "-";
}
