namespace Pangu.Cli.Tests.Verbs;

public sealed class DataVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly CommandRunner _runner;

    public DataVerbTests() => _runner = new CommandRunner(_folder);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task List_OfTheCatalogue_NamesTheSetsOfTheRepository()
    {
        var ids = (await _runner.RunAsync("data", "list", "--json")).Json.GetProperty("datasets").EnumerateArray().Select(dataset => dataset.GetProperty("id").GetString());
        Assert.Contains("simulated-transformer", ids);
    }

    [Fact]
    public async Task Inspect_OfAFile_CountsRecordsFieldsAndSplits()
    {
        var path = _folder.Write("meters.csv", "time;load\n" + string.Join('\n', Enumerable.Range(0, 20).Select(day => $"{day + 1:00}.01.2024;{(day == 3 ? "" : $"{day},5")}")) + "\n");
        var outcome = await _runner.RunAsync("data", "inspect", path, "--json");

        Assert.Equal(0, outcome.ExitCode);
        Assert.Equal(20, outcome.Json.GetProperty("records").GetInt32());
        var field = Assert.Single(outcome.Json.GetProperty("fields").EnumerateArray());
        Assert.Equal(("load", 1), (field.GetProperty("name").GetString(), field.GetProperty("missing").GetInt32()));
        Assert.Equal(["train", "choice", "gate", "test"], outcome.Json.GetProperty("splits").EnumerateArray().Select(split => split.GetProperty("name").GetString()));
    }

    [Fact]
    public async Task Inspect_OfARecipe_ShowsItsSitesAsTrainingReadsThem()
    {
        var outcome = await _runner.RunAsync("data", "inspect", "power-transformer-small", "--offline", "--json");
        Assert.Equal(0, outcome.ExitCode);
        Assert.NotEmpty(outcome.Json.GetProperty("tables").EnumerateArray());
        Assert.Equal(["train", "choice", "gate", "test"], outcome.Json.GetProperty("splits").EnumerateArray().Select(split => split.GetProperty("name").GetString()));
    }

    [Fact]
    public async Task Pull_OfASimulatedSet_GeneratesItWithItsHash()
    {
        var outcome = await _runner.RunAsync("data", "pull", "simulated-transformer", "--offline", "--json");
        Assert.Equal(0, outcome.ExitCode);
        Assert.True(outcome.Json.GetProperty("simulated").GetBoolean());
        Assert.All(outcome.Json.GetProperty("files").EnumerateArray(), file =>
        {
            Assert.True(File.Exists(file.GetProperty("path").GetString()));
            Assert.Equal(64, file.GetProperty("sha256").GetString()!.Length);
        });
    }
}
