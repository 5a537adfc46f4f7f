namespace Pangu.Cli.Tests.Verbs;

/// <summary>Imported language models against their reference implementations, on both engines: logits, hidden states, router logits, loss, greedy ids, and gradients where the case has them.</summary>
public sealed class LanguageVerifyTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, string> Cases
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var name in (string[])
                [
                    "llama", "llama-tied", "llama-rope-llama3", "llama-rope-linear", "llama-rope-yarn", "llama-attention-bias", "pangu-embedded", "gpt2", "gpt2-old-names", "qwen3", "mistral", "mixtral",
                    "pangu-pro-moe", "pangu-pi", "pangu-alpha",
                ])
            {
                data.Add(name, "native");
                data.Add(name, "torch");
            }

            return data;
        }
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Verify_GoldenLanguageModel_AgreesOnBothEngines(string name, string engine)
    {
        var golden = Outside.Golden($"language/{name}");
        var outcome = await new CommandRunner(_folder).RunAsync("verify", golden, Path.Combine(golden, "expected.safetensors"), "--engine", engine, "--tolerance", "1e-4", "--json");
        Assert.True(outcome.ExitCode == 0, outcome.Output + outcome.Errors);
        var tensors = outcome.Json.GetProperty("tensors").EnumerateArray().Select(tensor => tensor.GetProperty("name").GetString()!).ToList();
        Assert.All((string[])["logits", "loss", "greedy_ids", "hidden_states.0"], tensor => Assert.Contains(tensor, tensors));
        Assert.Equal(engine == "torch" && File.Exists(Path.Combine(golden, "expected_grads.safetensors")), tensors.Exists(tensor => tensor.StartsWith("grad.", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Verify_GradientsAlone_TakeTheirInputsFromBeside()
    {
        var golden = Outside.Golden("language/qwen3");
        var outcome = await new CommandRunner(_folder).RunAsync("verify", golden, Path.Combine(golden, "expected_grads.safetensors"), "--engine", "torch", "--json");
        Assert.True(outcome.ExitCode == 0, outcome.Output + outcome.Errors);
        Assert.All(outcome.Json.GetProperty("tensors").EnumerateArray(), tensor => Assert.StartsWith("grad.model.", tensor.GetProperty("name").GetString(), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("native")]
    [InlineData("torch")]
    public async Task Verify_ImportedIntoTheRegistry_StillAgrees(string engine)
    {
        var golden = Outside.Golden("language/gpt2-old-names");
        var runner = new CommandRunner(_folder);
        Assert.Equal(0, (await runner.RunAsync("models", "import", golden, "--name", "gpt2")).ExitCode);
        var outcome = await runner.RunAsync("verify", "gpt2", golden, "--engine", engine, "--tolerance", "1e-4", "--json");
        Assert.True(outcome.ExitCode == 0, outcome.Output + outcome.Errors);
    }

    [Theory]
    [InlineData("native", "rms_norm_eps", "0.5")]
    [InlineData("torch", "rope_theta", "77")]
    public async Task Verify_ConfigChanged_Fails(string engine, string field, string value)
    {
        var golden = Outside.Golden("language/llama");
        var config = System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(Path.Combine(golden, "config.json")))!;
        config[field] = System.Text.Json.Nodes.JsonNode.Parse(value);
        _folder.Write("changed/config.json", config.ToJsonString());
        File.Copy(Path.Combine(golden, "model.safetensors"), _folder.File("changed/model.safetensors"));
        var outcome = await new CommandRunner(_folder).RunAsync("verify", _folder.File("changed"), golden, "--engine", engine, "--json");
        Assert.Equal(1, outcome.ExitCode);
        Assert.False(outcome.Json.GetProperty("ok").GetBoolean());
    }
}
