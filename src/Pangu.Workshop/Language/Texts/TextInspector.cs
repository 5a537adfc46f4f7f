using Pangu.Core;
using Pangu.Data;
using Pangu.Data.Inspection;
using Pangu.Data.Sources;
using Pangu.Modalities.Text;
using Pangu.Workshop.Sources;

namespace Pangu.Workshop.Language.Texts;

/// <summary>Shows what a language recipe's models will see: its text, read as training reads it, divided as the recipe divides it.</summary>
public static class TextInspector
{
    /// <summary>Reads and summarises a recipe's text.</summary>
    /// <param name="recipe">A sound recipe.</param>
    /// <param name="folder">Folder of the recipe.</param>
    /// <param name="catalogue">The data sets that recipes may name.</param>
    /// <param name="store">Brings them onto this machine.</param>
    /// <returns>What was found.</returns>
    /// <exception cref="PanguException">The text is nowhere, or cannot be read.</exception>
    public static InspectedText Inspect(LanguageRecipe recipe, string folder, Catalogue catalogue, DataStore store)
    {
        var text = recipe.Data.Text;
        var source = new FileResolver(catalogue, store).Resolve(TextSource.Reference(recipe.Data), folder);
        return Inspect(source.Path, source.Simulated, text.LineEnds, text.Separator, (text.Splits.Train, text.Splits.Validation));
    }

    /// <summary>Reads and summarises a file.</summary>
    /// <param name="path">A UTF-8 file.</param>
    /// <param name="dataset">The catalogue's entry; null for a file of the operator's.</param>
    /// <returns>What was found.</returns>
    /// <exception cref="PanguException">The file is no UTF-8.</exception>
    public static InspectedText Inspect(string path, Dataset? dataset) =>
        Inspect(path, dataset?.Simulated is not null, LineEnds.Keep, null, dataset?.Splits is { } splits ? (splits.Train, splits.Validation) : null);

    private static InspectedText Inspect(string path, bool simulated, LineEnds lineEnds, string? separator, (double Train, double Validation)? splits)
    {
        var text = TextFile.Read(path, lineEnds);
        var parts = splits is { } shares ? TextSplits.Of(text.EnumerateRunes().Count(), shares.Train, shares.Validation, path) : null;
        return new InspectedText(path, simulated, TextInspection.Of(text, separator, parts));
    }
}

/// <summary>What one text holds.</summary>
/// <param name="Path">Absolute path of its file.</param>
/// <param name="Simulated">Whether it is simulated.</param>
/// <param name="Inspection">The findings.</param>
public sealed record InspectedText(string Path, bool Simulated, TextInspection Inspection);

/// <summary>Where a recipe's text is.</summary>
internal static class TextSource
{
    /// <summary>What the recipe says of it.</summary>
    /// <param name="data">The recipe's data section.</param>
    public static FileReference Reference(LanguageDataSettings data) => new($"Text {data.Text.Id}", data.Text.Path, data.Text.Source, data.Text.File) { StandIn = data.StandIn };
}
