namespace Pangu.Serving.Tests.Http;

/// <summary>What callers read of a body that does not fit: their words, never names of .NET types.</summary>
public sealed class JsonProblemTests
{
    [Theory]
    [InlineData("", null, "it is empty")]
    [InlineData("{", null, "(line 1, byte 2)")]
    [InlineData("[1]", null, "not an object")]
    [InlineData("""{"series":"x"}""", "series", "not a list")]
    [InlineData("""{"series":[{"values":5}]}""", "series[0].values", "not an object")]
    [InlineData("""{"horizon":"4","series":[]}""", "horizon", "not a number")]
    [InlineData("""{"horizon":4.5,"series":[]}""", "horizon", "not a whole number")]
    [InlineData("""{"model":5,"series":[]}""", "model", "not a text")]
    [InlineData("""{"horizn":5,"series":[]}""", "horizn", "no member 'horizn'")]
    public async Task Post_OfABodyThatDoesNotFit_SaysWhatBelongsThere(string body, string? parameter, string expected)
    {
        await using var server = await RunningServer.StartAsync(RunningServer.Forecaster());
        var (status, answer) = await server.PostAsync("/v1/forecasts", body);
        var error = answer.GetProperty("error");

        Assert.Equal((400, "json"), (status, error.GetProperty("code").GetString()));
        Assert.Equal(parameter, error.TryGetProperty("param", out var named) ? named.GetString() : null);
        Assert.Contains(expected, error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain("System.", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain("LineNumber", error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }
}
