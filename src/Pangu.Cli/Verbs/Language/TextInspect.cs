using System.Globalization;
using System.Text.Json.Serialization;
using Pangu.Cli.Families;
using Pangu.Data;
using Pangu.Data.Inspection;
using Pangu.Data.Sources;
using Pangu.Workshop.Language;
using Pangu.Workshop.Language.Texts;
using Pangu.Workshop.Recipes;

namespace Pangu.Cli.Verbs.Language;

/// <summary>What <c>pangu data inspect</c> shows of texts.</summary>
internal sealed class TextInspect : IDataInspector
{
    /// <inheritdoc/>
    public DatasetKind Kind => DatasetKind.Text;

    /// <inheritdoc/>
    public IReadOnlyList<string> Extensions => [".txt", ".md", ".text"];

    /// <inheritdoc/>
    public int Show(VerbCall call, string source, IReadOnlyList<string> files, Dataset? dataset, CsvOptions csv) =>
        Show(call, source, [.. files.Select(path => TextInspector.Inspect(path, dataset))]);

    /// <inheritdoc/>
    public int Show(VerbCall call, string source, Recipe recipe, string folder) =>
        Show(call, source, [TextInspector.Inspect((LanguageRecipe)recipe, folder, call.Surroundings.Catalogue, call.Surroundings.Data(call.Settings.Offline))]);

    private static int Show(VerbCall call, string source, IReadOnlyList<InspectedText> texts)
    {
        var first = texts[0].Inspection;
        var result = new TextInspectResult(1, source, texts.Any(text => text.Simulated), texts.Sum(text => text.Inspection.Records), first.Fields, first.Splits, [.. texts.Select(text => new TextResult(text.Path, text.Inspection))]);
        call.Result(result, TextInspectJson.Default.TextInspectResult, text => Write(text, result));
        return 0;
    }

    private static void Write(TextWriter text, TextInspectResult result)
    {
        if (result.Simulated)
        {
            text.WriteLine("SIMULATED: generated here, this is no real data.");
        }

        foreach (var (path, inspection) in result.Texts)
        {
            var field = inspection.Fields[0];
            text.WriteLine(path);
            text.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{field.Count} characters, {field.Distinct} different ones, {field.Lines} lines (the longest of {field.LongestLine}), {field.Documents} document(s)"));
            text.WriteLine($"rarest     {string.Join(", ", inspection.Rarest.Select(each => $"{each.CodePoint} x {each.Count}"))}");
            foreach (var split in inspection.Splits)
            {
                text.WriteLine($"{split.Name,-10} {split.Rows} characters from {split.From} to {split.To}");
            }
        }
    }
}

/// <summary>What <c>data inspect --json</c> prints of texts: characters of all, field and splits of the first, then each text.</summary>
internal sealed record TextInspectResult(int Schema, string Source, bool Simulated, long Records, IReadOnlyList<TextFieldSummary> Fields, IReadOnlyList<SplitSummary> Splits, IReadOnlyList<TextResult> Texts);

/// <summary>One text.</summary>
internal sealed record TextResult(string Path, TextInspection Inspection);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(TextInspectResult))]
internal sealed partial class TextInspectJson : JsonSerializerContext;
