using System.Text.Json;
using Pangu.Formats;

namespace Pangu.Cli.Tests.Verbs;

public sealed class ModelsVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly CommandRunner _runner;

    public ModelsVerbTests() => _runner = new CommandRunner(_folder);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Import_ListShowExportRemove_LeadsThroughAModelsLife()
    {
        var package = TinyModels.WriteForecaster(_folder.File("Line Model"));
        var imported = await _runner.RunAsync("models", "import", package, "--licence", "MIT", "--json");
        Assert.Equal(0, imported.ExitCode);
        var model = imported.Json.GetProperty("model");
        var hash = model.GetProperty("hash").GetString()!;
        Assert.Equal(("line-model", PackageHash.Of(package)), (model.GetProperty("name").GetString(), hash));

        var listed = (await _runner.RunAsync("models", "list", "--json")).Json;
        Assert.Equal(1, listed.GetProperty("schema").GetInt32());
        var row = Assert.Single(listed.GetProperty("models").EnumerateArray());
        Assert.Equal(("foundation", "prediction", "MIT", hash), (row.GetProperty("tier").GetString(), row.GetProperty("family").GetString(), row.GetProperty("licence").GetString(), row.GetProperty("hash").GetString()));
        Assert.True(Path.IsPathFullyQualified(row.GetProperty("folder").GetString()!));

        var shown = await _runner.RunAsync("models", "show", hash[..8], "--json");
        Assert.Equal(0, shown.ExitCode);
        Assert.True(shown.Json.GetProperty("intact").GetBoolean());
        Assert.Equal(["config.json", "model.safetensors", "preprocessor.json"], shown.Json.GetProperty("files").EnumerateArray().Select(file => file.GetProperty("path").GetString()));

        var exported = _folder.File("exported");
        Assert.Equal(0, (await _runner.RunAsync("models", "export", "line-model", exported)).ExitCode);
        Assert.Equal(hash, PackageHash.Of(exported));
        Assert.Equal(2, (await _runner.RunAsync("models", "export", "line-model", exported)).ExitCode);
        Assert.Equal(2, (await _runner.RunAsync("models", "export", "line-model", _folder.File("other"), "--format", "gguf")).ExitCode);

        Assert.Contains("line-model", (await _runner.RunAsync("models", "tree")).Output, StringComparison.Ordinal);
        Assert.Equal(0, (await _runner.RunAsync("models", "rm", "line-model")).ExitCode);
        Assert.Empty((await _runner.RunAsync("models", "list", "--json")).Json.GetProperty("models").EnumerateArray());
        Assert.Equal(0, (await _runner.RunAsync("models", "reindex", "--json")).Json.GetProperty("models").GetInt32());
    }

    [Fact]
    public async Task Show_OfFilesOfWeights_ListsTensorsOfSoundOnesAndRefusesOthers()
    {
        var folder = Outside.Golden("quantisation/malformed");
        var listed = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "expected.json"))).RootElement.GetProperty("files").EnumerateArray()
            .Where(file => file.GetProperty("file").GetString()!.EndsWith(".safetensors", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(listed);
        foreach (var file in listed)
        {
            var outcome = await _runner.RunAsync("models", "show", Path.Combine(folder, file.GetProperty("file").GetString()!), "--json");
            Assert.Contains((outcome.ExitCode, file.GetProperty("expect").GetString()!), new[] { (0, "load"), (2, "reject"), (0, "either"), (2, "either") });
        }

        var shown = (await _runner.RunAsync("models", "show", Path.Combine(folder, "ok-st-two-tensors.safetensors"), "--json")).Json;
        Assert.Equal(2, shown.GetProperty("tensors").GetArrayLength());
        Assert.Equal(164, shown.GetProperty("bytes").GetInt64());
        Assert.Equal(3, (await _runner.RunAsync("models", "show", _folder.File("none.safetensors"))).ExitCode);
    }

    [Fact]
    public async Task Show_OfADamagedPackage_SaysSoAndExitsWithOne()
    {
        await _runner.RunAsync("models", "import", TinyModels.WriteForecaster(_folder.File("line")));
        var config = Directory.EnumerateFiles(Path.Combine(_runner.Home, "registry", "packages"), "preprocessor.json", SearchOption.AllDirectories).Single();
        File.AppendAllText(config, " ");

        var outcome = await _runner.RunAsync("models", "show", "line", "--json");
        Assert.Equal((1, false), (outcome.ExitCode, outcome.Json.GetProperty("intact").GetBoolean()));
    }

    [Fact]
    public async Task Import_OfAHuggingFaceFolder_MakesAPackageThatVerifies()
    {
        var golden = Outside.Golden("series/patchtst-forecast");
        Assert.Equal(0, (await _runner.RunAsync("models", "import", golden, "--name", "golden/patchtst")).ExitCode);

        var verified = await _runner.RunAsync("verify", "golden/patchtst", Path.Combine(golden, "expected.safetensors"), "--json");
        Assert.Equal((0, true, "native"), (verified.ExitCode, verified.Json.GetProperty("ok").GetBoolean(), verified.Json.GetProperty("engine").GetString()));
        Assert.NotEmpty(verified.Json.GetProperty("tensors").EnumerateArray());
    }

    [Fact]
    public async Task Export_ToAHuggingFaceFolder_ImportsAsTheSamePackage()
    {
        var golden = Outside.Golden("series/patchtst-forecast");
        var first = (await _runner.RunAsync("models", "import", golden, "--name", "first", "--json")).Json.GetProperty("model").GetProperty("hash").GetString();

        Assert.Equal(0, (await _runner.RunAsync("models", "export", "first", _folder.File("hf"), "--format", "hf", "--channels", "3")).ExitCode);

        var second = (await _runner.RunAsync("models", "import", _folder.File("hf"), "--name", "second", "--json")).Json.GetProperty("model").GetProperty("hash").GetString();
        Assert.Equal(first, second);
    }

    [Fact]
    public async Task Verify_BeyondTheTolerance_ExitsWithOneAndSaysWhatDiffers()
    {
        var golden = Outside.Golden("series/patchtst-forecast");
        var outcome = await _runner.RunAsync("verify", golden, golden, "--tolerance", "1e-12", "--json");
        Assert.Equal((1, false), (outcome.ExitCode, outcome.Json.GetProperty("ok").GetBoolean()));
    }
}
