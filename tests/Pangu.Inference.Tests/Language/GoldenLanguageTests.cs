using System.Text.Json;
using Pangu.Core;
using Pangu.Formats;

namespace Pangu.Inference.Tests.Language;

public sealed class GoldenLanguageTests
{
    [Theory]
    [InlineData("llama")]
    [InlineData("llama-tied")]
    [InlineData("llama-attention-bias")]
    [InlineData("llama-rope-linear")]
    [InlineData("llama-rope-llama3")]
    [InlineData("llama-rope-yarn")]
    [InlineData("pangu-embedded")]
    [InlineData("gpt2")]
    [InlineData("qwen3")]
    [InlineData("mistral")]
    [InlineData("mixtral")]
    [InlineData("pangu-pro-moe")]
    [InlineData("pangu-pi")]
    [InlineData("pangu-alpha")]
    public void Run_GoldenCase_GivesEveryOutputWithinTolerance(string name)
    {
        var folder = Outside.Golden($"language/{name}");
        using var verifier = LanguageVerifier.Load(folder);
        using var file = SafetensorsFile.Open(Path.Combine(folder, "expected.safetensors"));
        var inputs = file.Names.Where(tensor => verifier.Layout.InputName(tensor) is not null).ToDictionary(tensor => verifier.Layout.InputName(tensor)!, tensor => file[tensor]);
        var wanted = file.Names.Where(verifier.Layout.IsExpected).ToDictionary(tensor => tensor, tensor => (IReadOnlyList<long>)file[tensor].Shape);
        wanted["loss"] = [1];
        Assert.Contains("logits", wanted.Keys);
        Assert.Contains("hidden_states.1", wanted.Keys);
        Assert.Contains("greedy_ids", wanted.Keys);

        var results = verifier.Run(inputs, wanted);

        foreach (var tensor in wanted.Keys.Except(["loss"]))
        {
            Assert.True(results.TryGetValue(tensor, out var result), $"{tensor} was not produced.");
            Assert.Equal(file[tensor].Shape, result.Shape);
            Compare.Close(file[tensor].ToSingles(), result.ToSingles(), tensor == "greedy_ids" ? 0 : 1e-4, $"{name}, {tensor}");
        }

        var loss = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "expected.json"))).RootElement.GetProperty("loss").GetSingle();
        Compare.Close([loss], results["loss"].ToSingles(), 1e-5, "loss");
    }

    [Fact]
    public void Generate_Stories260K_IsTheTextOfTheReference()
    {
        var folder = Outside.Golden("real-models/stories260k");
        var expected = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "expected.json"))).RootElement;
        int[] greedy = [.. expected.GetProperty("greedy_ids").EnumerateArray().Select(id => id.GetInt32())];
        using var generator = TextGenerator.Load(folder);

        var made = generator.Generate(new TextRequest { PromptIds = greedy[..1], MaxTokens = greedy.Length - 1, StopIds = [], Sampling = new SamplingOptions { Temperature = 0 } }).SelectMany(piece => piece.Ids).ToArray();

        Assert.Equal(greedy[1..], made);
    }

    [Fact]
    public void ScoreAndLogits_Stories260K_AreThoseOfTheReference()
    {
        var folder = Outside.Golden("real-models/stories260k");
        var expected = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "expected.json"))).RootElement;
        int[] greedy = [.. expected.GetProperty("greedy_ids").EnumerateArray().Select(id => id.GetInt32())];
        using var file = SafetensorsFile.Open(Path.Combine(folder, "expected.safetensors"));
        using var generator = TextGenerator.Load(folder);

        Assert.Equal(expected.GetProperty("loss_of_greedy").GetDouble(), generator.Score(greedy).Average(), 1e-5);
        var logits = file["logits"];
        Compare.Close(logits.ToSingles(), generator.Logits(greedy.AsMemory(0, (int)logits.Shape[^2])), 1e-3, "logits");
    }
}
