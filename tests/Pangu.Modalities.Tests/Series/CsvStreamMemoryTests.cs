using System.Globalization;
using Pangu.Modalities.Series;

namespace Pangu.Modalities.Tests.Series;

/// <summary>Measures memory, so nothing else may run beside it.</summary>
[CollectionDefinition(nameof(CsvStreamMemoryTests), DisableParallelization = true)]
[Collection(nameof(CsvStreamMemoryTests))]
public sealed class CsvStreamMemoryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Blocks_LongFile_HoldNoMoreThanABlock()
    {
        const int Rows = 400_000;
        var path = _folder.File("long.csv");
        using (var writer = new StreamWriter(path))
        {
            writer.Write("time,a,b\n");
            for (var row = 0; row < Rows; row++)
            {
                writer.Write(string.Create(CultureInfo.InvariantCulture, $"{1_600_000_000L + (row * 10)},{row % 977},{row * 0.5}\n"));
            }
        }

        using var stream = CsvSeriesReader.Stream(path);
        var (count, sum) = (0L, 0.0);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var most = 0L;
        foreach (var block in stream.Blocks(2000, TestContext.Current.CancellationToken))
        {
            Assert.InRange(block.StepCount, 1, 2001);
            count += block.StepCount;
            sum += block.Values[0].Sum(value => (double)value);
            if (count % 100_000 < 2000)
            {
                most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true) - before);
            }
        }

        Assert.Equal(Rows, count);
        Assert.Equal(Enumerable.Range(0, Rows).Sum(row => (double)(row % 977)), sum);

        // The whole table would take 400,000 x (8 + 2 x 4) bytes = 6.4 MB.
        Assert.InRange(most, long.MinValue, 3_000_000);
    }
}
