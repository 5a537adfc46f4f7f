using System.CommandLine;
using System.Globalization;
using Pangu.Cli.Terminal;
using Pangu.Core;
using Pangu.Data.Sources;

namespace Pangu.Cli.Verbs.Data;

/// <summary><c>pangu data inspect</c>: what a data set or a CSV file holds.</summary>
internal static class InspectVerb
{
    public static Command Create(VerbHost host)
    {
        var source = new Argument<string>("source") { Description = "Id of a data set, or a CSV file." };
        var csv = new CsvOptions();
        return host.Verb("inspect", "Shows what a data set or a CSV file holds: rows, columns, gaps, splits.", "./pangu data inspect ett", [source, .. csv.All], call => Run(call, call.Parsed.GetRequiredValue(source), csv));
    }

    private static int Run(VerbCall call, string source, CsvOptions csv)
    {
        var options = csv.Read(call.Parsed);
        var result = File.Exists(source)
            ? Combine(Path.GetFullPath(source), [TableSummary.Of(Path.GetFullPath(source), options, null, call.CancellationToken)], simulated: false)
            : InspectDataset(call, source, options);
        call.Result(result, DataJson.Default.DataInspectResult, text => Write(text, result));
        return 0;
    }

    private static DataInspectResult InspectDataset(VerbCall call, string id, Modalities.Series.CsvReadOptions options)
    {
        var catalogue = call.Surroundings.Catalogue;
        if (!catalogue.Contains(id))
        {
            throw PanguException.Missing("data-not-found", $"There is no file and no data set '{id}'; data sets are {string.Join(", ", catalogue.Ids())}.");
        }

        var dataset = catalogue.Get(id);
        if (dataset.Kind != DatasetKind.Series)
        {
            throw PanguException.Usage("data-kind", $"{id} holds no series; this version inspects series.");
        }

        var files = call.Surroundings.Data(call.Settings.Offline).Pull(dataset, null, call.Progress, call.CancellationToken);
        return Combine(id, [.. files.Select(file => TableSummary.Of(file.Path, options, dataset, call.CancellationToken))], dataset.Simulated is not null);
    }

    private static DataInspectResult Combine(string source, IReadOnlyList<TableResult> tables, bool simulated) =>
        new(1, source, tables.Sum(table => table.Records), tables.SelectMany(table => table.Fields).DistinctBy(field => field.Name).ToList() is var fields && tables.Count == 1
            ? tables[0].Fields
            : [.. fields.Select(field => Merge(field, tables))], tables[0].Splits, tables) { Simulated = simulated };

    private static FieldResult Merge(FieldResult field, IReadOnlyList<TableResult> tables)
    {
        var parts = tables.SelectMany(table => table.Fields.Where(other => other.Name == field.Name).Select(other => (Field: other, Count: table.Records - other.Missing))).ToList();
        var present = parts.Where(part => part.Count > 0).ToList();
        var missing = parts.Sum(part => part.Field.Missing);
        if (present.Count == 0)
        {
            return field with { Missing = missing };
        }

        var count = (double)present.Sum(part => part.Count);
        var mean = present.Sum(part => part.Count * part.Field.Mean!.Value) / count;
        var variance = present.Sum(part => part.Count * (Math.Pow(part.Field.Deviation!.Value, 2) + Math.Pow(part.Field.Mean!.Value - mean, 2))) / count;
        return field with { Missing = missing, Minimum = present.Min(part => part.Field.Minimum), Maximum = present.Max(part => part.Field.Maximum), Mean = mean, Deviation = Math.Sqrt(variance) };
    }

    private static void Write(TextWriter text, DataInspectResult result)
    {
        if (result.Simulated)
        {
            text.WriteLine("Generated here; this is no real data.");
        }

        foreach (var table in result.Tables)
        {
            text.WriteLine(table.Path);
            text.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{table.Records} rows{(table.First is null ? "" : $" from {table.First} to {table.Last}")}{(table.IntervalSeconds is { } interval ? $", {interval} s apart" : "")}{(table.Time is null ? "" : $", time in column {table.Time}")}"));
            Tables.Write(
                text, ["column", "unit", "missing", "minimum", "mean", "maximum", "deviation", ""],
                table.Fields.Select(field => (IReadOnlyList<string>)[field.Name, field.Unit ?? "", $"{field.Missing}", Number(field.Minimum), Number(field.Mean), Number(field.Maximum), Number(field.Deviation), field.Meaning ?? ""]));
            foreach (var split in table.Splits)
            {
                text.WriteLine($"{split.Name}: rows {split.Start} to {split.Start + split.Records - 1} ({split.Records})");
            }

            foreach (var note in table.Notes)
            {
                text.WriteLine($"note: {note}");
            }
        }
    }

    private static string Number(double? value) => value?.ToString("G5", CultureInfo.InvariantCulture) ?? "-";
}
