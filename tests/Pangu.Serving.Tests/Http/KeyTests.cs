using Pangu.Core;

namespace Pangu.Serving.Tests.Http;

public sealed class KeyTests
{
    private const string Request = """{"series":[{"values":{"a":[1]}}]}""";

    [Fact]
    public async Task Post_ToAServerWithKeys_WantsOneOfThem()
    {
        using var folder = new TemporaryFolder();
        var settings = new ServerSettings { KeysFile = folder.Write("keys", "# who may call\nplant-7: secret-one\n\nsecret-two # the second\n") };
        await using var server = await RunningServer.StartAsync(settings, RunningServer.Forecaster());

        Assert.Equal(401, (await server.PostAsync("/v1/forecasts", Request)).Status);
        Assert.Equal(401, (await server.PostAsync("/v1/forecasts", Request, "plant-7")).Status);
        Assert.Equal(200, (await server.PostAsync("/v1/forecasts", Request, "secret-one")).Status);
        Assert.Equal(200, (await server.PostAsync("/v1/forecasts", Request, "secret-two")).Status);
        Assert.Equal(401, (await server.GetAsync("/v1/models")).Status);
        Assert.Equal(200, (await server.GetAsync("/readyz")).Status);
    }

    [Theory]
    [InlineData("# nothing\n")]
    [InlineData("name:\n")]
    public async Task Start_WithAFileWithoutKeys_IsRefused(string content)
    {
        using var folder = new TemporaryFolder();
        var settings = new ServerSettings { KeysFile = folder.Write("keys", content) };
        Assert.Equal("keys-file", (await Assert.ThrowsAsync<PanguException>(() => RunningServer.StartAsync(settings))).Code);
    }

    [Fact]
    public async Task Start_WithAKeysFileThatIsNotThere_IsMissing()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(ErrorKind.Missing, (await Assert.ThrowsAsync<PanguException>(() => RunningServer.StartAsync(new ServerSettings { KeysFile = folder.File("none") }))).Kind);
    }
}
