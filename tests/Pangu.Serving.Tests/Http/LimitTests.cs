using System.Text;
using Pangu.Core;

namespace Pangu.Serving.Tests.Http;

public sealed class LimitTests
{
    [Fact]
    public async Task Post_OfABodyBeyondTheLimit_Is413AndTheServerLives()
    {
        await using var server = await RunningServer.StartAsync(new ServerSettings { Limits = new ServerLimits { BodyBytes = 1000 } }, RunningServer.Forecaster());
        var (status, body) = await server.PostAsync("/v1/forecasts", new string(' ', 2000));

        Assert.Equal((413, "body-too-large"), (status, body.GetProperty("error").GetProperty("code").GetString()));
        Assert.Equal(200, (await server.GetAsync("/healthz")).Status);
    }

    [Fact]
    public async Task Post_OfAChunkedBodyBeyondTheLimit_Is413()
    {
        await using var server = await RunningServer.StartAsync(new ServerSettings { Limits = new ServerLimits { BodyBytes = 1000 } }, RunningServer.Forecaster());
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/forecasts") { Content = new StreamContent(new MemoryStream(Encoding.UTF8.GetBytes(new string(' ', 5000)))) };
        request.Headers.TransferEncodingChunked = true;
        using var response = await server.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(413, (int)response.StatusCode);
    }

    [Fact]
    public async Task Post_WhoseAnswerWouldBeTooLarge_IsRefused()
    {
        await using var server = await RunningServer.StartAsync(new ServerSettings { Limits = new ServerLimits { AnswerValues = 100 } }, RunningServer.Forecaster());
        var (status, body) = await server.PostAsync("/v1/forecasts", """{"horizon":26,"series":[{"values":{"a":[1]}}]}""");
        Assert.Equal((400, "answer-too-large"), (status, body.GetProperty("error").GetProperty("code").GetString()));
    }

    [Fact]
    public async Task Post_OfTooManySeriesOrChannels_IsRefused()
    {
        await using var server = await RunningServer.StartAsync(new ServerSettings { Limits = new ServerLimits { Series = 1, Channels = 1 } }, RunningServer.Forecaster());
        Assert.Equal(400, (await server.PostAsync("/v1/forecasts", """{"series":[{"values":{"a":[1]}},{"values":{"a":[1]}}]}""")).Status);
        Assert.Equal(400, (await server.PostAsync("/v1/forecasts", """{"series":[{"values":{"a":[1],"b":[1]}}]}""")).Status);
    }

    [Fact]
    public async Task Post_OfDeeplyNestedJson_IsRefused()
    {
        await using var server = await RunningServer.StartAsync(RunningServer.Forecaster());
        Assert.Equal(400, (await server.PostAsync("/v1/forecasts", new string('[', 100_000))).Status);
    }

    [Fact]
    public async Task Post_BeyondWorkAndQueue_Is429()
    {
        using var gate = new SemaphoreSlim(0);
        using var entered = new SemaphoreSlim(0);
        var blocked = new ServedModel("blocked", new ModelDescription { Capability = Capability.Forecast, Family = Family.Prediction }, new BlockingForecaster(gate, entered));
        await using var server = await RunningServer.StartAsync(new ServerSettings { Limits = new ServerLimits { Concurrency = 1, Queue = 0 } }, blocked);
        const string request = """{"horizon":1,"series":[{"values":{"a":[1]}}]}""";

        var first = server.PostAsync("/v1/forecasts", request);
        await entered.WaitAsync(TestContext.Current.CancellationToken);
        var (status, body) = await server.PostAsync("/v1/forecasts", request);
        Assert.Equal((429, "busy"), (status, body.GetProperty("error").GetProperty("code").GetString()));
        Assert.Equal(200, (await server.GetAsync("/healthz")).Status);

        gate.Release();
        Assert.Equal(200, (await first).Status);
    }

    private sealed class BlockingForecaster(SemaphoreSlim gate, SemaphoreSlim entered) : IForecaster
    {
        public ForecasterTraits Traits { get; } = new(8, 4, 100, [], []);

        public ForecastResult Forecast(ForecastRequest request, CancellationToken cancellationToken = default)
        {
            entered.Release();
            gate.Wait(cancellationToken);
            return new ForecastResult(new float[request.Horizon * request.Channels], []);
        }

        public void Dispose()
        {
        }
    }
}
