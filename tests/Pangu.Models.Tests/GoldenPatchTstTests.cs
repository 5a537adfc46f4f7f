using System.Text.Json;
using Pangu.Core;
using Pangu.Formats;

namespace Pangu.Models.Tests;

public sealed class GoldenPatchTstTests
{
    [Theory]
    [InlineData("series/patchtst-forecast", 8)]
    [InlineData("series/patchtst-pretrain", 5)]
    public void Run_GoldenCase_GivesEveryOutputWithinTolerance(string folder, int outputs)
    {
        var path = Outside.Golden(folder);
        var tolerance = JsonDocument.Parse(File.ReadAllText(Path.Combine(path, "expected.json"))).RootElement.GetProperty("tolerance").GetDouble();
        var imported = HuggingFaceFolder.Read(path);
        using var verifier = new TorchVerifier(TorchModel.Load(imported.Config, imported.Weights));
        using var file = SafetensorsFile.Open(Path.Combine(path, "expected.safetensors"));
        const string Inputs = "inputs.";
        var inputs = file.Names.Where(name => name.StartsWith(Inputs, StringComparison.Ordinal)).ToDictionary(name => name[Inputs.Length..], name => file[name]);
        var wanted = file.Names.Where(name => !name.StartsWith(Inputs, StringComparison.Ordinal)).ToHashSet();
        Assert.Equal(outputs, wanted.Count);

        var results = verifier.Run(inputs, wanted);

        foreach (var name in wanted)
        {
            Assert.True(results.TryGetValue(name, out var result), $"{name} was not produced.");
            Assert.Equal(file[name].Shape, result.Shape);
            Sample.AssertClose(file[name].ToSingles(), result.ToSingles(), tolerance, name);
        }
    }
}
