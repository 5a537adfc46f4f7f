using Pangu.Cli.Verbs;
using Pangu.Data.Sources;
using Pangu.Workshop.Recipes;

namespace Pangu.Cli.Families;

/// <summary>What <c>pangu data inspect</c> shows of one family's data.</summary>
internal interface IDataInspector
{
    /// <summary>Kind of the catalogue's sets that it reads.</summary>
    DatasetKind Kind { get; }

    /// <summary>Ends of the files that it reads, with the dot.</summary>
    IReadOnlyList<string> Extensions { get; }

    /// <summary>Reads files and shows what they hold.</summary>
    /// <param name="call">The call.</param>
    /// <param name="source">What the operator wrote.</param>
    /// <param name="files">Absolute paths.</param>
    /// <param name="dataset">The catalogue's entry; null for a file of the operator's.</param>
    /// <param name="csv">How the operator says that CSV files are to be read.</param>
    /// <returns>The exit code.</returns>
    int Show(VerbCall call, string source, IReadOnlyList<string> files, Dataset? dataset, CsvOptions csv);

    /// <summary>Shows what the models of a recipe will see.</summary>
    /// <param name="call">The call.</param>
    /// <param name="source">What the operator wrote.</param>
    /// <param name="recipe">A sound recipe of the family.</param>
    /// <param name="folder">Its folder.</param>
    /// <returns>The exit code.</returns>
    int Show(VerbCall call, string source, Recipe recipe, string folder);
}
