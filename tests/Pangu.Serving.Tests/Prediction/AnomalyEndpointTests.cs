using System.Text.Json;

namespace Pangu.Serving.Tests.Prediction;

public sealed class AnomalyEndpointTests
{
    [Fact]
    public async Task Post_OfASeries_AnswersScoresAndFlagsWithNullWhereNothingCanBeSaid()
    {
        await using var server = await RunningServer.StartAsync(RunningServer.Detector());
        var (status, body) = await server.PostAsync("/v1/anomalies", """{"series":[{"values":{"a":[9,0.5,2]}}]}""");

        Assert.Equal(200, status);
        var series = body.GetProperty("data")[0];
        Assert.Equal([JsonValueKind.Null, JsonValueKind.Number, JsonValueKind.Number], series.GetProperty("scores").EnumerateArray().Select(score => score.ValueKind));
        Assert.Equal([false, false, true], series.GetProperty("flags").EnumerateArray().Select(flag => flag.GetBoolean()));
        Assert.Equal(2, series.GetProperty("channel_scores").GetProperty("a")[2].GetSingle());
        Assert.Equal(0.01, body.GetProperty("false_alarm_rate").GetDouble());
    }

    [Fact]
    public async Task Post_WhereNoDetectorIsServed_IsNotFound()
    {
        await using var server = await RunningServer.StartAsync(RunningServer.Forecaster());
        var (status, _) = await server.PostAsync("/v1/anomalies", """{"series":[{"values":{"a":[9]}}]}""");
        Assert.Equal(404, status);
    }
}
