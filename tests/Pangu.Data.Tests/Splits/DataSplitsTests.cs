using CsCheck;
using Pangu.Core;
using Pangu.Data.Splits;
using Pangu.Modalities.Series;

namespace Pangu.Data.Tests.Splits;

public sealed class DataSplitsTests
{
    [Fact]
    public void Of_Rows_GivesTheCustomaryParts()
    {
        var splits = DataSplits.Of(17420, 8640, 2880, 2880, "etth1");
        Assert.Equal(new RowRange(0, 8640), splits.Train);
        Assert.Equal(new RowRange(8640, 10080), splits.Choice);
        Assert.Equal(new RowRange(10080, 11520), splits.Gate);
        Assert.Equal(new RowRange(11520, 14400), splits.Test);
    }

    [Fact]
    public void Of_SharesThatMakeOne_UseEveryRow() => Gen.Int[20, 5000].Sample(rows =>
    {
        var splits = DataSplits.Of(rows, 0.7, 0.1, 0.2, "a");
        Assert.Equal(rows, splits.Test.End);
        Assert.Equal(splits.Train.End, splits.Validation.Start);
        Assert.Equal(splits.Validation.End, splits.Test.Start);
        Assert.Equal(splits.Choice.End, splits.Gate.Start);
    });

    [Theory]
    [InlineData(100, 60, 30, 11, "100")]
    [InlineData(100, 0, 0.5, 0.5, "train")]
    [InlineData(100, 0.5, -1, 0.5, "validation")]
    [InlineData(100, 0.5, 2.5, 0.5, "validation")]
    [InlineData(100, 0.5, 0.1, double.NaN, "test")]
    public void Of_PartsThatDoNotFit_AreRefused(int rows, double train, double validation, double test, string expected) =>
        Assert.Contains(expected, Assert.Throws<PanguException>(() => DataSplits.Of(rows, train, validation, test, "a")).Message, StringComparison.Ordinal);

    [Fact]
    public void WindowsOf_Halves_HaveNoTargetAcrossTheCut()
    {
        var splits = DataSplits.Of(17420, 8640, 2880, 2880, "etth1");
        var (choice, gate) = (DataSplits.WindowsOf(splits.Choice, 512, 96), DataSplits.WindowsOf(splits.Gate, 512, 96));
        Assert.Equal(splits.Choice.End, choice.TargetOf(choice.Count - 1) + 96);
        Assert.Equal(splits.Gate.Start, gate.TargetOf(0));
        Assert.Equal(1440 - 96 + 1, choice.Count);
        Assert.Equal(2785, DataSplits.WindowsOf(splits.Test, 512, 96).Count);
    }

    [Fact]
    public void WindowsOf_PartTooShort_IsRefused() => Assert.Throws<PanguException>(() => DataSplits.WindowsOf(new RowRange(10, 50), 5, 96));

    [Fact]
    public void Windows_EveryWindow_StaysInsideTheTable() =>
        Gen.Select(Gen.Int[0, 50], Gen.Int[0, 100], Gen.Int[0, 30], Gen.Int[1, 20], Gen.Int[1, 9]).Sample((start, length, context, horizon, stride) =>
        {
            var windows = new SeriesWindows(new RowRange(start, start + length), context, horizon, stride);
            var expected = new List<int>();
            for (var target = Math.Max(start, context); target + horizon <= start + length; target += stride)
            {
                expected.Add(target);
            }

            Assert.Equal(expected, windows.Targets());
        });
}
