using Pangu.Core;
using Pangu.Workshop.Prediction;
using Pangu.Workshop.Recipes;

namespace Pangu.Workshop.Tests.Prediction;

public sealed class SeriesRecipeCheckTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Check_Members_AreTransformersThatDifferAsTheySay()
    {
        var recipe = (SeriesRecipe)Check("models.foundation.network.members=[{ }, { rotaryBase: 0, layers: 1, heads: 4, feedForward: 48 }]").Recipe!;
        var members = ((Ensemble)SeriesNetworkShape.ToConfig(recipe.Models["foundation"].Network!).Body).Members;

        Assert.Equal([2, 1], members.Select(member => member.Stages[0].Count));
        var parts = members.Select(member => member.Stages[0].Cycle[0].Branches.Select(branch => branch.Part).ToArray()).ToArray();
        Assert.Equal([2, 4], parts.Select(part => ((Attention)part[0]).QueryHeads));
        Assert.IsType<Rotary>(((Attention)parts[0][0]).Positions);
        Assert.IsType<NoPositions>(((Attention)parts[1][0]).Positions);
        Assert.Equal([64, 48], parts.Select(part => ((Dense)part[1]).Inner));
    }

    [Theory]
    [InlineData("models.foundation.network.members=[{ }, { heads: 3 }]", "width is 32; it must be a multiple of heads, 3")]
    [InlineData("models.foundation.network.members=[{ }]", "an ensemble has at least two")]
    [InlineData("models.foundation.network.members=[{ }, { layers: 0 }]", "body.members[1]: body.stages[0] has width 32, count 0")]
    [InlineData("models.foundation.network.members=[{ }, { width: 8 }]", "members[1] has no setting \"width\"")]
    [InlineData("models.foundation.training.parentShare=0.5", "parentShare is 0.5, but the model has no parent")]
    [InlineData("models.industry.training.parentShare=1", "parentShare is 1; it must be at least 0 and below 1")]
    public void Check_OneMistake_IsTold(string setting, string message) =>
        Assert.Contains(Check(setting).Problems, problem => problem.Message.Contains(message, StringComparison.Ordinal));

    private CheckedRecipe Check(string setting)
    {
        var files = SeriesRecipes.File(_folder.Path);
        return files.Check(files.Locate("power-transformer-small"), [setting]);
    }
}
