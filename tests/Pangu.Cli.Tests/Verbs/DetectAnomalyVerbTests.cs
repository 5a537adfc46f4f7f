using System.Globalization;
using Pangu.Cli.Verbs.Prediction;
using Pangu.Core;
using Pangu.Inference;
using Pangu.Modalities.Series;

namespace Pangu.Cli.Tests.Verbs;

public sealed class DetectAnomalyVerbTests : IDisposable
{
    private const int Steps = 211;

    private readonly TemporaryFolder _folder = new();
    private readonly CommandRunner _runner;

    public DetectAnomalyVerbTests() => _runner = new CommandRunner(_folder);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 50)]
    [InlineData(64, 10)]
    [InlineData(1000, 1000)]
    public void Scan_InParts_GivesTheScoresOfTheWhole(int blockSteps, int partSteps)
    {
        using var detector = AnomalyDetector.Load(TinyModels.WriteDetector(_folder.File("detector")));
        var table = Table();
        var whole = detector.Detect(new AnomalyRequest(table.Flatten(0, Steps), 2, Steps), TestContext.Current.CancellationToken);
        var blocks = Enumerable.Range(0, (Steps + blockSteps - 1) / blockSteps).Select(block => table.Slice(block * blockSteps, Math.Min(blockSteps, Steps - (block * blockSteps))));

        var parts = new AnomalyScan(detector, detector.Preprocessor.Anomaly, partSteps).Run(blocks, TestContext.Current.CancellationToken).ToList();

        Assert.Equal(table.Times, parts.SelectMany(part => part.Times[part.Start..]));
        Assert.Equal(whole.Scores, parts.SelectMany(part => part.Result.Scores[part.Start..]));
        Assert.Equal(whole.Flags, parts.SelectMany(part => part.Result.Flags[part.Start..]));
    }

    [Fact]
    public async Task DetectAnomaly_OfAFile_WritesAScoreAndAFlagForEachStep()
    {
        var package = TinyModels.WriteDetector(_folder.File("detector"));
        var table = Table();
        var input = _folder.Write("in.csv", "b,a\n" + string.Join('\n', Enumerable.Range(0, Steps).Select(step => string.Create(CultureInfo.InvariantCulture, $"{table.Values[1][step]:R},{table.Values[0][step]:R}"))) + "\n");
        var output = _folder.File("out.csv");

        var outcome = await _runner.RunAsync("detect-anomaly", package, "--input", input, "--output", output, "--channels", "--json");

        Assert.Equal((0, Steps), (outcome.ExitCode, outcome.Json.GetProperty("records").GetInt32()));
        var lines = File.ReadAllLines(output);
        Assert.Equal("time,score,flag,a,b", lines[0]);
        Assert.Equal(Steps + 1, lines.Length);
        Assert.Equal("0,,0,,", lines[1]);
        using var detector = AnomalyDetector.Load(package);
        var expected = detector.Detect(new AnomalyRequest(table.Flatten(0, Steps), 2, Steps), TestContext.Current.CancellationToken);
        Assert.Equal(expected.Scores[^1].ToString(CultureInfo.InvariantCulture), lines[^1].Split(',')[1]);
        Assert.Equal(expected.Flags.Count(flag => flag), outcome.Json.GetProperty("flagged").GetInt32());
    }

    private static SeriesTable Table()
    {
        var random = new Seeds(3).For("series");
        return SeriesTable.WithoutTime(["a", "b"], [.. Enumerable.Range(0, 2).Select(_ => Enumerable.Range(0, Steps).Select(step => step == 90 ? float.NaN : (float)(5 + Math.Sin(step) + (0.2 * random.NextGaussian()))).ToArray())]);
    }
}
