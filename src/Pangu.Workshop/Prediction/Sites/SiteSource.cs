using System.Security.Cryptography;
using Pangu.Core;
using Pangu.Data.Sources;
using Pangu.Modalities.Series;

namespace Pangu.Workshop.Prediction.Sites;

/// <summary>Where a site's bytes are.</summary>
/// <param name="Path">Absolute path of the CSV file.</param>
/// <param name="Fingerprint">Identity, hash and licence of the bytes.</param>
/// <param name="Units">Unit of each column, where the catalogue knows it.</param>
/// <param name="Simulated">Whether the data are simulated.</param>
/// <param name="Note">What the operator should know; null for nothing.</param>
internal sealed record SiteSource(string Path, DataFingerprint Fingerprint, IReadOnlyDictionary<string, string> Units, bool Simulated, string? Note)
{
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
        Interval = site.IntervalSeconds?.ToString(System.Globalization.CultureInfo.InvariantCulture),
    }.Read(site.Channels.Count > 0 ? site.Channels : null);
}

/// <summary>Finds the bytes of a recipe's sites: a file of the operator's, the catalogue, or the simulated stand-in.</summary>
/// <param name="catalogue">The data sets that recipes may name.</param>
/// <param name="store">Brings them onto this machine.</param>
internal sealed class SiteResolver(Catalogue catalogue, DataStore store)
{
    /// <summary>Finds a site's bytes.</summary>
    /// <param name="data">The recipe's data section.</param>
    /// <param name="index">Position of the site in <see cref="SeriesDataSettings.Load"/>.</param>
    /// <param name="folder">Folder of the recipe.</param>
    /// <returns>Where they are.</returns>
    /// <exception cref="PanguException">They are nowhere and there is no stand-in.</exception>
    public SiteSource Resolve(SeriesDataSettings data, int index, string folder)
    {
        var site = data.Load[index];
        if (site.Path is { } path)
        {
            var file = System.IO.Path.GetFullPath(System.IO.Path.Combine(folder, path));
            if (!File.Exists(file))
            {
                throw PanguException.Missing("site-file", $"Site {site.Id}: the file {path} does not exist (looked for {file}); give the path relative to the recipe.");
            }

            using var stream = File.OpenRead(file);
            return new SiteSource(file, new DataFingerprint(path, Convert.ToHexStringLower(SHA256.HashData(stream)), "the operator's own", "train, validate, test"), new Dictionary<string, string>(), false, null);
        }

        try
        {
            return Pull(site.Source!, site.File, null);
        }
        catch (PanguException exception) when (exception.Kind == ErrorKind.Missing && data.StandIn is not null)
        {
            var files = catalogue.Get(data.StandIn).Files;
            return Pull(data.StandIn, files[index % files.Count].Path, $"Site {site.Id}: {site.Source} could not be reached, so the simulated set {data.StandIn} stands in. Figures on it say nothing about real equipment. ({exception.Message})");
        }
    }

    private SiteSource Pull(string id, string? name, string? note)
    {
        var dataset = catalogue.Get(id);
        var file = store.Pull(dataset, [name ?? dataset.Files[0].Path])[0];
        var units = dataset.Columns.Where(column => column.Unit is not null).ToDictionary(column => column.Name, column => column.Unit!);
        return new SiteSource(file.Path, new DataFingerprint($"{id}/{file.Name}", file.Sha256, dataset.Licence, "train, validate, test"), units, dataset.Simulated is not null, note);
    }
}
