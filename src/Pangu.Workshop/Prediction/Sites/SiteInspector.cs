using Pangu.Core;
using Pangu.Data.Inspection;
using Pangu.Data.Sources;
using Pangu.Modalities.Series;
using Pangu.Workshop.Sources;

namespace Pangu.Workshop.Prediction.Sites;

/// <summary>Shows what a series recipe's models will see: its sites, read as training reads them, divided as the recipe divides them.</summary>
public static class SiteInspector
{
    /// <summary>Reads and summarises every site.</summary>
    /// <param name="recipe">A sound recipe.</param>
    /// <param name="folder">Folder of the recipe.</param>
    /// <param name="catalogue">The data sets that recipes may name.</param>
    /// <param name="store">Brings them onto this machine.</param>
    /// <param name="cancellationToken">Stops between rows.</param>
    /// <returns>The sites in the recipe's order.</returns>
    /// <exception cref="PanguException">A site's data is nowhere, or cannot be read.</exception>
    public static IReadOnlyList<InspectedSite> Inspect(SeriesRecipe recipe, string folder, Catalogue catalogue, DataStore store, CancellationToken cancellationToken)
    {
        var resolver = new FileResolver(catalogue, store);
        return [.. recipe.Data.Load.Select((site, index) => Inspect(site, resolver.Resolve(SiteSource.Reference(recipe.Data, index), folder), cancellationToken))];
    }

    private static InspectedSite Inspect(SiteSettings site, ResolvedFile source, CancellationToken cancellationToken)
    {
        var divided = new Dataset
        {
            Id = site.Id,
            Title = site.Id,
            Kind = DatasetKind.Series,
            Licence = source.Fingerprint.Licence,
            Description = source.Fingerprint.Id,
            Files = [],
            Columns = [.. SiteSource.UnitsOf(source.Dataset).Select(unit => new DatasetColumn(unit.Key, unit.Value, null))],
            Splits = new DatasetSplits(site.Splits.Train, site.Splits.Validation, site.Splits.Test),
        };
        return new InspectedSite(site.Id, source.Path, source.Simulated, DataInspection.Of(CsvSeriesReader.Read(source.Path, SiteSource.ReadOptions(site), cancellationToken), divided));
    }
}

/// <summary>What one site holds.</summary>
/// <param name="Id">Name of the site.</param>
/// <param name="Path">Absolute path of its file.</param>
/// <param name="Simulated">Whether the data are simulated.</param>
/// <param name="Inspection">The findings.</param>
public sealed record InspectedSite(string Id, string Path, bool Simulated, DataInspection Inspection);
