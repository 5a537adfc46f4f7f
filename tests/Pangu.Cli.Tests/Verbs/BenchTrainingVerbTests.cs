using System.Text.Json;

namespace Pangu.Cli.Tests.Verbs;

/// <summary>The verb on networks so small that it takes seconds; what it measures is never asserted, only that it measures.</summary>
/// <remarks>Threads stay the default: libtorch takes their number once a process.</remarks>
public sealed class BenchTrainingVerbTests : IDisposable
{
    private const string TinyDecoder = """
        {
          "rows": 4,
          "rowTokens": 16,
          "model": {
            "embedder": { "kind": "tokens", "width": 32, "vocabulary": 20 },
            "body": {
              "kind": "backbone",
              "stages": [
                {
                  "kind": "blocks", "width": 32, "count": 2,
                  "cycle": [
                    {
                      "branches": [
                        { "part": { "kind": "attention", "queryHeads": 2, "headWidth": 16, "scope": { "kind": "causal" } }, "before": { "kind": "layer", "epsilon": 1e-5 } },
                        { "part": { "kind": "dense", "inner": 64, "activation": "gelu" }, "before": { "kind": "layer", "epsilon": 1e-5 } }
                      ]
                    }
                  ]
                }
              ],
              "final": { "kind": "layer", "epsilon": 1e-5 }
            },
            "head": { "kind": "next-token" }
          }
        }
        """;

    private readonly TemporaryFolder _folder = new();
    private readonly CommandRunner _runner;

    public BenchTrainingVerbTests() => _runner = new CommandRunner(_folder);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Bench_OfAConfigFile_GivesRatesThatBelongTogether()
    {
        var file = _folder.Write("tiny.json", TinyDecoder);
        var outcome = await _runner.RunAsync("bench", "training", file, "--steps", "2", "--json");

        Assert.True(outcome.ExitCode == 0, outcome.Errors);
        var result = outcome.Json;
        Assert.Equal((1, 4, 16), (result.GetProperty("schema").GetInt32(), result.GetProperty("rows").GetInt32(), result.GetProperty("rowTokens").GetInt32()));
        Assert.Equal(Number(result, "stepsPerSecond") * 4 * 16, Number(result, "tokensPerSecond"), Number(result, "tokensPerSecond") * 1e-9);
        Assert.Equal(Number(result, "flopsPerSecond") / Number(result, "gemmFlopsPerSecond"), Number(result, "fractionOfGemm"), 1e-9);
        Assert.All((string[])["stepsPerSecond", "flopsPerSecond", "gemmFlopsPerSecond", "ownGemmFlopsPerSecond", "fractionOfOwnGemm"], name => Assert.True(Number(result, name) > 0, name));
    }

    [Fact]
    public async Task Bench_OfASeriesModel_MeasuresItsShape()
    {
        var package = TinyModels.WriteNamedForecaster(_folder.File("network"));
        var outcome = await _runner.RunAsync("bench", "training", package, "--rows", "4", "--steps", "1", "--json");

        Assert.True(outcome.ExitCode == 0, outcome.Errors);
        Assert.Equal((4, 5), (outcome.Json.GetProperty("rows").GetInt32(), outcome.Json.GetProperty("rowTokens").GetInt32()));
    }

    [Theory]
    [InlineData("bench-file", "{\"rows\": 4}", "--steps", "1")]
    [InlineData("bench-file", "no json", "--steps", "1")]
    [InlineData("bench-steps", TinyDecoder, "--steps", "0")]
    [InlineData("bench-size", TinyDecoder, "--rows", "0")]
    public async Task Bench_OfWhatCannotBe_SaysSo(string code, string file, params string[] options)
    {
        var outcome = await _runner.RunAsync(["bench", "training", _folder.Write("config.bench.json", file), .. options, "--json"]);
        Assert.Equal((2, code), (outcome.ExitCode, outcome.ErrorCode));
    }

    private static double Number(JsonElement result, string name) => result.GetProperty(name).GetDouble();
}
