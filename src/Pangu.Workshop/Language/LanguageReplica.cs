using System.Globalization;
using System.Text;
using Pangu.Core;
using Pangu.Modalities.Series;
using Pangu.Modalities.Text;
using Pangu.Workshop.Language.Texts;
using Pangu.Workshop.Recipes;

namespace Pangu.Workshop.Language;

/// <summary>Writes a recipe that repeats another one with another text: its characters are counted, its parts chosen and the budget of the tables raised, and all that is written down, so that the operator can read and change it.</summary>
internal static class LanguageReplica
{
    /// <summary>Writes the recipe's YAML.</summary>
    /// <param name="recipe">The recipe to repeat.</param>
    /// <param name="replica">Name, files and places of the new one.</param>
    /// <returns>YAML text.</returns>
    /// <exception cref="PanguException">A role is unknown, or the text is too short or no UTF-8.</exception>
    public static string Write(LanguageRecipe recipe, Replica replica)
    {
        if (replica.Data is not [("text", var path)])
        {
            throw PanguException.Usage("new-data", $"--data got {string.Join(", ", replica.Data.Select(data => $"\"{data.Role}\""))}; recipes of the language family have one text, for example --data text=book.txt.");
        }

        if (replica.ReadOptions with { Missing = CsvReadOptions.Detect.Missing } != CsvReadOptions.Detect || replica.ReadOptions.Missing.Count > 0)
        {
            throw PanguException.Usage("new-options", "Options for reading CSV files were given, but recipes of the language family read a text; leave them out.");
        }

        var text = TextFile.Read(path, recipe.Data.Text.LineEnds);
        var context = recipe.Models.Values.Max(model => NetworkOf(recipe, model).Context);
        var settings = Settings(recipe.Data.Text, text, context, path);
        var data = TextData.Of(text, settings);
        var yaml = new StringBuilder();
        yaml.Append(CultureInfo.InvariantCulture, $"# {recipe.Title ?? recipe.Name}, repeated for {replica.Name}.\n#   ./pangu run {replica.RunReference}\n");
        yaml.Append("# Everything that is not said here is as in the recipe that it extends; ./pangu check lists what does not fit.\n");
        yaml.Append(CultureInfo.InvariantCulture, $"extends: {Quote(replica.Extends)}\nversion: 1\nname: {replica.Name}\ntitle: {Quote($"{replica.Name}, after the recipe {recipe.Name}")}\n\n");
        yaml.Append(CultureInfo.InvariantCulture, $"data:\n  standIn: null\n  text:\n    id: {replica.Name}\n    source: null\n    file: null\n    path: {Quote(Path.GetRelativePath(replica.Folder, path).Replace('\\', '/'))}\n");
        yaml.Append(CultureInfo.InvariantCulture, $"    splits: {{ train: {settings.Splits.Train}, validation: {settings.Splits.Validation} }} # {data.Facts.TrainCharacters} and {data.Facts.ValidationCharacters} of {data.Facts.Characters} characters\n");
        AppendTokenizer(yaml, recipe.Data.Text.Tokenizer, settings.Tokenizer, data.Facts.Vocabulary);
        AppendModels(yaml, recipe, data.Facts.Vocabulary);
        if (recipe.Evaluation.Prompt is not null)
        {
            yaml.Append("\nevaluation:\n  prompt: null # the first line of the new text's validation part\n");
        }

        return yaml.ToString();
    }

    /// <summary>The text's settings: the recipe's, with parts that leave at least one block to judge on and one to learn from.</summary>
    private static TextSettings Settings(TextSettings old, string text, int context, string path)
    {
        var characters = text.EnumerateRunes().Count();
        var block = context + 1; // Inputs, and the last target.
        if (characters < 2 * block)
        {
            throw PanguException.Usage("new-short", $"{path} has {characters} characters; learning from windows of {context} and judging on at least one of them needs {2 * block}. Bring more text, or a recipe with a shorter context.");
        }

        // Shares as in the recipe where it has them, nine tenths and one tenth where it counts characters; more for a short text's validation.
        var shares = old.Splits is { Train: <= 1, Validation: <= 1 } ? old.Splits : new TextSplitSettings();
        var splits = Math.Floor(shares.Validation * characters) > block ? shares : new TextSplitSettings { Train = characters - block, Validation = block };
        var unknown = old.Tokenizer.Unknown is { } character && text.Contains(character, StringComparison.Ordinal) ? character : null;
        return old with { Splits = splits, Tokenizer = old.Tokenizer with { MostCharacters = null, Unknown = unknown } };
    }

    private static void AppendTokenizer(StringBuilder yaml, TokenizerSettings old, TokenizerSettings now, int vocabulary)
    {
        if (now.Kind == TokenizerKind.Bytes)
        {
            return;
        }

        var unknown = old.Unknown is null ? string.Empty : now.Unknown is null ? ", unknown: null" : $", unknown: {Quote(now.Unknown)}";
        yaml.Append(CultureInfo.InvariantCulture, $"    tokenizer: {{ kind: characters, mostCharacters: {vocabulary}{unknown} }} # as many different ones as the text holds\n");
    }

    /// <summary>More different characters need larger tables: the budget of parameters grows by exactly that, and the new recipe says so.</summary>
    private static void AppendModels(StringBuilder yaml, LanguageRecipe recipe, int vocabulary)
    {
        var lines = new StringBuilder();
        foreach (var (name, model) in recipe.Models)
        {
            var network = NetworkOf(recipe, model);
            var perToken = Parameters(network, 2) - Parameters(network, 1);
            if (model.Budget is not { } budget)
            {
                continue;
            }

            // Where the old recipe does not say for how many characters its budget was written, the budget grows to what is needed.
            var raised = recipe.Data.Text.Tokenizer.MostCharacters is { } before
                ? budget.Parameters + (Math.Max(0, vocabulary - before) * perToken)
                : Math.Max(budget.Parameters, Parameters(network, vocabulary));
            if (raised > budget.Parameters)
            {
                lines.Append(CultureInfo.InvariantCulture, $"  {name}:\n    budget:\n      # Raised from {budget.Parameters} by {raised - budget.Parameters}: {vocabulary} different characters need larger tables, {perToken} parameters each.\n      parameters: {raised}\n");
            }
        }

        if (lines.Length > 0)
        {
            yaml.Append(CultureInfo.InvariantCulture, $"\nmodels:\n{lines}");
        }
    }

    private static long Parameters(LanguageNetworkSettings network, int vocabulary) => LanguageNetworkShape.CountedParameters(LanguageNetworkShape.ToConfig(network, vocabulary));

    private static LanguageNetworkSettings NetworkOf(LanguageRecipe recipe, LanguageModelSettings model) => model.Network ?? NetworkOf(recipe, recipe.Models[model.Parent!]);

    private static string Quote(string text) => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)}\"";
}
