using System.Text.Json;

namespace Pangu.Serving.Tests.Prediction;

public sealed class ForecastEndpointTests
{
    [Fact]
    public async Task Post_OfTwoChannelsWithAMissingValue_AnswersMeanAndQuantilesByName()
    {
        await using var server = await RunningServer.StartAsync(RunningServer.Forecaster());
        var (status, body) = await server.PostAsync("/v1/forecasts", """{"horizon":2,"series":[{"values":{"b":[1,2,null],"a":[5,6,7.5]}}]}""");

        Assert.Equal(200, status);
        Assert.Equal(("repeat", 2), (body.GetProperty("model").GetString(), body.GetProperty("horizon").GetInt32()));
        var forecasts = body.GetProperty("data")[0].GetProperty("forecasts");
        Assert.Equal([2f, 2f], Numbers(forecasts.GetProperty("b").GetProperty("mean")));
        Assert.Equal([7.5f, 7.5f], Numbers(forecasts.GetProperty("a").GetProperty("mean")));
        Assert.Equal([8.5f, 8.5f], Numbers(forecasts.GetProperty("a").GetProperty("quantiles").GetProperty("0.9")));
        Assert.Equal(["0.1", "0.5", "0.9"], forecasts.GetProperty("a").GetProperty("quantiles").EnumerateObject().Select(level => level.Name));
    }

    [Fact]
    public async Task Post_WithoutHorizonAndOneQuantile_TakesTheModelsHorizonAndThatQuantileAlone()
    {
        await using var server = await RunningServer.StartAsync(RunningServer.Forecaster());
        var (_, body) = await server.PostAsync("/v1/forecasts", """{"quantiles":[0.5],"series":[{"values":{"a":[1]}},{"values":{"a":[1,2]}}]}""");

        Assert.Equal(4, body.GetProperty("horizon").GetInt32());
        Assert.Equal(2, body.GetProperty("data").GetArrayLength());
        Assert.Equal("0.5", Assert.Single(body.GetProperty("data")[1].GetProperty("forecasts").GetProperty("a").GetProperty("quantiles").EnumerateObject()).Name);
    }

    [Fact]
    public async Task Post_WithCovariates_FollowsTheirFuture()
    {
        await using var server = await RunningServer.StartAsync(RunningServer.Forecaster());
        var heat = Enumerable.Range(0, 62).Select(step => Math.Round(Math.Sin(step * 0.7), 3)).ToArray();
        var load = heat[..60].Select(value => 100 + (20 * value));
        var (status, body) = await server.PostAsync("/v1/forecasts", JsonSerializer.Serialize(new { horizon = 2, series = new[] { new { values = new { load }, covariates = new { heat } } } }));

        Assert.Equal(200, status);
        var mean = Numbers(body.GetProperty("data")[0].GetProperty("forecasts").GetProperty("load").GetProperty("mean"));
        Assert.Equal(100 + (20 * heat[60]), mean[0], 0.1);
        Assert.Equal(100 + (20 * heat[61]), mean[1], 0.1);
    }

    [Fact]
    public async Task Post_InTheFeatureShape_AnswersInItsShape()
    {
        await using var server = await RunningServer.StartAsync(RunningServer.Forecaster());
        var (status, body) = await server.PostAsync("/v1/forecasts", """{"context_len":2,"prediction_len":3,"data":[{"context":{"feature_0":[9,1,2]}},{"context":{"feature_0":[4,5]}}]}""");

        Assert.Equal(200, status);
        Assert.Equal([2f, 2f, 2f], Numbers(body.GetProperty("data")[0].GetProperty("prediction").GetProperty("feature_0")));
        Assert.Equal([5f, 5f, 5f], Numbers(body.GetProperty("data")[1].GetProperty("prediction").GetProperty("feature_0")));
        Assert.True(body.GetProperty("time_cost").GetProperty("total_seconds").GetDouble() >= 0);
    }

    [Fact]
    public async Task Post_ForAModelWithNamedChannels_BringsThemIntoItsOrder()
    {
        await using var server = await RunningServer.StartAsync(RunningServer.Forecaster("named", "x", "y"));
        var (status, body) = await server.PostAsync("/v1/forecasts", """{"model":"named","horizon":1,"series":[{"values":{"y":[2],"x":[1]}}]}""");

        Assert.Equal(200, status);
        Assert.Equal([1f], Numbers(body.GetProperty("data")[0].GetProperty("forecasts").GetProperty("x").GetProperty("mean")));
    }

    [Theory]
    [InlineData("""{"series":[]}""", 400, "series")]
    [InlineData("""{"horizon":2,"series":[{"values":{"a":[1]},"covariates":{"k":[1,2]}}]}""", 400, "covariates")]
    [InlineData("""{"horizon":2,"series":[{"values":{"a":[1]},"covariates":{"k":[1,2,null]}}]}""", 400, "covariates")]
    [InlineData("""{"series":[{"values":{}}]}""", 400, "channels")]
    [InlineData("""{"series":[{"values":{"a":[]}}]}""", 400, "length")]
    [InlineData("""{"series":[{"values":{"a":[1],"b":[1,2]}}]}""", 400, "length")]
    [InlineData("""{"horizon":0,"series":[{"values":{"a":[1]}}]}""", 400, "horizon")]
    [InlineData("""{"horizon":2000000000,"series":[{"values":{"a":[1]}}]}""", 400, "horizon")]
    [InlineData("""{"horizon":3000000000,"series":[{"values":{"a":[1]}}]}""", 400, "json")]
    [InlineData("""{"quantiles":[0.25],"series":[{"values":{"a":[1]}}]}""", 400, "quantiles")]
    [InlineData("""{"series":[{"values":{"a":[1,"x"]}}]}""", 400, "json")]
    [InlineData("""{"series":[{"values":{"a":[1e999]}}]}""", 400, "json")]
    [InlineData("""{"series":[{"values":{"a":null}}]}""", 400, "json")]
    [InlineData("""{"series":[{"values":{"a":[1]},"extra":1}]}""", 400, "json")]
    [InlineData("""{"series":null}""", 400, "json")]
    [InlineData("""{"series":[null]}""", 400, "channels")]
    [InlineData("""[]""", 400, "json")]
    [InlineData("""null""", 400, "json")]
    [InlineData("""{""", 400, "json")]
    [InlineData("", 400, "json")]
    [InlineData("""{"model":"other","series":[{"values":{"a":[1]}}]}""", 404, "model-not-found")]
    [InlineData("""{"context_len":5,"prediction_len":3,"data":[{"context":{"a":[1]}}]}""", 400, "context-len")]
    [InlineData("""{"context_len":1,"prediction_len":300,"data":[{"context":{"a":[1]}}]}""", 400, "horizon")]
    public async Task Post_OfWhatDoesNotFit_AnswersAnErrorObject(string request, int expectedStatus, string code)
    {
        await using var server = await RunningServer.StartAsync(RunningServer.Forecaster());
        var (status, body) = await server.PostAsync("/v1/forecasts", request);

        Assert.Equal((expectedStatus, code), (status, body.GetProperty("error").GetProperty("code").GetString()));
        Assert.Equal(expectedStatus, body.GetProperty("status").GetInt32());
        Assert.NotEmpty(body.GetProperty("error").GetProperty("message").GetString()!);
    }

    [Fact]
    public async Task Post_OfChannelsTheModelDoesNotHave_NamesThem()
    {
        await using var server = await RunningServer.StartAsync(RunningServer.Forecaster("named", "x", "y"));
        var (status, body) = await server.PostAsync("/v1/forecasts", """{"series":[{"values":{"x":[1],"z":[2]}}]}""");

        Assert.Equal(400, status);
        var message = body.GetProperty("error").GetProperty("message").GetString();
        Assert.Contains("missing y", message, StringComparison.Ordinal);
        Assert.Contains("unknown z", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_WithoutAModelWhereSeveralForecast_AsksForOne()
    {
        await using var server = await RunningServer.StartAsync(RunningServer.Forecaster("one"), RunningServer.Forecaster("two"));
        var (status, body) = await server.PostAsync("/v1/forecasts", """{"series":[{"values":{"a":[1]}}]}""");

        Assert.Equal((400, "model-required"), (status, body.GetProperty("error").GetProperty("code").GetString()));
    }

    [Fact]
    public async Task Post_ToAModelOfAnotherCapability_SaysWhichCan()
    {
        await using var server = await RunningServer.StartAsync(RunningServer.Forecaster(), RunningServer.Detector());
        var (status, body) = await server.PostAsync("/v1/forecasts", """{"model":"above","series":[{"values":{"a":[1]}}]}""");

        Assert.Equal(400, status);
        Assert.Contains("repeat", body.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    private static float[] Numbers(JsonElement array) => [.. array.EnumerateArray().Select(value => value.GetSingle())];
}
