using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pangu.Core;

namespace Pangu.Serving.Tests;

/// <summary>A server on a free port with simple engines, and a client that speaks to it.</summary>
internal sealed class RunningServer : IAsyncDisposable
{
    private readonly PanguServer _server;

    private RunningServer(PanguServer server)
    {
        _server = server;
        Client = new HttpClient { BaseAddress = server.Address };
    }

    public HttpClient Client { get; }

    public static Task<RunningServer> StartAsync(params ServedModel[] models) => StartAsync(new ServerSettings(), models);

    public static async Task<RunningServer> StartAsync(ServerSettings settings, params ServedModel[] models) =>
        new(await PanguServer.StartAsync(settings with { Port = 0 }, models, NullLoggerProvider.Instance, TimeProvider.System, TestContext.Current.CancellationToken));

    public static ServedModel Forecaster(string name = "repeat", params string[] channels) => new(
        name, new ModelDescription { Capability = Capability.Forecast, Family = Family.Prediction, Tier = Tier.Scenario, Hash = "abcd" }, new RepeatLast(channels));

    public static ServedModel Detector(string name = "above") => new(
        name, new ModelDescription { Capability = Capability.DetectAnomaly, Family = Family.Prediction }, new AboveOne());

    public async Task<(int Status, JsonElement Body)> PostAsync(string path, string json, string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
        if (key is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }

        using var response = await Client.SendAsync(request, TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement);
    }

    public async Task<(int Status, JsonElement Body)> GetAsync(string path)
    {
        var (status, text) = await GetTextAsync(path);
        return (status, JsonDocument.Parse(text).RootElement);
    }

    public async Task<(int Status, string Body)> GetTextAsync(string path)
    {
        using var response = await Client.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _server.DisposeAsync();
    }
}

/// <summary>Repeats the last observed value; quantiles lie one below and one above.</summary>
internal sealed class RepeatLast(params string[] channels) : IForecaster
{
    public bool Disposed { get; private set; }

    public ForecasterTraits Traits { get; } = new(8, 4, 100, [0.1, 0.5, 0.9], channels);

    public ForecastResult Forecast(ForecastRequest request, CancellationToken cancellationToken = default)
    {
        var mean = new float[request.Windows * request.Channels * request.Horizon];
        var quantiles = new float[mean.Length * 3];
        for (var i = 0; i < mean.Length; i++)
        {
            var row = i / request.Horizon;
            mean[i] = request.Values.Span.Slice(row * request.Length, request.Length).ToArray().Last(value => !float.IsNaN(value));
            (quantiles[3 * i], quantiles[(3 * i) + 1], quantiles[(3 * i) + 2]) = (mean[i] - 1, mean[i], mean[i] + 1);
        }

        return new ForecastResult(mean, quantiles);
    }

    public void Dispose() => Disposed = true;
}

/// <summary>Scores a step by its value; the first step cannot be scored.</summary>
internal sealed class AboveOne : IAnomalyDetector
{
    public AnomalyTraits Traits { get; } = new(1, 1.0, 0.01, []);

    public AnomalyResult Detect(AnomalyRequest request, CancellationToken cancellationToken = default)
    {
        var scores = request.Values.Span[..request.Length].ToArray();
        scores[0] = float.NaN;
        var channels = request.Values.ToArray();
        return new AnomalyResult(scores, channels, [.. scores.Select(score => score >= 1)]);
    }

    public void Dispose()
    {
    }
}
