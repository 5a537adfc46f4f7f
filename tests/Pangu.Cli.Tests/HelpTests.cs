using System.CommandLine;

namespace Pangu.Cli.Tests;

public sealed class HelpTests
{
    [Fact]
    public void Commands_All_HaveADescriptionAndAnExampleThatParses()
    {
        var (root, host) = Tree();
        foreach (var command in Descendants(root))
        {
            Assert.False(string.IsNullOrWhiteSpace(command.Description), command.Name);
            var example = Assert.Contains(command, host.Examples);
            Assert.StartsWith("./pangu ", example, StringComparison.Ordinal);
            foreach (var line in example.Split('\n'))
            {
                Assert.Empty(root.Parse(line["./pangu ".Length..]).Errors.Select(error => $"{line}: {error.Message}"));
            }
        }
    }

    [Fact]
    public void Options_OfEveryCommand_AreDescribed()
    {
        var (root, _) = Tree();
        Assert.All(Descendants(root).SelectMany(command => command.Options), option => Assert.False(string.IsNullOrWhiteSpace(option.Description), option.Name));
        Assert.All(Descendants(root).SelectMany(command => command.Arguments), argument => Assert.False(string.IsNullOrWhiteSpace(argument.Description), argument.Name));
    }

    [Theory]
    [InlineData]
    [InlineData("--help")]
    [InlineData("models", "-h")]
    [InlineData("forecast", "--help")]
    public async Task Help_OfACommand_EndsWithItsExample(params string[] arguments)
    {
        using var folder = new TemporaryFolder();
        var outcome = await new CommandRunner(folder).RunAsync(arguments);

        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains("Usage:", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("Example:\n  ./pangu ", outcome.Output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder.File("home")));
    }

    private static (Command Root, VerbHost Host) Tree()
    {
        var surroundings = new Surroundings(name => name == "PANGU_ROOT" ? Outside.RepositoryRoot : Path.GetTempPath(), TimeProvider.System);
        var host = new VerbHost(new GlobalOptions(), TextWriter.Null, TextWriter.Null, surroundings, TimeProvider.System);
        return (CommandLine.BuildTree(host), host);
    }

    private static IEnumerable<Command> Descendants(Command command) => command.Subcommands.SelectMany(inner => Descendants(inner).Prepend(inner));
}
