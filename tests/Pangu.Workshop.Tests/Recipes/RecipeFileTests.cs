using System.Text.Json.Serialization;
using Pangu.Core;
using Pangu.Workshop.Recipes;

namespace Pangu.Workshop.Tests.Recipes;

public sealed class RecipeFileTests : IDisposable
{
    private const string Sound = """
        version: 1
        name: mill
        family: prediction
        licence: Apache-2.0
        rooms:
          - id: hall
            size: 3
          - id: yard
        heating: { kind: gas, pressure: 2.5 }
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Check_SoundRecipe_BindsEverySetting()
    {
        var recipe = Assert.IsType<ToyRecipe>(Check(Sound).Recipe);

        Assert.Equal(["hall", "yard"], recipe.Rooms.Select(room => room.Id));
        Assert.Equal([3, 1], recipe.Rooms.Select(room => room.Size));
        Assert.Equal(2.5, Assert.IsType<Gas>(recipe.Heating).Pressure);
        Assert.Equal(1ul, recipe.Seed);
    }

    [Fact]
    public void Check_ManyMistakes_ListsAllWithTheirLines()
    {
        var problems = Check("""
            version: 1
            name: Mill
            family: prediction
            licence: Apache-2.0
            rooms:
              - id: hall
                sise: 3
              - size: many
            heating: { kind: coal }
            """).Problems;

        Assert.Contains(problems, problem => problem is { Line: 7 } && problem.Message.Contains("did you mean \"size\"", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem is { Line: 8 } && problem.Message.Contains("rooms[1].id is missing", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem is { Line: 8 } && problem.Message.Contains("\"many\"; expected a whole number", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem is { Line: 9 } && problem.Message.Contains("expected one of gas, sun", StringComparison.Ordinal));
        Assert.All(problems, problem => Assert.EndsWith("recipe.yaml", problem.Path, StringComparison.Ordinal));
    }

    [Fact]
    public void Check_FamilyFindsAProblem_ItStandsAtTheKey()
    {
        var problems = Check(Sound.Replace("size: 3", "size: -3", StringComparison.Ordinal)).Problems;

        var problem = Assert.Single(problems);
        Assert.Equal(7, problem.Line);
        Assert.Contains("size is -3", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_NewerVersion_IsRefusedByName()
    {
        var problem = Assert.Single(Check(Sound.Replace("version: 1", "version: 2", StringComparison.Ordinal)).Problems);

        Assert.Contains("this release reads version 1", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_Extends_ChangesOnlyWhatIsSaid()
    {
        _folder.Write("base/recipe.yaml", Sound);
        var file = _folder.Write("own/recipe.yaml", "extends: ../base\nname: own\nheating: { pressure: 4 }\n");

        var recipe = Assert.IsType<ToyRecipe>(Files().Check(file, []).Recipe);

        Assert.Equal("own", recipe.Name);
        Assert.Equal(2, recipe.Rooms.Count);
        Assert.Equal(4, Assert.IsType<Gas>(recipe.Heating).Pressure);
    }

    [Fact]
    public void Check_ExtendsItself_IsAnErrorNotAHang()
    {
        var file = _folder.Write("loop/recipe.yaml", "extends: ../loop\nversion: 1\n");

        Assert.Contains("extend itself", Assert.Single(Files().Check(file, []).Problems).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("extends: ../base\nname: own\n", "../base/drawings/hall.svg")]
    [InlineData("extends: ../base\nname: own\nplan: mine.svg\n", "mine.svg")]
    [InlineData("extends: ../base\nname: own\nplan: /srv/plan.svg\n", "/srv/plan.svg")]
    public void Check_ExtendsARecipeWithAPath_TakesItFromTheFileThatStatesIt(string own, string expected)
    {
        _folder.Write("base/recipe.yaml", Sound + "\nplan: drawings/hall.svg\n");
        var file = _folder.Write("own/recipe.yaml", own);

        Assert.Equal(expected, Assert.IsType<ToyRecipe>(Files().Check(file, []).Recipe).Plan);
        Assert.Equal("set.svg", Assert.IsType<ToyRecipe>(Files().Check(file, ["plan=set.svg"]).Recipe).Plan);
    }

    [Fact]
    public void Check_MistakesOfShapeAndOfMeaning_AreListedTogetherAndNoneTwice()
    {
        var problems = Check("""
            version: 1
            name: Mill
            family: prediction
            licence: Apache-2.0
            sed: 3
            rooms:
              - id: hall
                size: -3
              - id: yard
                size: many
            heating: { kind: gas, pressure: 2.5 }
            """).Problems;

        Assert.Equal([2, 5, 8, 10], problems.Select(problem => problem.Line!.Value).Order());
    }

    [Theory]
    [InlineData("heating.pressure=7", 7)]
    [InlineData("heating.pressure=0.5", 0.5)]
    public void Check_Set_ReplacesTheValue(string setting, double expected)
    {
        var file = _folder.Write("recipe.yaml", Sound);

        var recipe = Assert.IsType<ToyRecipe>(Files().Check(file, [setting]).Recipe);

        Assert.Equal(expected, Assert.IsType<Gas>(recipe.Heating).Pressure);
    }

    [Fact]
    public void Check_SetIntoAList_ReplacesTheItem()
    {
        var file = _folder.Write("recipe.yaml", Sound);

        var recipe = Assert.IsType<ToyRecipe>(Files().Check(file, ["rooms.1.size=9"]).Recipe);

        Assert.Equal([3, 9], recipe.Rooms.Select(room => room.Size));
    }

    [Fact]
    public void Check_SetOfAnUnknownSetting_IsAProblem()
    {
        var file = _folder.Write("recipe.yaml", Sound);

        Assert.Contains(Files().Check(file, ["heating.presure=7"]).Problems, problem => problem.Message.Contains("did you mean \"pressure\"", StringComparison.Ordinal));
    }

    [Fact]
    public void Check_NoYaml_IsAClearErrorWithTheLine()
    {
        var file = _folder.Write("recipe.yaml", "version: 1\nname: [unclosed\n");

        var problem = Assert.Single(Files().Check(file, []).Problems);

        Assert.True(problem.Line >= 2);
    }

    [Fact]
    public void Locate_UnknownName_ListsTheRecipesAtHand()
    {
        _folder.Write("mill/recipe.yaml", Sound);

        Assert.Contains("mill", Assert.Throws<PanguException>(() => Files().Locate("nothing")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Schema_Family_NamesEverySettingAndChoice()
    {
        var schema = RecipeSchema.Write(new ToyFamily());

        Assert.Contains("\"rooms\"", schema, StringComparison.Ordinal);
        Assert.Contains("\"const\": \"gas\"", schema, StringComparison.Ordinal);
        Assert.DoesNotContain("\r", schema, StringComparison.Ordinal);
    }

    private CheckedRecipe Check(string yaml) => Files().Check(_folder.Write("recipe.yaml", yaml), []);

    private RecipeFile Files() => new([new ToyFamily()], _folder.Path);

    private sealed record ToyRecipe : Recipe
    {
        public required IReadOnlyList<Room> Rooms { get; init; }

        public required Heating Heating { get; init; }

        [RecipePath]
        public string? Plan { get; init; }
    }

    private sealed record Room
    {
        public required string Id { get; init; }

        public int Size { get; init; } = 1;
    }

    [JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
    [JsonDerivedType(typeof(Gas), "gas")]
    [JsonDerivedType(typeof(Sun), "sun")]
    private abstract record Heating;

    private sealed record Gas : Heating
    {
        public double Pressure { get; init; }
    }

    private sealed record Sun : Heating;

    private sealed class ToyFamily : IRecipeFamily
    {
        public string Name => "prediction";

        public Type RecipeType => typeof(ToyRecipe);

        public void Validate(Recipe recipe, string folder, AddProblem add)
        {
            foreach (var room in ((ToyRecipe)recipe).Rooms.Where(room => room.Size < 1))
            {
                add(room, "size", $"size is {room.Size}; it must be at least 1");
            }
        }

        public RecipeWork Compose(Recipe recipe, string folder, IProgress<WorkProgress>? progress = null, CancellationToken cancellation = default) => new([], [], false, []) { ReplicaData = "load=a.csv" };

        public string Replicate(Recipe recipe, Replica replica) => string.Empty;
    }
}
