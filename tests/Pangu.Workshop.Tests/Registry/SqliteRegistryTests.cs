using Pangu.Core;
using Pangu.Workshop.Registry;

namespace Pangu.Workshop.Tests.Registry;

public sealed class SqliteRegistryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly SqliteRegistry _registry;

    public SqliteRegistryTests() => _registry = new SqliteRegistry(_folder.File("home"), TimeProvider.System);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void List_OfAHomeThatDoesNotExist_IsEmptyAndWritesNothing()
    {
        Assert.Empty(_registry.List());
        Assert.False(Directory.Exists(_folder.File("home")));
    }

    [Fact]
    public void Add_APackage_CopiesItUnderItsHashAndFindsItByNameAndPrefix()
    {
        var added = _registry.Add(Package("first"), CardOf("pump/forecast"));

        Assert.Equal(Formats.PackageHash.Of(added.Folder), added.Hash);
        Assert.Equal(added.Hash, Path.GetFileName(added.Folder));
        Assert.Equal(added.Hash, _registry.Find("pump/forecast")!.Hash);
        Assert.Equal("pump/forecast", _registry.Find(added.Hash[..8])!.Name);
        Assert.Equal("first".Length + "{}".Length, added.Bytes);
        Assert.Equal("pump/forecast", CardJson.Read(File.ReadAllText(Path.Combine(added.Folder, "card.json")), "test").Name);
    }

    [Fact]
    public void Add_TheSamePackageUnderTwoNames_KeepsOneFolderAndTwoCards()
    {
        var first = _registry.Add(Package("same"), CardOf("a"));
        var second = _registry.Add(Package("same"), CardOf("b"));

        Assert.Equal(first.Folder, second.Folder);
        Assert.Equal(["a", "b"], _registry.List().Select(model => model.Name));
    }

    [Fact]
    public void Add_TheSameAgain_RefreshesTheCard()
    {
        _registry.Add(Package("same"), CardOf("a"));
        _registry.Add(Package("same"), CardOf("a") with { Licence = "MIT" });

        Assert.Equal("MIT", Assert.Single(_registry.List()).Card.Licence);
    }

    [Fact]
    public void Find_OfANameWithANewerUnreleasedModel_GivesTheNewestReleasedOne()
    {
        var released = _registry.Add(Package("good"), CardOf("a") with { Gate = new GateResult(true, []) });
        var kept = _registry.Add(Package("bad"), CardOf("a") with { Gate = new GateResult(false, []) });

        Assert.Equal(released.Hash, _registry.Find("a")!.Hash);
        Assert.False(kept.Released);
        Assert.Equal(kept.Hash, _registry.Find(kept.Hash[..6])!.Hash);
    }

    [Fact]
    public void Find_OfANameWithoutReleasedModels_GivesTheNewest()
    {
        _registry.Add(Package("bad"), CardOf("a") with { Gate = new GateResult(false, []) });
        var newest = _registry.Add(Package("worse"), CardOf("a") with { Gate = new GateResult(false, []) });

        Assert.Equal(newest.Hash, _registry.Find("a")!.Hash);
    }

    [Theory]
    [InlineData("abc")]
    [InlineData("zzzzzz")]
    [InlineData("unknown/name")]
    public void Find_OfWhatIsNotThere_IsNull(string reference)
    {
        _registry.Add(Package("x"), CardOf("a"));
        Assert.Null(_registry.Find(reference));
    }

    [Theory]
    [InlineData("")]
    [InlineData("../up")]
    [InlineData("Upper")]
    [InlineData("a//b")]
    public void Add_WithANameThatIsNone_IsRefused(string name) =>
        Assert.Equal("model-name", Assert.Throws<PanguException>(() => _registry.Add(Package("x"), CardOf(name))).Code);

    [Fact]
    public void Remove_OfAParent_IsRefusedUntilItsChildIsGone()
    {
        var parent = _registry.Add(Package("parent"), CardOf("parent"));
        _registry.Add(Package("child"), CardOf("child") with { Parent = parent.Hash });

        var refused = Assert.Throws<PanguException>(() => _registry.Remove("parent"));
        Assert.Equal("model-has-children", refused.Code);
        Assert.Contains("child", refused.Message, StringComparison.Ordinal);

        _registry.Remove("child");
        _registry.Remove("parent");
        Assert.Empty(_registry.List());
        Assert.False(Directory.Exists(parent.Folder));
    }

    [Fact]
    public void Remove_OfAModelInUse_IsRefusedUntilItIsFree()
    {
        var model = _registry.Add(Package("busy"), CardOf("busy"));
        using (_registry.Use(model))
        using (_registry.Use(model))
        {
            Assert.Equal("model-in-use", Assert.Throws<PanguException>(() => _registry.Remove("busy")).Code);
            Assert.True(Directory.Exists(model.Folder));
        }

        _registry.Remove("busy");
        Assert.Empty(_registry.List());
    }

    [Fact]
    public void Remove_OfOneOfTwoNames_KeepsThePackage()
    {
        var model = _registry.Add(Package("same"), CardOf("a"));
        _registry.Add(Package("same"), CardOf("b"));

        _registry.Remove("a");

        Assert.Equal("b", Assert.Single(_registry.List()).Name);
        Assert.True(Directory.Exists(model.Folder));
    }

    [Fact]
    public void Remove_OfWhatIsNotThere_IsMissing() =>
        Assert.Equal(ErrorKind.Missing, Assert.Throws<PanguException>(() => _registry.Remove("nothing")).Kind);

    [Fact]
    public void Reindex_AfterTheIndexWasLost_FindsEveryModelAgain()
    {
        _registry.Add(Package("one"), CardOf("one"));
        _registry.Add(Package("two"), CardOf("two") with { Gate = new GateResult(false, []) });
        var before = _registry.List();
        foreach (var file in Directory.EnumerateFiles(_folder.File("home/registry"), "index.sqlite*"))
        {
            File.Delete(file);
        }

        Assert.Equal(before.Select(Key), _registry.List().Select(Key));
        Assert.Equal(2, _registry.Reindex());

        static (string, string, bool, long) Key(RegisteredModel model) => (model.Name, model.Hash, model.Released, model.Bytes);
    }

    [Fact]
    public void List_AfterAPackageFolderWasDeletedByHand_NoLongerShowsIt()
    {
        var model = _registry.Add(Package("one"), CardOf("one"));
        Directory.Delete(model.Folder, recursive: true);
        Assert.Empty(_registry.List());
    }

    [Fact]
    public void List_WithADamagedEntry_NamesTheFileAndTheWayOut()
    {
        _registry.Add(Package("one"), CardOf("one"));
        var entry = Directory.EnumerateFiles(_folder.File("home/registry/entries"), "*.json", SearchOption.AllDirectories).Single();
        File.WriteAllText(entry, """{"schema":1,"registered":"x","card":{"name":"one"}}""");
        File.Delete(_folder.File("home/registry/index.sqlite"));

        var error = Assert.Throws<PanguException>(() => _registry.List());

        Assert.Equal("registry-entry", error.Code);
        Assert.Contains(entry, error.Message, StringComparison.Ordinal);
        File.Delete(entry);
        Assert.Equal(0, _registry.Reindex());
        Assert.Empty(_registry.List());
    }

    [Fact]
    public void Open_OfAnIndexFromANewerVersion_IsRefusedByName()
    {
        _registry.Add(Package("one"), CardOf("one"));
        using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={_folder.File("home/registry/index.sqlite")};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA user_version = 99";
            command.ExecuteNonQuery();
        }

        Assert.Equal("registry-version", Assert.Throws<PanguException>(() => _registry.List()).Code);
    }

    [Fact]
    public async Task Add_FromManyThreadsAtOnce_LosesNothing()
    {
        var packages = Enumerable.Range(0, 8).Select(i => Package($"content {i % 4}")).ToList();
        var registries = packages.Select(_ => new SqliteRegistry(_folder.File("home"), TimeProvider.System)).ToList();
        await Task.WhenAll(packages.Select((package, i) => Task.Run(() => registries[i].Add(package, CardOf($"model-{i}")), TestContext.Current.CancellationToken)));

        Assert.Equal(8, _registry.List().Count);
        Assert.Equal(4, _registry.List().Select(model => model.Hash).Distinct().Count());
        Assert.DoesNotContain(Directory.EnumerateDirectories(_folder.File("home/registry/packages")), folder => Path.GetFileName(folder).StartsWith('.'));
    }

    [Fact]
    public void Forest_OfThreeTiers_PutsChildrenBelowParents()
    {
        var foundation = _registry.Add(Package("l0"), CardOf("z/foundation"));
        var industry = _registry.Add(Package("l1"), CardOf("m/industry") with { Parent = foundation.Hash });
        var scenario = _registry.Add(Package("l2"), CardOf("a/scenario") with { Parent = industry.Hash });

        Assert.Equal([("z/foundation", 0), ("m/industry", 1), ("a/scenario", 2)], Lineage.Forest(_registry.List()).Select(row => (row.Model.Name, row.Depth)));
        Assert.Equal(["a/scenario", "m/industry", "z/foundation"], Lineage.Of(_registry.List(), scenario).Select(model => model.Name));
    }

    private string Package(string content)
    {
        var folder = _folder.File($"package-{Guid.NewGuid():N}");
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "config.json"), "{}");
        File.WriteAllText(Path.Combine(folder, "model.safetensors"), content);
        return folder;
    }

    private static Card CardOf(string name) => new() { Name = name, Tier = Tier.Scenario, Family = Family.Prediction, Capability = Capability.Forecast, Licence = "Apache-2.0" };
}
