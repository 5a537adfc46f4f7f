using System.Text;
using Pangu.Core;
using Pangu.Data.Generated.Simulated;
using Pangu.Data.Sources;

namespace Pangu.Data.Tests.Generated.Simulated;

public sealed class GrammarTextTests
{
    [Fact]
    public void Write_SimulatedPlays_IsTheSameTextEveryTimeOfTheStatedLength()
    {
        var source = new Catalogue(Path.Combine(Outside.RepositoryRoot, "datasets")).Get("simulated-plays").Simulated!;

        var (first, second) = (Text(source, "plays-small.txt"), Text(source, "plays-small.txt"));

        Assert.Equal(60_000, first.Length);
        Assert.Equal(first, second);
        Assert.NotEqual(first[..1000], Text(source, "plays.txt")[..1000]);
        Assert.DoesNotContain('{', first);
        Assert.Contains("KING:\n", first, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_RuleWithinItself_ComesToAnEnd()
    {
        var text = Text(Source("start: a\ndepth: 3\ntexts: [{ file: t, characters: 50 }]\nrules:\n  a: [\"({a})\", \"({a})\", \"({b})\"]\n  b: [x]\n"), "t");

        Assert.Contains("(((x)))", text, StringComparison.Ordinal);
        Assert.DoesNotContain("(((((((", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_UnknownAndEndlessRules_AreToldWithTheirLines()
    {
        var exception = Assert.Throws<PanguException>(() => SimulatedGenerators.Create("a", Source("start: z\ntexts: [{ file: t, characters: 5 }]\nrules:\n  a: [\"{a}\"]\n  b: [\"{c}\"]\nspeed: 1\n")));

        Assert.Equal([2, 5, 6, 6, 7], exception.Problems.Select(problem => problem.Line!.Value).Order());
    }

    private static SimulatedSource Source(string settings) =>
        new("grammar-text", 1, YamlSection.Parse("settings:\n  " + settings.ReplaceLineEndings("\n  "), "a.yaml").Section("settings")!);

    private static string Text(SimulatedSource source, string file)
    {
        using var stream = new MemoryStream();
        SimulatedGenerators.Create("a", source).Write(file, stream);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
