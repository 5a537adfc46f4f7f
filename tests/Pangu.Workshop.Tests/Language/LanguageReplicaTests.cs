using System.Text;
using Pangu.Core;
using Pangu.Workshop.Language;
using Pangu.Workshop.Language.Texts;
using Pangu.Workshop.Recipes;

namespace Pangu.Workshop.Tests.Language;

public sealed class LanguageReplicaTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>3,000 Chinese characters need a table of 3,000 x 128 more than 65 letters do: the budget grows by exactly that, the file says so, and the check is content.</summary>
    [Fact]
    public void Write_ChineseText_RaisesTheBudgetByTheTablesAndChecks()
    {
        var text = new StringBuilder();
        for (var i = 0; i < 20_000; i++)
        {
            text.Append((char)(0x4E00 + (i * 7919 % 3000)));
        }

        var result = TextRecipes.Replicate(_folder, text.ToString());

        Assert.Empty(result.Problems);
        var recipe = Assert.IsType<LanguageRecipe>(result.Recipe);
        var old = TextRecipes.Shakespeare(_folder.Path);
        var network = old.Models["foundation"].Network!;
        var perCharacter = network.Width * (network.Tied ? 1 : 2);
        Assert.Equal(old.Models["foundation"].Budget!.Parameters + ((3000 - 65) * perCharacter), recipe.Models["foundation"].Budget!.Parameters);
        Assert.Equal(3000, recipe.Data.Text.Tokenizer.MostCharacters);
        Assert.Equal("my-text", recipe.Data.Text.Id);
        Assert.Null(recipe.Data.Text.Source);
        Assert.Contains($"# Raised from {old.Models["foundation"].Budget!.Parameters} by", File.ReadAllText(Path.Combine(_folder.Path, "my-text", "recipe.yaml")), StringComparison.Ordinal);
    }

    [Fact]
    public void Write_TextOfFewCharacters_KeepsTheBudget()
    {
        var recipe = (LanguageRecipe)TextRecipes.Replicate(_folder, string.Concat(Enumerable.Repeat("all work and no play\n", 1_500))).Recipe!;

        Assert.Equal(TextRecipes.Shakespeare(_folder.Path).Models["foundation"].Budget, recipe.Models["foundation"].Budget);
        Assert.Equal(new TextSplitSettings { Train = 0.9, Validation = 0.1 }, recipe.Data.Text.Splits);
    }

    /// <summary>A tenth of a short text is no block of validation; the parts are chosen so that there is one.</summary>
    [Fact]
    public void Write_ShortText_LeavesABlockOfValidation()
    {
        var text = string.Concat(Enumerable.Repeat("盘古开天辟地🎉\r\n", 40));
        var result = TextRecipes.Replicate(_folder, text, "tiny-shakespeare-small");

        Assert.Empty(result.Problems);
        var recipe = (LanguageRecipe)result.Recipe!;
        var data = TextData.Of(text, recipe.Data.Text);
        Assert.NotEmpty(data.Validation.Blocks(recipe.Models["foundation"].Network!.Context));
        Assert.True(data.Train.Count > recipe.Models["foundation"].Network!.Context);
    }

    [Fact]
    public void Write_TextTooShortForTwoBlocks_IsAnError() =>
        Assert.Equal("new-short", Assert.Throws<PanguException>(() => TextRecipes.Replicate(_folder, "short")).Code);

    [Fact]
    public void Write_OtherRole_IsAnError() =>
        Assert.Equal("new-data", Assert.Throws<PanguException>(() => TextRecipes.Replicate(_folder, new string('a', 1000), "tiny-shakespeare", ("load", "a.csv"))).Code);
}
