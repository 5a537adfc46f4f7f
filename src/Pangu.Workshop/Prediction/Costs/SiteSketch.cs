using System.Diagnostics;
using Pangu.Data;
using Pangu.Data.Splits;
using Pangu.Evaluation.Prediction;
using Pangu.Modalities.Series;
using Pangu.Workshop.Plans;
using Pangu.Workshop.Prediction.Sites;

namespace Pangu.Workshop.Prediction.Costs;

/// <summary>What a plan knows of a site before its data is loaded: the first rows, and how many there are in all.</summary>
/// <param name="Series">The rows that were read.</param>
/// <param name="Parts">The parts within <paramref name="Series"/>, in the shares of the whole.</param>
/// <param name="Splits">The parts of the whole site.</param>
/// <param name="Season">Steps of the main season; null when there is none.</param>
/// <param name="ReadSeconds">What reading the whole site takes.</param>
internal sealed record SiteSketch(ScaledSeries Series, DataSplits Parts, DataSplits Splits, int? Season, double ReadSeconds)
{
    /// <summary>The training rows that were read.</summary>
    public RecordPart Training => new(Series.Scaled, Parts.Train.Start, Parts.Train.End);

    // A plan must take seconds however long the file is; this much is read in a fraction of one.
    private const long MostBytes = 8_000_000;

    /// <summary>Reads the site's file, or the head of a long one.</summary>
    /// <param name="stage">The stage that will load the site.</param>
    /// <param name="calibration">Has a folder for scratch, and the loaded site where it is there.</param>
    /// <returns>The sketch.</returns>
    public static SiteSketch Of(LoadSiteStage stage, Calibration calibration)
    {
        if (calibration.InputFolders.TryGetValue(stage.Name, out var folder))
        {
            var site = SiteData.Read(folder);
            return new SiteSketch(site.Scaled, site.Splits, site.Splits, site.Facts.Season, 0);
        }

        var bytes = new FileInfo(stage.Source.Path).Length;
        var path = bytes <= MostBytes ? stage.Source.Path : Head(stage.Source.Path, calibration.Scratch);
        var share = bytes <= MostBytes ? 1 : (double)new FileInfo(path).Length / bytes;
        var clock = Stopwatch.GetTimestamp();
        var table = CsvSeriesReader.Read(path, SiteSource.ReadOptions(stage.Site), calibration.Cancellation).Table;
        var season = stage.Site.Season ?? SeasonDetector.Detect(table).Main;
        var seconds = Stopwatch.GetElapsedTime(clock).TotalSeconds / share;

        var (asked, where) = (stage.Site.Splits, $"site {stage.Site.Id}");
        var rows = (int)Math.Min(table.StepCount / share, int.MaxValue);
        var splits = DataSplits.Of(rows, asked.Train, asked.Validation, asked.Test, where);
        var parts = share < 1 ? DataSplits.Of(table.StepCount, (double)splits.Train.Count / rows, (double)splits.Validation.Count / rows, (double)splits.Test.Count / rows, where) : splits;
        return new SiteSketch(ScaledSeries.Fit(table, parts.Train), parts, splits, season, seconds);
    }

    /// <summary>Whole lines from the beginning of a file.</summary>
    private static string Head(string path, string scratch)
    {
        var head = Path.Combine(scratch, "head.csv");
        using var reader = new StreamReader(path);
        using var writer = new StreamWriter(head);
        for (long written = 0; written < MostBytes && reader.ReadLine() is { } line; written += line.Length + 1)
        {
            writer.Write(line);
            writer.Write('\n');
        }

        return head;
    }
}
