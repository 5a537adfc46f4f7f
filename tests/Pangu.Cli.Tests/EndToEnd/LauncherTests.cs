namespace Pangu.Cli.Tests.EndToEnd;

[Trait("Category", "EndToEnd")]
public sealed class LauncherTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Pangu_TheSecondTime_StartsWithoutBuilding()
    {
        Assert.Equal(0, (await Launcher.RunAsync(_folder.Path, "--version")).ExitCode);
        var second = await Launcher.RunAsync(_folder.Path, "--version");
        Assert.Equal((0, ""), (second.ExitCode, second.Errors));
    }

    [Fact]
    public async Task Pangu_ThroughALinkFromAnotherFolder_FindsItsRepository()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Symbolic links need rights on Windows.");
        var link = _folder.File("link to pangu");
        File.CreateSymbolicLink(link, Launcher.Path);
        using var process = Launcher.Start(link, _folder.Path, Path.GetTempPath(), null, "data", "list", "--json");
        var outcome = await Launcher.EndAsync(process);
        Assert.Equal(0, outcome.ExitCode);
        Assert.NotEmpty(outcome.Json.GetProperty("datasets").EnumerateArray());
    }

    [Fact]
    public async Task Pangu_StartedTwiceAtOnce_AnswersTwice()
    {
        using var first = Launcher.Start(_folder.Path, null, null, "models", "list", "--json");
        using var second = Launcher.Start(_folder.Path, null, null, "models", "list", "--json");
        Assert.Equal((0, 0), ((await Launcher.EndAsync(first)).ExitCode, (await Launcher.EndAsync(second)).ExitCode));
    }

    [Theory]
    [InlineData("nonsense", 2, "usage")]
    [InlineData("models show no/such-model", 3, "model-not-found")]
    public async Task Pangu_OnErrors_GivesTheExitCodeAndTheErrorObject(string arguments, int exitCode, string code)
    {
        var outcome = await Launcher.RunAsync(_folder.Path, [.. arguments.Split(' '), "--json"]);
        Assert.Equal(exitCode, outcome.ExitCode);
        Assert.Equal(code, outcome.Json.GetProperty("error").GetProperty("code").GetString());
        Assert.Equal(1, outcome.Json.GetProperty("schema").GetInt32());
    }

    [Fact]
    public async Task Help_OfEveryVerb_ShowsAnExample()
    {
        foreach (var command in await CommandsAsync([]))
        {
            var help = await Launcher.RunAsync(_folder.Path, [.. command, "--help"]);
            Assert.Equal(0, help.ExitCode);
            Assert.True(help.Output.Contains("Example:", StringComparison.Ordinal) && help.Output.Contains("./pangu ", StringComparison.Ordinal), string.Join(' ', command));
        }
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("models list")]
    [InlineData("data list")]
    [InlineData("forecast model --input in.csv --json")]
    public async Task Pangu_ForWhatIsTorchFree_NeverLoadsLibtorch(string arguments)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The loader tells what it loads on Linux alone.");
        TinyModels.WriteForecaster(_folder.File("model"));
        _folder.Write("in.csv", "x\n" + string.Join('\n', Enumerable.Range(0, 30)) + "\n");
        await Launcher.RunAsync(_folder.Path, "--version");

        using var process = Launcher.Start(_folder.Path, null, new Dictionary<string, string> { ["LD_DEBUG"] = "files", ["LD_DEBUG_OUTPUT"] = _folder.File("loader") }, arguments.Split(' '));
        Assert.Equal(0, (await Launcher.EndAsync(process)).ExitCode);

        var loaded = string.Concat(Directory.EnumerateFiles(_folder.Path, "loader.*").Select(File.ReadAllText));
        Assert.Contains("libcoreclr", loaded, StringComparison.Ordinal);
        Assert.DoesNotContain("torch", loaded, StringComparison.OrdinalIgnoreCase);
    }

    private async Task<List<string[]>> CommandsAsync(string[] above)
    {
        var help = await Launcher.RunAsync(_folder.Path, [.. above, "--help"]);
        var names = help.Output.Split('\n').SkipWhile(line => !line.StartsWith("Commands:", StringComparison.Ordinal)).Skip(1).TakeWhile(line => line.StartsWith("  ", StringComparison.Ordinal))
            .Where(line => line.Length > 2 && line[2] != ' ').Select(line => line.Trim().Split(' ')[0]);
        var commands = new List<string[]>();
        foreach (var name in names)
        {
            commands.Add([.. above, name]);
            commands.AddRange(await CommandsAsync([.. above, name]));
        }

        return commands;
    }
}
