using Pangu.Cli.Families;
using Pangu.Core;
using Pangu.Formats;
using Pangu.Modalities.Text;

namespace Pangu.Cli.Tests.Verbs;

/// <summary>Texts continued and scored from the command line, by a small character model with seeded weights.</summary>
public sealed class GenerateVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly CommandRunner _runner;
    private readonly string _model;

    public GenerateVerbTests()
    {
        _runner = new CommandRunner(_folder);
        _model = Write(_folder.File("model"));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Generate_Json_HoldsTextIdsUsageAndTimings()
    {
        var outcome = await _runner.RunAsync("generate", _model, "--prompt", "ab ba", "--max-tokens", "12", "--temperature", "0", "--json");
        Assert.Equal((0, 1), (outcome.ExitCode, outcome.Json.GetProperty("schema").GetInt32()));
        var ids = outcome.Json.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()).ToArray();
        Assert.Equal(12, ids.Length);
        Assert.Equal(Tokenizer().Decode(ids), outcome.Json.GetProperty("text").GetString());
        Assert.Equal("length", outcome.Json.GetProperty("finishReason").GetString());
        Assert.Equal(17, outcome.Json.GetProperty("usage").GetProperty("totalTokens").GetInt32());
        Assert.True(outcome.Json.GetProperty("timings").GetProperty("decodeTokensPerSecond").GetDouble() >= 0);
        Assert.DoesNotContain('\n', outcome.Output.TrimEnd('\n'));
    }

    [Fact]
    public async Task Generate_ForAPerson_ShowsTheTextAlone()
    {
        var json = await _runner.RunAsync("generate", _model, "--prompt", "ab", "--max-tokens", "8", "--seed", "5", "--json");
        var text = await _runner.RunAsync("generate", _model, "--prompt", "ab", "--max-tokens", "8", "--seed", "5");
        Assert.Equal(json.Json.GetProperty("text").GetString() + Environment.NewLine, text.Output);
        Assert.Contains("8 tokens after 2", text.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Generate_Seed_DecidesTheText()
    {
        async Task<string> Text(string seed) => (await _runner.RunAsync("generate", _model, "--prompt", "ab", "--max-tokens", "24", "--seed", seed, "--json")).Json.GetProperty("text").GetString()!;
        Assert.Equal(await Text("1"), await Text("1"));
        Assert.NotEqual(await Text("1"), await Text("2"));
    }

    [Fact]
    public async Task Generate_PromptAsIds_IsThePromptAsText()
    {
        var text = await _runner.RunAsync("generate", _model, "--prompt", "ab", "--max-tokens", "8", "--temperature", "0", "--json");
        var ids = await _runner.RunAsync("generate", _model, "--ids", string.Join(',', Tokenizer().Encode("ab")), "--max-tokens", "8", "--temperature", "0", "--json");
        Assert.Equal(text.Json.GetProperty("text").GetString(), ids.Json.GetProperty("text").GetString());
    }

    [Fact]
    public async Task Generate_Stop_EndsBeforeIt()
    {
        var whole = (await _runner.RunAsync("generate", _model, "--prompt", "ab", "--max-tokens", "24", "--seed", "1", "--json")).Json.GetProperty("text").GetString()!;
        var stop = whole[6..8];
        var outcome = await _runner.RunAsync("generate", _model, "--prompt", "ab", "--max-tokens", "24", "--seed", "1", "--stop", stop, "--json");
        Assert.Equal((whole[..whole.IndexOf(stop, StringComparison.Ordinal)], "stop"), (outcome.Json.GetProperty("text").GetString(), outcome.Json.GetProperty("finishReason").GetString()));
    }

    [Theory]
    [InlineData("prompt")]
    [InlineData("prompt", "--prompt", "a", "--ids", "1")]
    [InlineData("sampling", "--prompt", "a", "--top-p", "2")]
    [InlineData("sampling", "--prompt", "a", "--temperature", "-1")]
    [InlineData("sampling", "--prompt", "a", "--max-tokens", "-1")]
    [InlineData("ids", "--ids", "1,x")]
    public async Task Generate_WhatCannotBe_IsAUsageError(string code, params string[] arguments)
    {
        var outcome = await _runner.RunAsync(["generate", _model, .. arguments, "--json"]);
        Assert.Equal((2, code), (outcome.ExitCode, outcome.ErrorCode));
    }

    [Theory]
    [InlineData("--prompt", "Z")]
    [InlineData("--ids", "99")]
    [InlineData("--prompt", "")]
    public async Task Generate_WhatTheModelCannotRead_IsAUsageError(params string[] arguments) =>
        Assert.Equal(2, (await _runner.RunAsync(["generate", _model, .. arguments, "--json"])).ExitCode);

    [Fact]
    public async Task Generate_ModelOfAnotherKind_SaysWhatItCannot()
    {
        var outcome = await _runner.RunAsync("generate", TinyModels.WriteForecaster(_folder.File("series")), "--prompt", "a", "--json");
        Assert.Equal((2, "model-capability"), (outcome.ExitCode, outcome.ErrorCode));
    }

    [Fact]
    public async Task Perplexity_OfAText_IsThatOfTheModelsScores()
    {
        var text = string.Concat(Enumerable.Repeat("ab ba c", 9));
        var file = _folder.Write("text.txt", text);
        var outcome = await _runner.RunAsync("perplexity", _model, file, "--window", "20", "--json");
        Assert.Equal(0, outcome.ExitCode);

        using var model = Inference.TextGenerator.Load(_model, 1);
        var ids = model.Encode(text);
        var scores = ids.Chunk(20).SelectMany(window => model.Score(window)).ToArray();
        var mean = scores.Sum(score => (double)score) / scores.Length;
        Assert.Equal(ids.Length - 4, outcome.Json.GetProperty("tokens").GetInt32());
        Assert.Equal(mean, outcome.Json.GetProperty("meanNegativeLogLikelihood").GetDouble(), 1e-9);
        Assert.Equal(Math.Exp(mean), outcome.Json.GetProperty("perplexity").GetDouble(), 1e-9);
    }

    [Theory]
    [InlineData("window", "--window", "1")]
    [InlineData("window", "--window", "33")]
    public async Task Perplexity_WindowThatDoesNotFit_IsAUsageError(string code, params string[] arguments)
    {
        var outcome = await _runner.RunAsync(["perplexity", _model, _folder.Write("text.txt", "abab"), .. arguments, "--json"]);
        Assert.Equal((2, code), (outcome.ExitCode, outcome.ErrorCode));
    }

    private static CharacterTokenizer Tokenizer() => CharacterTokenizer.Of("ab c");

    private static string Write(string folder)
    {
        var norm = new RmsNorm { Epsilon = 1e-6 };
        var attention = new Attention { QueryHeads = 2, HeadWidth = 8, Scope = new CausalScope(), Positions = new Rotary { Width = 8 } };
        var config = new ModelConfig(
            new TokenEmbedder { Width = 16, Vocabulary = Tokenizer().Vocabulary, Positions = 32 },
            new Backbone([new Blocks(16, 2, [new Block([new Branch(attention, norm), new Branch(new Dense { Inner = 32, Activation = ActivationKind.Silu, Gated = true }, norm)])])], norm),
            new NextTokenHead());
        var random = new Seeds(7).For("weights");
        var weights = config.Slots().ToDictionary(slot => slot.Name, slot => TensorData.Of(
            [.. Enumerable.Range(0, (int)slot.Count).Select(_ => (float)(slot.Shape.Count >= 2 ? random.NextGaussian() / Math.Sqrt(slot.Shape[^1]) : 1))],
            [.. slot.Shape.Select(size => (long)size)]));
        ModelPackage.Write(folder, Family.Language, Capability.Generate, config, weights, new Dictionary<string, string> { [TextTokenizers.FileName] = Tokenizer().ToJson() }, ModelFamilies.Configs);
        return folder;
    }
}
