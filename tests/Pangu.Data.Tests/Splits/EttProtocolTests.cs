using Pangu.Data.Splits;
using Pangu.Modalities.Series;

namespace Pangu.Data.Tests.Splits;

/// <summary>The catalogue's protocol on the real files: two baselines anyone can compute must come out as published.</summary>
public sealed class EttProtocolTests
{
    [Theory]
    [InlineData("ETTh1.csv", 1, 96, 1.294, 0.713)]
    [InlineData("ETTh1.csv", 24, 96, 0.512, 0.433)]
    [InlineData("ETTh1.csv", 24, 720, 0.655, 0.514)]
    [InlineData("ETTh2.csv", 24, 96, 0.391, 0.380)]
    [InlineData("ETTh2.csv", 24, 336, 0.532, 0.466)]
    public void SeasonalNaive_TestPart_GivesThePublishedFigures(string file, int season, int horizon, double meanSquared, double meanAbsolute)
    {
        var table = CsvSeriesReader.Read(Outside.Data($"ett/{file}"), cancellationToken: TestContext.Current.CancellationToken).Table;
        var splits = DataSplits.Of(table.StepCount, 8640, 2880, 2880, file);
        var scaled = SeriesScaler.Fit(table, splits.Train).Scale(table);
        var windows = DataSplits.WindowsOf(splits.Test, season, horizon);
        Assert.Equal(2880 - horizon + 1, windows.Count);
        var (squared, absolute) = (0.0, 0.0);
        foreach (var channel in scaled)
        {
            foreach (var target in windows.Targets())
            {
                for (var step = 0; step < horizon; step++)
                {
                    double difference = channel[target + step] - channel[target - season + (step % season)];
                    squared += difference * difference;
                    absolute += Math.Abs(difference);
                }
            }
        }

        var count = (double)scaled.Length * windows.Count * horizon;
        Assert.Equal(meanSquared, squared / count, 0.0005);
        Assert.Equal(meanAbsolute, absolute / count, 0.0005);
    }
}
