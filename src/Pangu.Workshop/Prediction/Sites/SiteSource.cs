using System.Globalization;
using Pangu.Data.Sources;
using Pangu.Modalities.Series;
using Pangu.Workshop.Sources;

namespace Pangu.Workshop.Prediction.Sites;

/// <summary>Where a site's bytes are, and how they are read.</summary>
internal static class SiteSource
{
    /// <summary>What the recipe says of a site's file.</summary>
    /// <param name="data">The recipe's data section.</param>
    /// <param name="index">Position of the site in <see cref="SeriesDataSettings.Load"/>.</param>
    public static FileReference Reference(SeriesDataSettings data, int index)
    {
        var site = data.Load[index];
        return new FileReference($"Site {site.Id}", site.Path, site.Source, site.File) { StandIn = data.StandIn, StandInFile = index };
    }

    /// <summary>Unit of each column, where the catalogue knows it.</summary>
    public static IReadOnlyDictionary<string, string> UnitsOf(Dataset? dataset) =>
        (dataset?.Columns ?? []).Where(column => column.Unit is not null).ToDictionary(column => column.Name, column => column.Unit!);

    /// <summary>How the CSV file of a site is read.</summary>
    /// <param name="site">The site.</param>
    /// <returns>Options of the reader; what the recipe leaves out is detected.</returns>
    public static CsvReadOptions ReadOptions(SiteSettings site) => new CsvOptionTexts
    {
        Time = site.Time,
        TimeFormat = site.TimeFormat,
        TimeZone = site.TimeZone,
        Delimiter = site.Delimiter,
        Decimal = site.Decimal,
        Interval = site.IntervalSeconds?.ToString(CultureInfo.InvariantCulture),
        Header = site.Header is { } header ? (header ? "yes" : "no") : null,
        Duplicates = site.Duplicates,
        SkipLines = site.SkipLines.ToString(CultureInfo.InvariantCulture),
    }.Read(site.Channels.Count > 0 ? site.Channels : null) with { Missing = site.Missing };
}
