using System.Text.Json.Nodes;
using Pangu.Core;
using Pangu.Modalities.Series;
using Pangu.Workshop.Plans;
using Pangu.Workshop.Prediction.Costs;
using Pangu.Workshop.Sources;
using Pangu.Workshop.Stages;

namespace Pangu.Workshop.Prediction.Sites;

/// <summary>Reads one site's CSV file, by the same reader that serving uses, into a table that every other stage reads fast.</summary>
internal sealed class LoadSiteStage : Stage
{
    /// <summary>The site's settings.</summary>
    public required SiteSettings Site { get; init; }

    /// <summary>Where its bytes are.</summary>
    public required ResolvedFile Source { get; init; }

    /// <summary>What pieces of the recipe's work cost, for the plan.</summary>
    public required SeriesCosts Costs { get; init; }

    /// <inheritdoc/>
    public override string Kind => "load-series";

    /// <inheritdoc/>
    public override int Revision => 1;

    /// <inheritdoc/>
    public override JsonNode Settings => Canonical(new { Site = Site with { Path = null, Source = null, File = null }, Source.Fingerprint.Sha256, Units = SiteSource.UnitsOf(Source.Dataset).OrderBy(unit => unit.Key, StringComparer.Ordinal) });

    /// <inheritdoc/>
    public override void Execute(StageContext context)
    {
        var (table, notes) = CsvSeriesReader.Read(Source.Path, SiteSource.ReadOptions(Site), context.Cancellation);
        foreach (var note in notes)
        {
            context.Progress.Report(new WorkProgress(Name, 0, 0, "rows", Note: note));
        }

        SiteData.Write(context.Output, Describe(table), table);
        _ = SiteData.Read(context.Output); // Splits that do not fit the rows are told here, at the site.
        context.Progress.Report(new WorkProgress(Name, table.StepCount, table.StepCount, "rows"));
    }

    /// <inheritdoc/>
    public override StageEstimate Estimate(Calibration calibration) =>
        SeriesCosts.Estimate(Costs.Site(this, calibration).ReadSeconds, 0.5);

    private SiteFacts Describe(SeriesTable table) => new()
    {
        Id = Site.Id,
        Channels = table.Names,
        Units = [.. table.Names.Select(name => SiteSource.UnitsOf(Source.Dataset).GetValueOrDefault(name))],
        IntervalSeconds = table.IntervalSeconds,
        Season = Site.Season ?? SeasonDetector.Detect(table).Main,
        HasTimes = table.Clock.Format is not null,
        Train = Site.Splits.Train,
        Validation = Site.Splits.Validation,
        Test = Site.Splits.Test,
    };
}
