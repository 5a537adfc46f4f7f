using Pangu.Core;

namespace Pangu.Formats.Tests;

public sealed class ModelPackageTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ModelConfig _config = TinyModels.Forecaster();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Open_AfterWrite_GivesTheSameModel()
    {
        var weights = TinyModels.Weights(_config);
        var path = Write(weights);
        using var package = ModelPackage.Open(path, TinyModels.Families);
        Assert.Equal(Family.Prediction, package.Family);
        Assert.Equal(Capability.Forecast, package.Capability);
        Assert.Equal(_config.Slots().Select(slot => slot.Name), package.Config.Slots().Select(slot => slot.Name));
        Assert.Equal("{}", package.ReadText("preprocessor.json"));
        Assert.False(package.Has("card.json"));
        Assert.True(ModelPackage.Looks(path));
        Assert.All(weights, weight => Assert.Equal(weight.Value.ToSingles(), package.Weights[weight.Key].ToSingles()));
        Assert.Single(Directory.EnumerateFileSystemEntries(_folder.Path));
        Assert.Contains("\"kind\": \"blocks\"", File.ReadAllText(Path.Combine(path, "config.json")), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_WrongWeights_ListsEveryOneAtOnce()
    {
        var path = Write(TinyModels.Weights(_config));
        var damaged = TinyModels.Weights(_config);
        damaged.Remove("head.projection.bias");
        damaged["extra"] = TensorData.Of([1], 1);
        damaged["embedder.patch.bias"] = TensorData.Of([1, 2], 2);
        damaged["final.bias"] = new TensorData(ElementType.I32, [32], new byte[128]);
        SafetensorsWriter.Write(Path.Combine(path, "model.safetensors"), damaged);

        var exception = Assert.Throws<PanguException>(() => ModelPackage.Open(path, TinyModels.Families));
        Assert.Equal(4, exception.Problems.Count);
        Assert.Contains(exception.Problems, problem => problem.Message.Contains("head.projection.bias [12] is missing", StringComparison.Ordinal));
        Assert.Contains(exception.Problems, problem => problem.Message.Contains("extra is unexpected", StringComparison.Ordinal));
        Assert.Contains(exception.Problems, problem => problem.Message.Contains("embedder.patch.bias has shape [2], expected [32]", StringComparison.Ordinal));
        Assert.Contains(exception.Problems, problem => problem.Message.Contains("final.bias has type I32", StringComparison.Ordinal));
    }

    [Fact]
    public void Open_CutWeights_IsAClearError()
    {
        var path = Write(TinyModels.Weights(_config));
        var weights = Path.Combine(path, "model.safetensors");
        File.WriteAllBytes(weights, File.ReadAllBytes(weights)[..^100]);
        var exception = Assert.Throws<PanguException>(() => ModelPackage.Open(path, TinyModels.Families));
        Assert.Contains("cut off", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_NewerFormat_IsRefusedByName()
    {
        var path = Write(TinyModels.Weights(_config));
        Change(path, "pangu/1", "pangu/2");
        var exception = Assert.Throws<PanguException>(() => ModelPackage.Open(path, TinyModels.Families));
        Assert.Equal("package-format", exception.Code);
        Assert.Contains("pangu/2", exception.Message, StringComparison.Ordinal);
        Assert.True(ModelPackage.Looks(path));
    }

    [Fact]
    public void Open_HuggingFaceFolder_SaysHowToImportIt()
    {
        var path = Path.GetDirectoryName(_folder.Write("foreign/config.json", """{"model_type":"patchtst"}"""))!;
        var exception = Assert.Throws<PanguException>(() => ModelPackage.Open(path, TinyModels.Families));
        Assert.Equal("package-foreign", exception.Code);
        Assert.Contains("pangu models import", exception.Message, StringComparison.Ordinal);
        Assert.False(ModelPackage.Looks(path));
    }

    [Theory]
    [InlineData("\"width\": 32", "\"width\": 0")]
    [InlineData("\"patchStride\"", "\"stride\"")]
    [InlineData("\"kind\": \"forecast\"", "\"kind\": \"poem\"")]
    [InlineData("\"capability\": \"forecast\"", "\"capability\": \"sing\"")]
    [InlineData("\"family\"", "\"clan\"")]
    public void Open_ChangedConfig_IsAClearError(string original, string replacement)
    {
        var path = Write(TinyModels.Weights(_config));
        Change(path, original, replacement);
        var exception = Assert.Throws<PanguException>(() => ModelPackage.Open(path, TinyModels.Families));
        Assert.Equal(ErrorKind.Usage, exception.Kind);
        Assert.Contains("config.json", exception.Message + string.Concat(exception.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_FolderWithoutPackage_SaysWhatIsMissing()
    {
        Assert.Equal(ErrorKind.Missing, Assert.Throws<PanguException>(() => ModelPackage.Open(_folder.File("none"), TinyModels.Families)).Kind);
        Assert.Contains("config.json", Assert.Throws<PanguException>(() => ModelPackage.Open(_folder.Path, TinyModels.Families)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_OverAPackage_IsRefused()
    {
        var path = Write(TinyModels.Weights(_config));
        Assert.Equal("package-exists", Assert.Throws<PanguException>(() => ModelPackage.Write(path, Contents(TinyModels.Weights(_config)), TinyModels.Families)).Code);
    }

    [Fact]
    public void Open_ConfigWithByteOrderMark_Opens()
    {
        var path = Write(TinyModels.Weights(_config));
        var config = Path.Combine(path, "config.json");
        File.WriteAllText(config, File.ReadAllText(config), new System.Text.UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
        using var package = ModelPackage.Open(path, TinyModels.Families);
        Assert.Equal(Capability.Forecast, package.Capability);
    }

    [Theory]
    [InlineData("../card.json")]
    [InlineData("config.json")]
    [InlineData(".hidden")]
    [InlineData("")]
    public void Write_FurtherFileWithAnOddName_IsRefused(string name)
    {
        var contents = Contents(TinyModels.Weights(_config)) with { ExtraFiles = new Dictionary<string, string> { [name] = "{}" } };
        Assert.Equal("package-file", Assert.Throws<PanguException>(() => ModelPackage.Write(_folder.File("package"), contents, TinyModels.Families)).Code);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void Hash_OfTheSameModel_IsTheSameAndLeavesTheCardOut()
    {
        var first = Write(TinyModels.Weights(_config));
        var second = Write(TinyModels.Weights(_config), "second");
        var hash = PackageHash.Of(first);
        Assert.Equal(hash, PackageHash.Of(second));
        File.WriteAllText(Path.Combine(second, "card.json"), "{}");
        File.WriteAllText(Path.Combine(second, ".DS_Store"), "x");
        Assert.Equal(hash, PackageHash.Of(second));
        File.WriteAllText(Path.Combine(second, "preprocessor.json"), "{ }");
        Assert.NotEqual(hash, PackageHash.Of(second));
    }

    [Fact]
    public void Hash_OfKnownFiles_IsTheDocumentedDigest()
    {
        // sha256 of: [{"path":"a/b","sha256":"<sha256 of 1>"},{"path":"config.json","sha256":"<sha256 of {}>"}], computed with sha256sum.
        _folder.Write("package/config.json", "{}");
        _folder.Write("package/a/b", "1");
        _folder.Write("package/card.json", "{}");
        Assert.Equal("8da467f231c6d730e8c2759deb0059707a9eaceb015fb59b53a01c4ddddd94d2", PackageHash.Of(_folder.File("package")));
    }

    private string Write(Dictionary<string, TensorData> weights, string name = "package")
    {
        var path = _folder.File(name);
        ModelPackage.Write(path, Contents(weights), TinyModels.Families);
        return path;
    }

    private PackageContents Contents(Dictionary<string, TensorData> weights) => new()
    {
        Family = Family.Prediction,
        Capability = Capability.Forecast,
        Config = _config,
        Weights = weights,
        ExtraFiles = new Dictionary<string, string> { ["preprocessor.json"] = "{}" },
    };

    private static void Change(string package, string original, string replacement)
    {
        var path = Path.Combine(package, "config.json");
        var text = File.ReadAllText(path);
        Assert.Contains(original, text, StringComparison.Ordinal);
        File.WriteAllText(path, text.Replace(original, replacement, StringComparison.Ordinal));
    }
}
