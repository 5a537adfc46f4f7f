using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Pangu.Core;
using Pangu.Serving.Tests.Language;

namespace Pangu.Serving.Tests.Catalogue;

public sealed class CatalogueTests
{
    private static readonly Dictionary<string, string> Requests = new()
    {
        ["/v1/forecasts"] = """{"model":"repeat","series":[{"values":{"a":[1]}}]}""",
        ["/v1/anomalies"] = """{"model":"above","series":[{"values":{"a":[1]}}]}""",
        ["/v1/completions"] = """{"prompt":"a"}""",
    };

    [Fact]
    public async Task Models_OfAServer_SayWhatTheyAre()
    {
        await using var server = await RunningServer.StartAsync(RunningServer.Forecaster("power-transformer/forecast", "OT"), RunningServer.Detector());
        var (status, body) = await server.GetAsync("/v1/models");

        Assert.Equal((200, "list"), (status, body.GetProperty("object").GetString()));
        var first = body.GetProperty("data")[0];
        Assert.Equal(("power-transformer/forecast", "model", "forecast", "scenario"), (first.GetProperty("id").GetString(), first.GetProperty("object").GetString(), first.GetProperty("capability").GetString(), first.GetProperty("tier").GetString()));
        Assert.Equal((8, 100, "OT"), (first.GetProperty("context").GetInt32(), first.GetProperty("max_horizon").GetInt32(), first.GetProperty("channels")[0].GetString()));
        Assert.Equal("detect-anomaly", body.GetProperty("data")[1].GetProperty("capability").GetString());
    }

    [Theory]
    [InlineData("/healthz", "ok")]
    [InlineData("/readyz", "ready")]
    public async Task Health_OfARunningServer_IsGood(string path, string expected)
    {
        await using var server = await RunningServer.StartAsync();
        var (status, body) = await server.GetAsync(path);
        Assert.Equal((200, expected), (status, body.GetProperty("status").GetString()));
    }

    [Fact]
    public async Task Metrics_OfAServer_CountByEndpointAndStatusAndNothingThatCallersMakeUp()
    {
        await using var server = await RunningServer.StartAsync(RunningServer.Forecaster());
        await server.PostAsync("/v1/forecasts", Requests["/v1/forecasts"]);
        await server.PostAsync("/v1/forecasts", Requests["/v1/forecasts"]);
        await server.PostAsync("/v1/forecasts", "{}");
        await server.GetAsync("/made/up/1");
        await server.GetAsync("/made/up/2");
        var (status, text) = await server.GetTextAsync("/metrics");

        Assert.Equal(200, status);
        Assert.Contains("pangu_requests_total{endpoint=\"/v1/forecasts\",method=\"POST\",status=\"200\"} 2\n", text, StringComparison.Ordinal);
        Assert.Contains("pangu_requests_total{endpoint=\"/v1/forecasts\",method=\"POST\",status=\"400\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("pangu_requests_total{endpoint=\"other\",method=\"GET\",status=\"404\"} 2\n", text, StringComparison.Ordinal);
        Assert.Contains("pangu_requests_in_progress 1\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenApi_OfAServer_NamesEndpointsThatAnswerAndSchemasThatExist()
    {
        await using var server = await RunningServer.StartAsync(
            RunningServer.Forecaster(), RunningServer.Detector(), new ServedModel("letters", new ModelDescription { Capability = Capability.Generate, Family = Family.Language }, new CountingGenerator()));
        var (_, document) = await server.GetAsync("/openapi.json");

        Assert.StartsWith("3.1", document.GetProperty("openapi").GetString(), StringComparison.Ordinal);
        foreach (var path in document.GetProperty("paths").EnumerateObject())
        {
            var status = path.Value.TryGetProperty("get", out _)
                ? (await server.GetTextAsync(path.Name)).Status
                : (await server.PostAsync(path.Name, Requests[path.Name])).Status;
            Assert.Equal((path.Name, 200), (path.Name, status));
        }

        var schemas = document.GetProperty("components").GetProperty("schemas").EnumerateObject().Select(schema => "#/components/schemas/" + schema.Name).ToHashSet();
        Assert.Subset(schemas, References(document).ToHashSet());
    }

    [Fact]
    public async Task Get_OfWhatIsNotThere_AnswersAnErrorObject()
    {
        await using var server = await RunningServer.StartAsync();
        var (status, body) = await server.GetAsync("/v2/unknown");
        Assert.Equal((404, "no-such-endpoint"), (status, body.GetProperty("error").GetProperty("code").GetString()));
    }

    [Fact]
    public async Task Start_OnAPortThatIsTaken_SaysSo()
    {
        await using var first = await RunningServer.StartAsync();
        var taken = new ServerSettings { Port = first.Client.BaseAddress!.Port };
        var error = await Assert.ThrowsAsync<PanguException>(() => PanguServer.StartAsync(taken, [], NullLoggerProvider.Instance, TimeProvider.System, TestContext.Current.CancellationToken));
        Assert.Equal("port-in-use", error.Code);
    }

    [Fact]
    public async Task Dispose_OfAServer_DisposesItsEngines()
    {
        var engine = new RepeatLast();
        var server = await RunningServer.StartAsync(new ServedModel("a", new ModelDescription { Capability = Capability.Forecast, Family = Family.Prediction }, engine));
        await server.DisposeAsync();
        Assert.True(engine.Disposed);
    }

    private static IEnumerable<string> References(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(member => member.Name == "$ref" ? [member.Value.GetString()!] : References(member.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(References),
        _ => [],
    };
}
