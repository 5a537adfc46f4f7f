using System.Globalization;
using Pangu.Cli.Families;
using Pangu.Cli.Terminal;
using Pangu.Cli.Verbs.Data;
using Pangu.Data.Inspection;
using Pangu.Data.Sources;
using Pangu.Modalities.Series;
using Pangu.Workshop.Prediction;
using Pangu.Workshop.Prediction.Sites;
using Pangu.Workshop.Recipes;

namespace Pangu.Cli.Verbs.Prediction;

/// <summary>What <c>pangu data inspect</c> shows of series.</summary>
internal sealed class SeriesInspect : IDataInspector
{
    /// <inheritdoc/>
    public DatasetKind Kind => DatasetKind.Series;

    /// <inheritdoc/>
    public IReadOnlyList<string> Extensions => [".csv", ".tsv"];

    /// <inheritdoc/>
    public int Show(VerbCall call, string source, IReadOnlyList<string> files, Dataset? dataset, CsvOptions csv)
    {
        var options = csv.Read(call.Parsed);
        return Show(call, source, dataset?.Simulated is not null, [.. files.Select(path => new TableResult(path, DataInspection.Of(CsvSeriesReader.Read(path, options, call.CancellationToken), dataset)))]);
    }

    /// <inheritdoc/>
    public int Show(VerbCall call, string source, Recipe recipe, string folder)
    {
        var sites = SiteInspector.Inspect((SeriesRecipe)recipe, folder, call.Surroundings.Catalogue, call.Surroundings.Data(call.Settings.Offline), call.CancellationToken);
        return Show(call, source, sites.Any(site => site.Simulated), [.. sites.Select(site => new TableResult(site.Path, site.Inspection))]);
    }

    private static int Show(VerbCall call, string source, bool simulated, IReadOnlyList<TableResult> tables)
    {
        var first = tables[0].Inspection;
        var result = new DataInspectResult(1, source, simulated, tables.Sum(table => (long)table.Inspection.Records), first.Fields, first.Splits, tables);
        call.Result(result, DataJson.Default.DataInspectResult, text => Write(text, result));
        return 0;
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
