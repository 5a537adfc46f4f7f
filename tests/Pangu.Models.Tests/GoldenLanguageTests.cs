using Pangu.Core;
using Pangu.Formats;

namespace Pangu.Models.Tests;

public sealed class GoldenLanguageTests
{
    public static TheoryData<string> Cases =>
    [
        "llama", "llama-tied", "llama-attention-bias", "llama-rope-llama3", "llama-rope-linear", "llama-rope-yarn", "pangu-embedded", "gpt2", "qwen3", "mistral", "mixtral", "pangu-pro-moe", "pangu-pi", "pangu-alpha",
    ];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Run_GoldenCase_GivesEveryOutputWithinTolerance(string name)
    {
        var path = Outside.Golden($"language/{name}");
        using var imported = HuggingFaceFolder.Read(path);
        using var verifier = new TorchLanguageVerifier(TorchModel.Load(imported.Config, imported.Weights), imported.ToForeign);
        using var file = SafetensorsFile.Open(Path.Combine(path, "expected.safetensors"));
        var inputs = file.Names.Where(each => verifier.Layout.InputName(each) is not null).ToDictionary(each => verifier.Layout.InputName(each)!, each => file[each]);
        var wanted = file.Names.Where(verifier.Layout.IsExpected).ToDictionary(each => each, each => file[each].Shape);
        Assert.Contains("logits", wanted.Keys);
        Assert.Contains("greedy_ids", wanted.Keys);

        var results = verifier.Run(inputs, wanted);

        foreach (var each in wanted.Keys)
        {
            Assert.True(results.TryGetValue(each, out var result), $"{each} was not produced.");
            Assert.Equal(file[each].Shape, result.Shape);
            Sample.AssertClose(file[each].ToSingles(), result.ToSingles(), each == "greedy_ids" ? 0 : 1e-4, each);
        }
    }

    [Theory]
    [InlineData("gpt2")]
    [InlineData("qwen3")]
    [InlineData("pangu-pi")]
    public void Run_GoldenCaseWithGradients_GivesEveryGradient(string name)
    {
        var path = Outside.Golden($"language/{name}");
        var gradientsPath = Path.Combine(path, "expected_grads.safetensors");
        Assert.SkipUnless(File.Exists(gradientsPath), $"{name} has no gradients.");
        using var imported = HuggingFaceFolder.Read(path);
        using var verifier = new TorchLanguageVerifier(TorchModel.Load(imported.Config, imported.Weights), imported.ToForeign);
        using var file = SafetensorsFile.Open(Path.Combine(path, "expected.safetensors"));
        using var gradients = SafetensorsFile.Open(gradientsPath);
        var inputs = file.Names.Where(each => verifier.Layout.InputName(each) is not null).ToDictionary(each => verifier.Layout.InputName(each)!, each => file[each]);

        var results = verifier.Run(inputs, gradients.Names.ToDictionary(each => each, each => gradients[each].Shape));

        foreach (var each in gradients.Names)
        {
            var expected = gradients[each].ToSingles();
            Assert.True(results.TryGetValue(each, out var result), $"{each} was not produced.");
            Assert.Equal(gradients[each].Shape, result.Shape);
            Sample.AssertClose(expected, result.ToSingles(), 1e-4 * expected.Max(Math.Abs), each);
        }
    }
}
