using Pangu.Core;
using Pangu.Data.Generated.Series;

namespace Pangu.Data.Tests;

public sealed class SeriesBatchesTests
{
    private static readonly SeriesBatchShape _shape = new(4, 1, 64, 16);
    private static readonly Seeds _seeds = new(3);

    [Fact]
    public void Get_AnyOrderOfCalls_DependsOnThePlaceAlone()
    {
        var batches = Generated();
        var first = Copy(batches.Get(5, 1));
        batches.Get(9, 0);
        Assert.Equal(first, Copy(batches.Get(5, 1)));
        Assert.NotEqual(first, Copy(batches.Get(5, 0)));
        Assert.NotEqual(first, Copy(batches.Get(6, 1)));
        Assert.Equal(first, Copy(Generated().Get(5, 1)));
    }

    [Fact]
    public void Get_Ahead_GivesTheSameBatchesAlsoAfterJumps()
    {
        using var ahead = new BatchesAhead(Generated(), microBatches: 2, ahead: 2);
        var plain = Generated();
        foreach (var (draw, micro) in new (long, int)[] { (0, 0), (0, 1), (1, 0), (1, 1), (7, 0), (7, 1), (8, 0), (3, 1), (4, 0), (4, 0) })
        {
            Assert.Equal(Copy(plain.Get(draw, micro)), Copy(ahead.Get(draw, micro)));
        }
    }

    [Fact]
    public void Get_AheadOfASourceThatFails_ThrowsTheSourcesError()
    {
        var broken = new RecordWindows([new RecordPart([new float[10]], 0, 10)]);
        using var ahead = new BatchesAhead(new SampledBatches(broken, _shape, _seeds), microBatches: 1);
        var error = Assert.Throws<PanguException>(() => ahead.Get(0, 0));
        Assert.Equal("records-short", error.Code);
    }

    [Fact]
    public void Fill_RecordWithGaps_MarksThemAndNeverLeavesThePart()
    {
        var values = new float[400];
        for (var t = 0; t < values.Length; t++)
        {
            values[t] = t % 10 == 3 ? float.NaN : t;
        }

        var batches = new SampledBatches(new RecordWindows([new RecordPart([values], 100, 300)]), _shape, _seeds);
        for (var draw = 0; draw < 50; draw++)
        {
            var batch = batches.Get(draw, 0);
            for (var i = 0; i < batch.Values.Length; i++)
            {
                Assert.True(batch.Observed[i] ? batch.Values[i] is >= 100 and < 300 : batch.Values[i] == 0);
            }

            for (var row = 0; row < _shape.Rows; row++)
            {
                var window = batch.Window(row);
                for (var t = 1; t < _shape.Context; t++)
                {
                    Assert.True(!window.Observed[t] || !window.Observed[t - 1] || window.Values[t] == window.Values[t - 1] + 1);
                }

                foreach (var value in window.Future)
                {
                    Assert.True(float.IsNaN(value) || value is >= 164 and < 300);
                }
            }
        }
    }

    [Fact]
    public void Fill_RecordShorterThanTheHistory_BeginsLate()
    {
        var values = Enumerable.Range(0, 30).Select(t => (float)t).ToArray();
        var batch = new SampledBatches(new RecordWindows([new RecordPart([values], 0, 30)]), _shape, _seeds).Get(0, 0);
        var window = batch.Window(0);
        Assert.False(window.Observed[0]);
        Assert.True(window.Observed[^1]);
        Assert.Equal(14, window.Future[0]);
    }

    [Fact]
    public void Fill_CombinedChannels_AddsAShareOfOneToTheOther()
    {
        var ramp = Enumerable.Range(0, 200).Select(t => (float)t).ToArray();
        var nothing = new float[200];
        nothing[150] = float.NaN;
        var batches = new SampledBatches(new RecordWindows([new RecordPart([ramp, nothing], 0, 200)], combined: 1), _shape, _seeds);
        var slopes = new List<double>();
        var missing = 0;
        for (var draw = 0; draw < 30; draw++)
        {
            for (var row = 0; row < _shape.Rows; row++)
            {
                var window = batches.Get(draw, 0).Window(row);
                missing += window.Observed.Contains(false) || window.Future.Contains(float.NaN) ? 1 : 0;
                if (!window.Observed[0] || !window.Observed[1] || float.IsNaN(window.Future[0]))
                {
                    continue;
                }

                double slope = window.Values[1] - window.Values[0];
                slopes.Add(Math.Abs(slope));
                Assert.Equal(window.Values[0] + (_shape.Context * slope), window.Future[0], 1e-2); // One line through history and future.
            }
        }

        // Of the ramp 1 / sqrt(1 + g^2) where it comes first, g / sqrt(1 + g^2) where second, g in 0.2 .. 1.
        Assert.All(slopes, slope => Assert.InRange(slope, 0.196, 0.981));
        Assert.InRange(slopes.Count(slope => slope > Math.Sqrt(0.5)), 30, 90);
        Assert.True(missing > 0);
    }

    [Fact]
    public void Fill_AllChannels_StandSideBySide()
    {
        var low = Enumerable.Range(0, 200).Select(t => (float)t).ToArray();
        var high = low.Select(value => value + 1000).ToArray();
        var shape = _shape with { Channels = 2 };
        var window = new SampledBatches(new RecordWindows([new RecordPart([low, high], 0, 200)]), shape, _seeds).Get(0, 0).Window(2);
        Assert.Equal(window.Values[0] + 1000, window.Values[shape.Context]);
        Assert.Equal(window.Future[0] + 1000, window.Future[shape.Horizon]);
    }

    [Fact]
    public void Fill_Mixture_DrawsByShare()
    {
        RecordWindows ones = new([new RecordPart([Enumerable.Repeat(1f, 100).ToArray()], 0, 100)]);
        RecordWindows twos = new([new RecordPart([Enumerable.Repeat(2f, 100).ToArray()], 0, 100)]);
        var batches = new SampledBatches(new MixedWindows((ones, 3), (twos, 1)), _shape with { Rows = 400 }, _seeds);
        var batch = batches.Get(0, 0);
        var share = Enumerable.Range(0, 400).Count(row => batch.Future[row * _shape.Horizon] == 1) / 400.0;
        Assert.InRange(share, 0.75 - 0.09, 0.75 + 0.09); // 4 standard errors of a share of 400 draws
        Assert.Throws<PanguException>(() => new MixedWindows((ones, 0)));
    }

    [Fact]
    public void Fill_HistoryLoss_TakesHistoryAndKeepsTheFuture()
    {
        RecordWindows ones = new([new RecordPart([Enumerable.Repeat(1f, 200).ToArray()], 0, 200)]);
        var lossy = new SampledBatches(new HistoryLoss(ones, new HistoryLossConfig(Short: 1, ShortestSteps: 8, Missing: 1)), _shape with { Rows = 64 }, _seeds).Get(0, 0);
        Assert.All(lossy.Future, value => Assert.Equal(1, value));
        Assert.All(lossy.Values.Zip(lossy.Observed), pair => Assert.Equal(pair.Second ? 1 : 0, pair.First));
        Assert.InRange(lossy.Observed.Count(flag => flag), 1, lossy.Observed.Length * 3 / 4);
    }

    [Fact]
    public void Fill_Mirrored_NegatesHistoryAndFutureTogether()
    {
        RecordWindows ones = new([new RecordPart([Enumerable.Repeat(1f, 200).ToArray()], 0, 200)]);
        var batch = new SampledBatches(new MirroredWindows(ones), _shape with { Rows = 200 }, _seeds).Get(0, 0);
        var mirrored = 0;
        for (var row = 0; row < 200; row++)
        {
            var window = batch.Window(row);
            var sign = window.Future[0];
            Assert.Equal(1, Math.Abs(sign));
            Assert.False(window.Values.ContainsAnyExcept(sign) || window.Future.ContainsAnyExcept(sign));
            mirrored += sign < 0 ? 1 : 0;
        }

        Assert.InRange(mirrored, 60, 140);
    }

    [Fact]
    public void Fill_LongerSeries_ShowsAPart()
    {
        var batch = new SampledBatches(new GeneratedWindows(new SeriesMixtureConfig(), seriesLength: 500), _shape, _seeds).Get(0, 0);
        Assert.All(batch.Values, value => Assert.True(float.IsFinite(value)));
        var whole = new SampledBatches(new GeneratedWindows(new SeriesMixtureConfig()), _shape, _seeds).Get(0, 0);
        Assert.NotEqual(whole.Values, batch.Values);
    }

    [Fact]
    public void Fill_Bank_DependsOnThePlaceAloneAndShowsSeriesAgain()
    {
        SampledBatches Make() => new(new BankedWindows(new SeriesMixtureConfig(), seriesCount: 3, seriesLength: 80, _seeds), _shape with { Rows = 32 }, _seeds);
        var used = Make();
        used.Get(0, 0);
        used.Get(1, 0);
        var later = Copy(used.Get(5, 0));
        Assert.Equal(later, Copy(Make().Get(5, 0)));
        Assert.All(later, value => Assert.True(float.IsFinite(value)));

        // Three series of 80 steps whose windows take all 80: three different windows at most.
        var batch = used.Get(6, 0);
        Assert.Equal(3, Enumerable.Range(0, 32).Select(row => batch.Window(row).Values[10]).Distinct().Count());
        Assert.Throws<PanguException>(() => new SampledBatches(new BankedWindows(new SeriesMixtureConfig(), 3, 79, _seeds), _shape, _seeds).Get(0, 0));
        Assert.Throws<PanguException>(() => new BankedWindows(new SeriesMixtureConfig(), int.MaxValue, 2000, _seeds));
    }

    private static SampledBatches Generated() => new(new GeneratedWindows(new SeriesMixtureConfig()), _shape, _seeds);

    private static float[] Copy(SeriesBatch batch) => [.. batch.Values, .. batch.Future];
}
