using Pangu.Core;
using Pangu.Data.Generated.Series;

namespace Pangu.Data.Tests;

public sealed class SeriesMixtureTests
{
    private const int Length = 1216;

    public static TheoryData<SeriesFamily> Families => [.. Enum.GetValues<SeriesFamily>()];

    [Theory]
    [MemberData(nameof(Families))]
    public void Fill_EveryFamilyOnEveryGrid_IsFiniteAndDeterministic(SeriesFamily family)
    {
        double[] minutes = [1, 5, 10, 15, 30, 60, 120, 480, 1440, 10080, 43830, 3.6, 360];
        var generator = SeriesMixture.Create(family);
        var values = new float[Length];
        var again = new float[Length];
        var constant = 0;
        for (ulong seed = 0; seed < 130; seed++)
        {
            var grid = new TimeGrid(minutes[(int)(seed % 13)]);
            generator.Fill(values, grid, new RandomStream(seed));
            generator.Fill(again, grid, new RandomStream(seed));
            Assert.All(values, value => Assert.True(float.IsFinite(value)));
            Assert.Equal(values, again);
            constant += values.Max() == values.Min() ? 1 : 0;
        }

        Assert.InRange(constant, 0, 13);
    }

    /// <summary>Changes to a generator show here; a stage that uses them then needs a new revision.</summary>
    [Theory]
    [MemberData(nameof(Families))]
    public void Fill_OneSeed_GivesTheValuesOfRecord(SeriesFamily family)
    {
        var values = new float[256];
        SeriesMixture.Create(family).Fill(values, new TimeGrid(60), new RandomStream(7));
        float[] got = [values[10], values[100], values[255]];
        var expected = Records[family];
        Assert.True(got.Zip(expected).All(pair => Math.Abs(pair.First - pair.Second) <= 1e-3 * (1 + Math.Abs(pair.Second))), string.Create(System.Globalization.CultureInfo.InvariantCulture, $"[SeriesFamily.{family}] = [{got[0]:G6}f, {got[1]:G6}f, {got[2]:G6}f],"));
    }

    private static Dictionary<SeriesFamily, float[]> Records { get; } = new()
    {
        [SeriesFamily.TrendSeason] = [1.18835f, 2.3595f, 2.77572f],
        [SeriesFamily.MeanReverting] = [-0.988834f, -0.856015f, -0.610578f],
        [SeriesFamily.RandomWalk] = [-4.48704f, 35.0922f, 268.143f],
        [SeriesFamily.RandomFourier] = [-4.19603f, 4.35376f, -2.78392f],
        [SeriesFamily.SeasonalAutoregressive] = [-4.30884f, 16.1869f, 9.17892f],
        [SeriesFamily.ModulatedSeason] = [0.0623594f, 2.1372f, -2.27119f],
        [SeriesFamily.Event] = [-0.167821f, -0.12958f, 2.53874f],
        [SeriesFamily.CycleShape] = [0.979397f, 0.0305651f, 0.0180223f],
        [SeriesFamily.IntermittentLoad] = [0f, 1f, 0f],
        [SeriesFamily.TransformerThermal] = [56.9011f, 68.1394f, 54.3315f],
        [SeriesFamily.Pump] = [0.000635769f, 0.640503f, 0.675112f],
        [SeriesFamily.HeatExchanger] = [1.07629f, 1.0652f, 1.07469f],
    };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(17)]
    [InlineData(5000)]
    public void Fill_AnyLength_IsFinite(int length)
    {
        var mixture = new SeriesMixture(new SeriesMixtureConfig());
        var values = new float[length];
        for (ulong seed = 0; seed < 60; seed++)
        {
            mixture.Fill(values, new RandomStream(seed));
            Assert.All(values, value => Assert.True(float.IsFinite(value)));
        }
    }

    [Fact]
    public void Fill_ManySeries_AreStandardisedAndDiffer()
    {
        var mixture = new SeriesMixture(new SeriesMixtureConfig());
        var values = new float[Length];
        var seen = new HashSet<float>();
        for (ulong seed = 0; seed < 200; seed++)
        {
            mixture.Fill(values, new RandomStream(seed));
            var mean = values.Average(value => (double)value);
            var variance = values.Average(value => (value - mean) * (value - mean));
            Assert.Equal(0, mean, 1e-4);
            Assert.True(variance < 1e-6 || Math.Abs(variance - 1) < 1e-3, $"variance {variance}");
            seen.Add(values[500]);
        }

        Assert.True(seen.Count > 190);
    }

    [Fact]
    public void Fill_EarlierDraws_LeaveNoTrace()
    {
        var mixture = new SeriesMixture(new SeriesMixtureConfig());
        var values = new float[Length];
        var fresh = new float[Length];
        for (ulong seed = 0; seed < 40; seed++)
        {
            mixture.Fill(values, new RandomStream(seed));
            new SeriesMixture(new SeriesMixtureConfig()).Fill(fresh, new RandomStream(seed));
            Assert.Equal(fresh, values);
        }
    }

    [Fact]
    public void Fill_ManySeries_ShowManyPeriods()
    {
        int[] periods = [7, 12, 24, 48, 96, 144, 168, 288];
        var counts = new int[periods.Length];
        var mixture = new SeriesMixture(new SeriesMixtureConfig());
        var values = new float[Length];
        for (ulong seed = 0; seed < 600; seed++)
        {
            mixture.Fill(values, new RandomStream(seed));
            for (var i = 0; i < periods.Length; i++)
            {
                counts[i] += IsPeak(values, periods[i]) ? 1 : 0;
            }
        }

        Assert.All(counts, count => Assert.True(count >= 3, $"periods {string.Join(", ", periods)} were seen {string.Join(", ", counts)} times in 600 series"));
    }

    [Fact]
    public void Validate_WrongSettings_ListsThemAll()
    {
        var config = new SeriesMixtureConfig { LayeredShare = 2, Pump = -1, Augmentation = new SeriesAugmentationConfig { Noise = double.NaN } };
        Assert.Equal(3, config.Validate().Count);
        Assert.Empty(new SeriesMixtureConfig().Validate());
    }

    [Fact]
    public void MarkMissing_AnySeed_OnlyClears()
    {
        var observed = new bool[200];
        var cleared = 0;
        for (ulong seed = 0; seed < 100; seed++)
        {
            observed.AsSpan().Fill(true);
            observed[5] = false;
            SeriesAugmentation.MarkMissing(observed, new RandomStream(seed));
            Assert.False(observed[5]);
            cleared += observed.Count(flag => !flag) - 1;
        }

        Assert.InRange(cleared, 100, 10_000);
    }

    /// <summary>Whether the autocorrelation of the differenced series has a local peak above 0.3 at a lag.</summary>
    private static bool IsPeak(float[] values, int lag)
    {
        var change = values.Skip(1).Zip(values, (next, value) => next - value).ToArray();
        return Correlation(change, lag) > 0.3 && Correlation(change, lag) > Correlation(change, lag - 2) && Correlation(change, lag) > Correlation(change, lag + 2);
    }

    private static double Correlation(float[] values, int lag)
    {
        double product = 0, square = 1e-12;
        for (var t = lag; t < values.Length; t++)
        {
            product += values[t] * (double)values[t - lag];
            square += values[t] * (double)values[t];
        }

        return product / square;
    }
}
