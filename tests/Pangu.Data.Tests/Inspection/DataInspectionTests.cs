using Pangu.Data.Inspection;
using Pangu.Data.Sources;
using Pangu.Modalities.Series;

namespace Pangu.Data.Tests.Inspection;

public sealed class DataInspectionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Of_Ett_SaysWhatTheFileHolds()
    {
        var series = CsvSeriesReader.Read(Outside.Data("ett/ETTh1.csv"), cancellationToken: TestContext.Current.CancellationToken);
        var inspection = DataInspection.Of(series, new Catalogue(Path.Combine(Outside.RepositoryRoot, "datasets")).Get("ett"));
        Assert.Equal(17420, inspection.Records);
        Assert.Equal("1 h", inspection.Interval);
        Assert.Equal(24, inspection.Seasons.Main);
        Assert.Equal(0, inspection.Gaps.Count);
        Assert.Equal(["train", "choice", "gate", "test"], inspection.Splits.Select(split => split.Name));
        Assert.Equal([8640, 1440, 1440, 2880], inspection.Splits.Select(split => split.Rows));
        var oil = inspection.Fields[^1];
        Assert.Equal(("OT", "°C", 17420, 0), (oil.Name, oil.Unit, oil.Count, oil.Missing));
        Assert.Equal(13.3247, oil.Mean!.Value, 1e-3);
        Assert.Equal(8.5666, oil.Deviation!.Value, 1e-3);
    }

    [Fact]
    public void Of_OwnFile_CountsWhatIsMissing()
    {
        var path = _folder.Write("a.csv", "time,a,b\n" + string.Concat(Enumerable.Range(0, 20).Where(hour => hour is not (7 or 8 or 12)).Select(hour => $"2024-01-01 {hour:00}:00,{hour},{(hour == 3 ? "" : "5")}\n")));
        var inspection = DataInspection.Of(CsvSeriesReader.Read(path, cancellationToken: TestContext.Current.CancellationToken));
        Assert.Equal(20, inspection.Records);
        Assert.Equal(new GapSummary(2, 3, 2, "2024-01-01 07:00"), inspection.Gaps);
        Assert.Equal((17, 3), (inspection.Fields[0].Count, inspection.Fields[0].Missing));
        Assert.Equal((16, 4, 1), (inspection.Fields[1].Count, inspection.Fields[1].Missing, inspection.Fields[1].Distinct));
        Assert.Equal(0, inspection.Fields[1].Deviation);
        Assert.Equal(20, inspection.Splits.Sum(split => split.Rows));
    }

    [Fact]
    public void Of_OneRow_HasNoSplits()
    {
        var inspection = DataInspection.Of(CsvSeriesReader.Read(_folder.Write("a.csv", "time,a\n2024-01-01,1\n"), cancellationToken: TestContext.Current.CancellationToken));
        Assert.Empty(inspection.Splits);
        Assert.Null(inspection.Interval);
    }
}
