using System.CommandLine;
using System.Globalization;
using Pangu.Cli.Terminal;
using Pangu.Core;
using Pangu.Data.Inspection;
using Pangu.Data.Sources;
using Pangu.Modalities.Series;

namespace Pangu.Cli.Verbs.Data;

/// <summary><c>pangu data inspect</c>: what a data set or a CSV file holds.</summary>
internal static class InspectVerb
{
    public static Command Create(VerbHost host)
    {
        var source = new Argument<string>("source") { Description = "Id of a data set, or a CSV file." };
        var csv = new CsvOptions();
        return host.Verb("inspect", "Shows what a data set or a CSV file holds: rows, columns, gaps, seasons, splits.", "./pangu data inspect ett", [source, .. csv.All], call => Run(call, call.Parsed.GetRequiredValue(source), csv));
    }

    private static int Run(VerbCall call, string source, CsvOptions csv)
    {
        var (dataset, files) = Find(call, source);
        var options = csv.Read(call.Parsed);
        var tables = files.Select(file => new TableResult(file, DataInspection.Of(CsvSeriesReader.Read(file, options, call.CancellationToken), dataset))).ToList();
        var first = tables[0].Inspection;
        var result = new DataInspectResult(1, source, dataset?.Simulated is not null, tables.Sum(table => (long)table.Inspection.Records), first.Fields, first.Splits, tables);
        call.Result(result, DataJson.Default.DataInspectResult, text => Write(text, result));
        return 0;
    }

    private static (Dataset? Dataset, IReadOnlyList<string> Files) Find(VerbCall call, string source)
    {
        if (File.Exists(source))
        {
            return (null, [Path.GetFullPath(source)]);
        }

        var catalogue = call.Surroundings.Catalogue;
        if (!catalogue.Contains(source))
        {
            throw PanguException.Missing("data-not-found", $"There is no file and no data set '{source}'; data sets are {string.Join(", ", catalogue.Ids())}.");
        }

        var dataset = catalogue.Get(source);
        return dataset.Kind == DatasetKind.Series
            ? (dataset, [.. call.Surroundings.Data(call.Settings.Offline).Pull(dataset, null, call.Progress, call.CancellationToken).Select(file => file.Path)])
            : throw PanguException.Usage("data-kind", $"{source} holds no series; this version inspects series.");
    }

    private static void Write(TextWriter text, DataInspectResult result)
    {
        if (result.Simulated)
        {
            text.WriteLine("Generated here; this is no real data.");
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
