using Pangu.Core;
using Pangu.Workshop.Registry;

namespace Pangu.Workshop.Tests.Registry;

public sealed class ModelLocatorTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly SqliteRegistry _registry;
    private readonly ModelLocator _locator;

    public ModelLocatorTests()
    {
        _registry = new SqliteRegistry(_folder.File("home"), TimeProvider.System);
        _locator = new ModelLocator(_registry);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Locate_AName_GivesTheRegistrysPackage()
    {
        var model = Register("pump/forecast");
        var located = _locator.Locate("pump/forecast");
        Assert.Equal((model.Folder, ModelSource.Registry, "pump/forecast"), (located.Folder, located.Source, located.DisplayName));
    }

    [Fact]
    public void Locate_AHashPrefix_GivesTheRegistrysPackage()
    {
        var model = Register("pump/forecast");
        Assert.Equal(model.Folder, _locator.Locate(model.Hash[..10]).Folder);
    }

    [Fact]
    public void Locate_APackageFolderAndAFileInIt_GiveTheFolder()
    {
        var config = _folder.Write("package/config.json", """{"format":"pangu/1","family":"prediction","capability":"forecast","model":{}}""");
        Assert.Equal(ModelSource.PackageFolder, _locator.Locate(Path.GetDirectoryName(config)!).Source);
        Assert.Equal(_folder.File("package"), _locator.Locate(config).Folder);
    }

    [Fact]
    public void Locate_AHuggingFaceFolder_SaysSo()
    {
        _folder.Write("hf/config.json", """{"model_type":"patchtst"}""");
        Assert.Equal(ModelSource.HuggingFaceFolder, _locator.Locate(_folder.File("hf")).Source);
    }

    [Fact]
    public void Locate_ANameThatIsNot_NamesTheNearOnes()
    {
        Register("power-transformer/forecast");
        var error = Assert.Throws<PanguException>(() => _locator.Locate("transformer/forecast"));
        Assert.Equal(ErrorKind.Missing, error.Kind);
        Assert.Contains("power-transformer/forecast", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("notes.txt", "hello", "model-file")]
    [InlineData("model.gguf", "GGUF", "model-gguf")]
    [InlineData("config.json", "{not json", "model-config")]
    [InlineData("config.json", "{}", "model-folder")]
    public void Locate_AFileThatIsNoModel_SaysWhatIsExpected(string name, string content, string code) =>
        Assert.Equal(code, Assert.Throws<PanguException>(() => _locator.Locate(_folder.Write(name, content))).Code);

    private RegisteredModel Register(string name)
    {
        _folder.Write("source/config.json", """{"format":"pangu/1"}""");
        return _registry.Add(_folder.File("source"), new Card { Name = name, Tier = Tier.Scenario, Family = Family.Prediction, Capability = Capability.Forecast, Licence = "Apache-2.0" });
    }
}
