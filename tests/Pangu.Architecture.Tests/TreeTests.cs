using System.Xml.Linq;

namespace Pangu.Architecture.Tests;

public sealed class TreeTests
{
    private const int MostLines = 500;

    private static readonly HashSet<string> ForbiddenNames = new(StringComparer.OrdinalIgnoreCase)
    {
        "Common", "Utils", "Utilities", "Helpers", "Shared", "Misc",
    };

    [Fact]
    public void Folders_OfSourcesAndTests_AnswerAQuestion() =>
        Assert.DoesNotContain(Repository.Folders("src").Concat(Repository.Folders("tests")), folder => Path.GetFileName(folder).Split('.').Any(ForbiddenNames.Contains));

    [Fact]
    public void Tests_OfTheRooms_MirrorTheSources()
    {
        var rooms = Directory.EnumerateDirectories(Path.Combine(Repository.Root, "src")).Select(folder => Path.GetFileName(folder) + ".Tests");
        var tests = Directory.EnumerateDirectories(Path.Combine(Repository.Root, "tests"), "*.Tests").Select(Path.GetFileName).Where(name => name is not ("Pangu.Architecture.Tests" or "Pangu.Contract.Tests"));
        Assert.Equal(rooms.Order(StringComparer.Ordinal), tests.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Solution_OfTheRepository_HoldsEveryProjectOfSourcesAndTests()
    {
        var listed = XDocument.Load(Path.Combine(Repository.Root, "Pangu.slnx")).Descendants("Project").Select(project => project.Attribute("Path")!.Value).ToHashSet();
        var present = Repository.Files("src", "*.csproj").Concat(Repository.Files("tests", "*.csproj")).Select(path => Repository.Relative(path).Replace('\\', '/'));
        Assert.Subset(listed, present.ToHashSet());
    }

    [Fact]
    public void SourceFiles_Everywhere_AreShortEnoughToRead()
    {
        var tooLong = Files("*.cs").Select(path => (Path: Repository.Relative(path), Lines: File.ReadLines(path).Count())).Where(file => file.Lines > MostLines);
        Assert.Empty(tooLong);
    }

    [Fact]
    public void SourceFiles_Everywhere_HoldNoPathOfOneMachine()
    {
        // Spelt in two halves, so that this file does not name what it looks for.
        string[] paths = ["/work" + "/", "/home" + "/runner", "/root" + "/"];
        var named = Files("*.cs").Concat(Files("*.md")).Concat(Files("*.yaml")).Where(path => paths.Any(text => File.ReadAllText(path).Contains(text, StringComparison.Ordinal))).Select(Repository.Relative);
        Assert.Empty(named);
    }

    private static IEnumerable<string> Files(string pattern) =>
        ((string[])["src", "tests", "samples", "benchmarks", "recipes", "datasets", "docs"]).SelectMany(folder => Repository.Files(folder, pattern));
}
