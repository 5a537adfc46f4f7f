using System.Globalization;
using System.Text;
using Pangu.Core;
using Pangu.Modalities.Series;
using Pangu.Workshop.Recipes;

namespace Pangu.Workshop.Prediction;

/// <summary>Writes a recipe that repeats another one with a new site's data: what the CSV files hold is detected and written down, so that the operator can read and change it.</summary>
internal static class SeriesReplica
{
    private const double TrainShare = 0.6;
    private const double ValidationShare = 0.2;
    private const double TestShare = 0.2;

    /// <summary>Writes the recipe's YAML.</summary>
    /// <param name="recipe">The recipe to repeat.</param>
    /// <param name="replica">Name, files and places of the new one.</param>
    /// <returns>YAML text.</returns>
    /// <exception cref="PanguException">A role is unknown, or a file is too short or unreadable.</exception>
    public static string Write(SeriesRecipe recipe, Replica replica)
    {
        if (replica.Data.FirstOrDefault(data => data.Role != "load") is { Role: { } role })
        {
            throw PanguException.Usage("new-data", $"--data got the role \"{role}\"; recipes of the prediction family have load, for example --data load=meters.csv.");
        }

        var sites = replica.Data.Select((data, index) => (Id: replica.Data.Count == 1 ? replica.Name : $"{replica.Name}-{index + 1}", data.Path)).ToList();
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# {recipe.Title ?? recipe.Name}, repeated for {replica.Name}.\n#   ./pangu run {replica.RunReference}\n");
        text.Append("# Everything that is not said here is as in the recipe that it extends; ./pangu check lists what does not fit.\n");
        text.Append(CultureInfo.InvariantCulture, $"extends: {Quote(replica.Extends)}\nversion: 1\nname: {replica.Name}\ntitle: {Quote($"{replica.Name}, after the recipe {recipe.Name}")}\n\ndata:\n  load:\n");
        foreach (var (id, path) in sites)
        {
            AppendSite(text, recipe, id, path, replica);
        }

        AppendModels(text, recipe, [.. sites.Select(site => site.Id)]);
        return text.ToString();
    }

    private static void AppendSite(StringBuilder text, SeriesRecipe recipe, string id, string path, Replica replica)
    {
        var (table, notes) = CsvSeriesReader.Read(path, replica.ReadOptions);
        var channels = Channels(table, path, out var empty);
        var needed = (int)Math.Ceiling((recipe.Evaluation.Horizon + 1) / (ValidationShare / 2));
        if (table.StepCount < needed)
        {
            throw PanguException.Usage("new-short", $"{path} has {table.StepCount} rows; forecasting {recipe.Evaluation.Horizon} steps ahead with a gate of its own needs at least {needed}. Bring more history.");
        }

        foreach (var note in notes)
        {
            text.Append(CultureInfo.InvariantCulture, $"    # {note.ReplaceLineEndings(" ")}\n");
        }

        if (empty.Count > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"    # Left out, because they hold no value: {string.Join(", ", empty)}.\n");
        }

        var seasons = SeasonDetector.Detect(table);
        text.Append(CultureInfo.InvariantCulture, $"    - id: {id}\n      path: {Quote(Path.GetRelativePath(replica.Folder, path).Replace('\\', '/'))}\n");
        Line("time", table.Clock.Column is { } column ? Quote(column) : "none");
        Line("delimiter", replica.ReadOptions.Delimiter is { } delimiter ? Quote(delimiter.ToString()) : null);
        Line("decimal", replica.ReadOptions.Decimal is { } mark ? Quote(mark.ToString()) : null);
        Line("timeFormat", replica.ReadOptions.TimeFormat is { } format ? Quote(format) : null);
        Line("timeZone", replica.ReadOptions.TimeZone is { } zone ? Quote(zone) : null);
        Line("header", replica.ReadOptions.Header is { } header ? (header ? "true" : "false") : null);
        Line("missing", replica.ReadOptions.Missing.Count > 0 ? $"[{string.Join(", ", replica.ReadOptions.Missing.Select(Quote))}]" : null);
        Line("duplicates", replica.ReadOptions.Duplicates is var rule and not DuplicateRule.Error ? rule.ToString().ToLowerInvariant() : null);
        Line("skipLines", replica.ReadOptions.SkipLines is var lines and > 0 ? lines.ToString(CultureInfo.InvariantCulture) : null);
        Line("channels", $"[{string.Join(", ", channels.Select(Quote))}]");
        Line("intervalSeconds", table.Clock.Format is not null && table.IntervalSeconds is { } seconds ? seconds.ToString(CultureInfo.InvariantCulture) : null);
        Line("season", seasons.Main is { } main ? string.Create(CultureInfo.InvariantCulture, $"{main} # steps after which the series tend to repeat") : null);
        text.Append(CultureInfo.InvariantCulture, $"      splits: {{ train: {TrainShare}, validation: {ValidationShare}, test: {TestShare} }} # shares of {table.StepCount} rows, in order of time\n");

        void Line(string key, string? value)
        {
            if (value is not null)
            {
                text.Append(CultureInfo.InvariantCulture, $"      {key}: {value}\n");
            }
        }
    }

    /// <summary>Columns that hold values; at least one of them changes, or there is nothing to forecast.</summary>
    private static List<string> Channels(SeriesTable table, string path, out List<string> empty)
    {
        var values = table.Names.Zip(table.Values).ToLookup(channel => channel.Second.Any(float.IsFinite));
        empty = [.. values[false].Select(channel => channel.First)];
        return values[true].Any(channel => channel.Second.Where(float.IsFinite).Distinct().Skip(1).Any())
            ? [.. values[true].Select(channel => channel.First)]
            : throw PanguException.Usage("new-constant", $"{path} has no column whose values change ({string.Join(", ", table.Names)}), so there is nothing to forecast. Give a file with measured values.");
    }

    /// <summary>Models that named sites of the old recipe get the new ones.</summary>
    private static void AppendModels(StringBuilder text, SeriesRecipe recipe, IReadOnlyList<string> sites)
    {
        text.Append("\nmodels:\n");
        foreach (var (name, model) in recipe.Models.Where(model => model.Value.Site is not null || model.Value.Training?.Data.Any(share => share.Sites.Count > 0) == true))
        {
            text.Append(CultureInfo.InvariantCulture, $"  {name}:\n");
            if (model.Site is not null)
            {
                text.Append(CultureInfo.InvariantCulture, $"    site: {sites[0]}\n");
            }

            if (model.Training is { } training && training.Data.Any(share => share.Sites.Count > 0))
            {
                text.Append("    training:\n      data:\n");
                foreach (var share in training.Data)
                {
                    var source = share.Generated ? $"generated: true{(share.Length > 0 ? string.Create(CultureInfo.InvariantCulture, $", length: {share.Length}") : string.Empty)}" : $"sites: [{string.Join(", ", model.Site is null ? sites : sites.Take(1))}]";
                    text.Append(CultureInfo.InvariantCulture, $"        - {{ share: {share.Share}, {source} }}\n");
                }
            }
        }

        if (recipe.Evaluation.Sites.Count > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"\nevaluation:\n  sites: [{string.Join(", ", sites)}]\n");
        }
    }

    private static string Quote(string text) => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
