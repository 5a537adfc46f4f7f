using System.Text.Json;
using Pangu.Formats;

namespace Pangu.Inference.Tests.Prediction;

public sealed class GoldenPatchTstTests
{
    private const string InputPrefix = "inputs.";

    [Theory]
    [InlineData("series/patchtst-forecast", 8)]
    [InlineData("series/patchtst-pretrain", 5)]
    public void Run_GoldenCase_GivesEveryOutputWithinTolerance(string folder, int outputs)
    {
        var path = Outside.Golden(folder);
        var tolerance = JsonDocument.Parse(File.ReadAllText(Path.Combine(path, "expected.json"))).RootElement.GetProperty("tolerance").GetDouble();
        using var verifier = NativeVerifier.Load(path);
        using var file = SafetensorsFile.Open(Path.Combine(path, "expected.safetensors"));
        var inputs = file.Names.Where(name => name.StartsWith(InputPrefix, StringComparison.Ordinal)).ToDictionary(name => name[InputPrefix.Length..], name => file[name]);
        var wanted = file.Names.Where(name => !name.StartsWith(InputPrefix, StringComparison.Ordinal)).ToHashSet();
        Assert.Equal(outputs, wanted.Count);

        var results = verifier.Run(inputs, wanted);

        foreach (var name in wanted)
        {
            Assert.True(results.TryGetValue(name, out var result), $"{name} was not produced.");
            Assert.Equal(file[name].Shape, result.Shape);
            Compare.Close(file[name].ToSingles(), result.ToSingles(), tolerance, name);
        }
    }
}
