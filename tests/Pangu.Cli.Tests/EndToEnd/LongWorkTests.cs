using System.Net.Http.Json;
using System.Text.Json;

namespace Pangu.Cli.Tests.EndToEnd;

[Trait("Category", "EndToEnd")]
public sealed class LongWorkTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public LongWorkTests() => Assert.SkipWhen(OperatingSystem.IsWindows(), "Signals are sent by kill.");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Serve_UntilItIsStopped_AnswersAndKeepsItsModel()
    {
        var package = TinyModels.WriteForecaster(_folder.File("line"));
        Assert.Equal(0, (await Launcher.RunAsync(_folder.Path, "models", "import", package)).ExitCode);
        using var process = Launcher.Start(_folder.Path, null, null, "serve", "--port", "0", "--json");
        var ready = JsonDocument.Parse((await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken))!).RootElement;
        using var client = new HttpClient { BaseAddress = new Uri(ready.GetProperty("address").GetString()!) };

        Assert.True((await client.GetAsync(new Uri("/readyz", UriKind.Relative), TestContext.Current.CancellationToken)).IsSuccessStatusCode);
        using var answer = await client.PostAsJsonAsync("/v1/forecasts", new { context_len = 20, prediction_len = 2, data = new[] { new { context = new { feature_0 = Enumerable.Range(0, 20) } } } }, TestContext.Current.CancellationToken);
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        Assert.Equal(2, body.GetProperty("data")[0].GetProperty("prediction").GetProperty("feature_0").GetArrayLength());
        Assert.Equal(2, (await Launcher.RunAsync(_folder.Path, "models", "rm", "line")).ExitCode);

        Launcher.Signal(process, "TERM");
        Assert.Equal(0, (await Launcher.EndAsync(process)).ExitCode);
        Assert.Equal(0, (await Launcher.RunAsync(_folder.Path, "models", "rm", "line")).ExitCode);
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task DetectAnomaly_Interrupted_Ends130AndLeavesNoHalfFile(string signal)
    {
        if (signal == "INT")
        {
            Outside.SkipWhereInterruptIsIgnored();
        }

        TinyModels.WriteDetector(_folder.File("detector"));
        using (var input = new StreamWriter(_folder.File("long.csv")))
        {
            input.Write("a,b\n");
            for (var step = 0; step < 8_000_000; step++)
            {
                input.Write("1,2\n");
            }
        }

        using var process = Launcher.Start(_folder.Path, null, null, "detect-anomaly", "detector", "--input", "long.csv", "--output", "out.csv", "--json");
        var line = await process.StandardError.ReadLineAsync(TestContext.Current.CancellationToken);
        while (line?.StartsWith("detect-anomaly:", StringComparison.Ordinal) == false)
        {
            line = await process.StandardError.ReadLineAsync(TestContext.Current.CancellationToken);
        }

        Launcher.Signal(process, signal);
        var outcome = await Launcher.EndAsync(process);
        Assert.Equal(130, outcome.ExitCode);
        Assert.Equal("cancelled", outcome.Json.GetProperty("error").GetProperty("code").GetString());
        Assert.DoesNotContain(Directory.EnumerateFiles(_folder.Path), file => Path.GetFileName(file).Contains("out.csv", StringComparison.Ordinal));
    }
}
