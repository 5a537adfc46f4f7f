using Pangu.Core;
using Pangu.Data.Generated.Simulated;
using Pangu.Data.Sources;
using Pangu.Modalities.Series;

namespace Pangu.Data.Tests.Generated.Simulated;

public sealed class TransformerLoadGeneratorTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("simh1.csv")]
    [InlineData("simh2.csv")]
    public void Write_CatalogueEntry_HasTheShapeOfEtt(string file)
    {
        var table = Read(file);
        Assert.Equal(17420, table.StepCount);
        Assert.Equal(["HUFL", "HULL", "MUFL", "MULL", "LUFL", "LULL", "OT"], table.Names);
        Assert.Equal("2018-06-26 19:00:00", table.Clock.Text(table.Times[^1]));
        Assert.All(table.Values, channel => Assert.DoesNotContain(float.NaN, channel));
        var oil = table.Values[6];
        Assert.InRange(oil.Min(), -20, 20);
        Assert.InRange(oil.Max(), 40, 105);
    }

    [Fact]
    public void Write_ActivePower_IsTheSumOfBothSidesAndSmallLosses()
    {
        var table = Read("simh1.csv");
        for (var step = 0; step < table.StepCount; step++)
        {
            Assert.InRange(table.Values[0][step] - table.Values[2][step] - table.Values[4][step], -0.01f, 0.5f);
        }
    }

    [Fact]
    public void Write_OffTheGrid_OilCoolsToTheAir()
    {
        var table = Read("simh1.csv");
        var off = Enumerable.Range(0, table.StepCount).Where(step => table.Values[0][step] == 0).ToList();
        Assert.NotEmpty(off);
        var first = off[0];
        var length = off.TakeWhile((step, i) => step == first + i).Count();
        Assert.True(table.Values[6][first + length - 1] < table.Values[6][first] - 3);
    }

    [Fact]
    public void Write_SameSeed_GivesTheSameBytes()
    {
        var settings = Settings(48);
        Assert.Equal(Bytes(settings, 1), Bytes(settings, 1));
        Assert.NotEqual(Bytes(settings, 1), Bytes(settings, 2));
    }

    [Fact]
    public void Write_YearlyMean_IsNearTheStandardsOilRise()
    {
        // At a constant load factor K the rise over ambient settles at ((1 + R K^2) / (1 + R))^x r; with the root mean square of K that is the mean to within the curvature of the power x.
        var table = Read("simh1.csv");
        var settings = new Catalogue(Path.Combine(Outside.RepositoryRoot, "datasets")).Get("simulated-transformer");
        Assert.Equal("transformer-load", settings.Simulated!.Generator);
        var meanFactor = Math.Sqrt(table.Values[0].Average(value => value * value)) / 16;
        var expected = 16 + (55 * Math.Pow((1 + (5 * meanFactor * meanFactor)) / 6, 0.8));
        Assert.Equal(expected, table.Values[6].Average(), 4.0);
    }

    [Fact]
    public void Create_UnknownSetting_IsRefusedWithItsLine()
    {
        var section = YamlSection.Parse("settings:\n  start: 2016-07-01\n  rows: 3\n  climate: {}\n  speed: 3\n", "a.yaml").Section("settings")!;
        var exception = Assert.Throws<PanguException>(() => SimulatedGenerators.Create("a", new SimulatedSource("transformer-load", 1, section)));
        Assert.Contains(exception.Problems, problem => problem.Line == 5);
        Assert.Contains("a.yaml", exception.Message, StringComparison.Ordinal);
    }

    private static TransformerLoadSettings Settings(int rows) => new()
    {
        Start = new DateTime(2020, 1, 1),
        RowCount = rows,
        Climate = new ClimateSettings(10, 10, 5, 3, 60, 50),
        Transformers =
        [
            new TransformerSettings
            {
                File = "a.csv",
                RatedMegavoltamperes = 10,
                MediumMegawatts = 3,
                LowMegawatts = 3,
                SolarMegawatts = 1,
                CoolingPerKelvin = 0.05,
                HeatingPerKelvin = 0.02,
                NoiseShare = 0.05,
                OilRiseKelvin = 55,
                OilMinutes = 180,
                OilFactor = 1,
                LossRatio = 5,
                OilExponent = 0.8,
                OutageMonths = [],
            },
        ],
    };

    private static byte[] Bytes(TransformerLoadSettings settings, ulong seed)
    {
        using var stream = new MemoryStream();
        new TransformerLoadGenerator(settings, seed, "x").Write("a.csv", stream);
        return stream.ToArray();
    }

    private SeriesTable Read(string file)
    {
        var dataset = new Catalogue(Path.Combine(Outside.RepositoryRoot, "datasets")).Get("simulated-transformer");
        var pulled = new DataStore(new DataStoreSettings { CacheFolder = _folder.Path, Offline = true }).Pull(dataset, [file], cancellationToken: TestContext.Current.CancellationToken);
        return CsvSeriesReader.Read(pulled[0].Path, cancellationToken: TestContext.Current.CancellationToken).Table;
    }
}
