using Pangu.Workshop.Recipes;

namespace Pangu.Workshop.Tests.Language;

public sealed class LanguageRecipeCheckTests : IDisposable
{
    private const string Sound = """
        version: 1
        name: mine
        family: language
        licence: Apache-2.0
        data:
          text:
            id: book
            path: book.txt
        models:
          foundation:
            tier: foundation
            capability: generate
            network: { context: 8, width: 16, layers: 1, heads: 2, feedForward: 32 }
            training: { steps: 10, batch: 2, learningRate: 1e-3 }
            budget: { parameters: 4000, characters: 160 }
            gate: { margin: 0.1 }
        """;

    private readonly TemporaryFolder _folder = new();

    public LanguageRecipeCheckTests() => _folder.Write("book.txt", "the cat sat on the mat, the rat sat on the cat");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Check_SoundRecipe_HasNoProblem() => Assert.Empty(Check(Sound));

    [Fact]
    public void Check_ShippedRecipes_HaveNoProblem() => Assert.All(
        ["tiny-shakespeare", "tiny-shakespeare-small"],
        name => Assert.Empty(TextRecipes.File(_folder.Path).Check(TextRecipes.File(_folder.Path).Locate(name), []).Problems));

    [Theory]
    [InlineData("path: book.txt", "path: other.txt", 8, "does not exist")]
    [InlineData("path: book.txt", "source: nothing", 8, "not in the catalogue")]
    [InlineData("path: book.txt", "splits: { train: 0.9 }", 7, "needs source (a catalogue id) or path")]
    [InlineData("path: book.txt", "path: book.txt\n    splits: { train: 0.9, validation: 0.2 }", 9, "add up to more than 1")]
    [InlineData("path: book.txt", "path: book.txt\n    tokenizer: { kind: bytes, unknown: a }", 9, "knows every text")]
    [InlineData("heads: 2", "heads: 3", 13, "multiple of heads, 3")]
    [InlineData("context: 8", "context: 1", 13, "at least 2 tokens")]
    [InlineData("context: 8", "context: 8, window: 9", 13, "1 .. context, 8")]
    [InlineData("steps: 10", "steps: 10, muonLearningRate: 0.1, muonMomentum: 1", 14, "below 1")]
    [InlineData("steps: 10", "steps: 10, logitScale: 0.9", 14, "needs tied: false")]
    [InlineData("steps: 10", "steps: 10, parentShare: 0.5", 14, "has no parent")]
    [InlineData("batch: 2", "batch: 3", 15, "would see 240 characters")]
    [InlineData("parameters: 4000", "parameters: 1000", 15, "1000")]
    [InlineData("steps: 10", "steps: 10, warmUpSteps: 20", 14, "20")]
    [InlineData("steps: 10", "steps: 10, validateEvery: 5, patience: 2", 14, "nothing is chosen by it")]
    [InlineData("capability: generate", "capability: forecast", 12, "expected generate")]
    [InlineData("tier: foundation", "tier: industry", 11, "no parent")]
    [InlineData("margin: 0.1", "margin: 3", 16, "it is a share")]
    [InlineData("gate: { margin: 0.1 }", "parent: nobody", 16, "stands before it")]
    public void Check_OneMistake_IsToldWithItsLine(string sound, string mistaken, int line, string message)
    {
        var problems = Check(Sound.Replace(sound, mistaken, StringComparison.Ordinal));

        Assert.Contains(problems, problem => problem.Line == line && problem.Message.Contains(message, StringComparison.Ordinal));
        Assert.All(problems, problem => Assert.EndsWith("recipe.yaml", problem.Path, StringComparison.Ordinal));
    }

    /// <summary>Position tables are not counted: the same network with one has the same number of counted parameters.</summary>
    [Fact]
    public void Check_PositionTable_IsNotCountedInTheBudget() => Assert.Empty(Check(Sound.Replace("context: 8", "context: 8, positionTable: true", StringComparison.Ordinal)));

    [Fact]
    public void Check_TextThatIsNoUtf8_IsToldAtThePath()
    {
        File.WriteAllBytes(Path.Combine(_folder.Path, "book.txt"), [.. "the cat sat on "u8, 0xC4, 0xE3]);

        Assert.Contains(Check(Sound), problem => problem.Line == 8 && problem.Message.Contains("offset 15", StringComparison.Ordinal));
    }

    private IReadOnlyList<Core.Problem> Check(string yaml) => TextRecipes.File(_folder.Path).Check(_folder.Write("recipe.yaml", yaml), []).Problems;
}
