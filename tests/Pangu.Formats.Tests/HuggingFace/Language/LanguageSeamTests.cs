using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Pangu.Core;

namespace Pangu.Formats.Tests;

/// <summary>Imported language models: slots are the files' tensors, every field is honoured or refused by name.</summary>
public sealed partial class LanguageSeamTests
{
    public static TheoryData<string> Cases =>
    [
        "llama", "llama-tied", "llama-rope-llama3", "llama-rope-linear", "llama-rope-yarn", "llama-attention-bias", "pangu-embedded", "gpt2", "gpt2-old-names", "qwen3", "mistral", "mixtral",
        "pangu-pro-moe", "pangu-pi", "pangu-alpha",
    ];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Read_Golden_EveryNumberHasItsSlotAndGoesBack(string name)
    {
        var folder = Outside.Golden($"language/{name}");
        using var model = HuggingFaceFolder.Read(folder);
        using var file = SafetensorsFile.Open(Path.Combine(folder, "model.safetensors"));
        var tensors = file.Tensors.Where(tensor => !Buffers().IsMatch(tensor.Key)).ToDictionary();
        Assert.Equal(tensors.Values.Sum(tensor => tensor.Count), model.Config.ParameterCount());
        Assert.Equal((Family.Language, Capability.Generate), (model.Family, model.Capability));
        Assert.All(model.Config.Slots(), slot => Assert.Equal(slot.Shape.Select(size => (long)size), model.Weights[slot.Name].Shape));
        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "config.json")))!;
        Assert.Equal([(int)config["eos_token_id"]!], model.EndIds);
        Assert.Equal((int)(config["n_positions"] ?? config["max_position_embeddings"])!, model.TrainedTokens);

        // And back: the same names, shapes and bytes.
        var back = model.ToForeign(model.Weights);
        Assert.Equal(tensors.Keys.Order(StringComparer.Ordinal), back.Keys.Order(StringComparer.Ordinal));
        Assert.All(tensors, tensor =>
        {
            Assert.Equal(tensor.Value.Shape, back[tensor.Key].Shape);
            Assert.Equal(tensor.Value.Bytes.ToArray(), back[tensor.Key].Bytes.ToArray());
        });
    }

    [Theory]

    // Honoured: the model becomes another.
    [InlineData("llama", "changes", "hidden_act=\"gelu\"")]
    [InlineData("llama", "changes", "hidden_act=\"relu2\"")]
    [InlineData("llama", "changes", "rms_norm_eps=0.5")]
    [InlineData("llama", "changes", "rope_theta=7")]
    [InlineData("llama", "changes", "partial_rotary_factor=0.5")]
    [InlineData("llama", "changes", "rope_scaling={\"type\":\"linear\",\"factor\":2}")]
    [InlineData("llama", "changes", "rope_scaling={\"rope_type\":\"yarn\",\"factor\":2,\"mscale\":1,\"mscale_all_dim\":0.5,\"truncate\":false}")]
    [InlineData("llama-tied", "changes", "rope_parameters.partial_rotary_factor=0.5")]
    [InlineData("llama-rope-yarn", "changes", "rope_parameters.attention_factor=2")]
    [InlineData("llama-rope-yarn", "changes", "rope_parameters.beta_fast=4")]
    [InlineData("llama-rope-llama3", "changes", "original_max_position_embeddings=32")]
    [InlineData("mistral", "changes", "sliding_window=null")]
    [InlineData("mistral", "changes", "-sliding_window")]
    [InlineData("mixtral", "changes", "sliding_window=8")]
    [InlineData("mixtral", "changes", "num_experts_per_tok=1")]
    [InlineData("qwen3", "changes", "use_sliding_window=true", "sliding_window=8", "max_window_layers=1", "-layer_types")]
    [InlineData("qwen3", "changes", "use_sliding_window=true", "sliding_window=8", "layer_types=[\"sliding_attention\",\"full_attention\"]")]
    [InlineData("gpt2", "changes", "scale_attn_by_inverse_layer_idx=true")]
    [InlineData("gpt2", "changes", "scale_attn_weights=false")]
    [InlineData("gpt2", "changes", "activation_function=\"gelu\"")]
    [InlineData("pangu-alpha", "changes", "activation_function=\"gelu_new\"")]
    [InlineData("pangu-alpha", "changes", "scale_attn_weights=false")]
    [InlineData("pangu-pro-moe", "changes", "num_experts_per_tok=6")]

    // Said in another way, left out where the default is the same, or without effect.
    [InlineData("llama", "same", "-rope_theta", "-rope_scaling", "rope_parameters={\"rope_theta\":500000,\"rope_type\":\"default\"}")]
    [InlineData("llama", "same", "-tie_word_embeddings", "-head_dim", "-mlp_bias", "-architectures")]
    [InlineData("llama", "same", "initializer_range=3", "use_cache=false", "torch_dtype=\"bfloat16\"")]
    [InlineData("llama-tied", "same", "-rope_parameters")]
    [InlineData("llama-tied", "same", "-rope_parameters", "rope_theta=10000")]
    [InlineData("llama-rope-yarn", "same", "rope_parameters.truncate=true")]
    [InlineData("llama-rope-linear", "same", "rope_scaling={\"rope_type\":\"linear\",\"factor\":4}")]
    [InlineData("qwen3", "same", "-layer_types", "-rope_parameters", "rope_theta=1000000")]
    [InlineData("qwen3", "same", "sliding_window=8")]
    [InlineData("qwen3", "same", "sliding_window=8", "layer_types=[\"sliding_attention\",\"full_attention\"]")]
    [InlineData("mixtral", "same", "-rope_parameters", "-sliding_window")]
    [InlineData("gpt2", "same", "-tie_word_embeddings", "n_inner=128")]
    [InlineData("gpt2", "same", "reorder_and_upcast_attn=true", "resid_pdrop=0.3")]

    // Honoured, so that the file's tensors no longer fit.
    [InlineData("llama", "weights", "attention_bias=true")]
    [InlineData("llama", "weights", "mlp_bias=true")]
    [InlineData("llama", "weights", "num_key_value_heads=4")]
    [InlineData("llama", "weights", "tie_word_embeddings=true")]
    [InlineData("llama-tied", "weights", "-head_dim")]
    [InlineData("llama-tied", "weights", "tie_word_embeddings=false")]
    [InlineData("pangu-embedded", "weights", "bias=false")]
    [InlineData("qwen3", "weights", "attention_bias=true")]
    [InlineData("gpt2", "weights", "n_inner=64")]
    [InlineData("gpt2", "weights", "n_positions=32")]
    [InlineData("pangu-pi", "weights", "series_activation_terms=3")]
    [InlineData("pangu-pi", "weights", "augmented_shortcut_count=2")]
    [InlineData("pangu-pi", "weights", "augmented_shortcut_reduction=2")]
    [InlineData("pangu-alpha", "weights", "num_layers=4")]
    [InlineData("pangu-alpha", "weights", "tie_word_embeddings=false")]

    // Refused by name.
    [InlineData("llama", "refused", "hidden_act=\"mish\"")]
    [InlineData("llama", "refused", "attention_multiplier=2")]
    [InlineData("llama", "refused", "sliding_window=8")]
    [InlineData("llama", "refused", "num_attention_heads=3", "-head_dim")]
    [InlineData("llama", "refused", "rope_scaling={\"rope_type\":\"dynamic\",\"factor\":2}")]
    [InlineData("llama", "refused", "rope_scaling={\"rope_type\":\"linear\"}")]
    [InlineData("llama", "refused", "rope_scaling={\"rope_type\":\"linear\",\"factor\":2,\"beta_fast\":3}")]
    [InlineData("llama", "refused", "rope_scaling=\"linear\"")]
    [InlineData("llama-tied", "refused", "rope_scaling={\"rope_type\":\"linear\",\"factor\":2}")]
    [InlineData("llama-tied", "refused", "rope_theta=5")]
    [InlineData("llama-tied", "refused", "partial_rotary_factor=0.5", "rope_parameters.partial_rotary_factor=0.25")]
    [InlineData("llama", "refused", "partial_rotary_factor=2")]
    [InlineData("qwen3", "refused", "layer_types=[]")]
    [InlineData("qwen3", "refused", "layer_types=[\"full_attention\"]")]
    [InlineData("qwen3", "refused", "layer_types=[\"full_attention\",\"linear_attention\"]")]
    [InlineData("mistral", "refused", "sliding_window=0")]
    [InlineData("mistral", "refused", "attention_bias=true")]
    [InlineData("gpt2", "refused", "add_cross_attention=true")]
    [InlineData("gpt2", "refused", "alibi=true")]
    [InlineData("pangu-embedded", "refused", "attention_bias=true")]
    [InlineData("pangu-pro-moe", "refused", "num_experts_per_tok=5")]
    [InlineData("pangu-pi", "refused", "-series_activation_terms")]
    [InlineData("pangu-pi", "refused", "-augmented_shortcut_reduction")]
    [InlineData("pangu-pi", "refused", "augmented_shortcut_count=1.5")]
    [InlineData("pangu-alpha", "refused", "num_layers=1")]
    public void Read_FieldsChanged_AreHonouredOrRefused(string name, string outcome, params string[] changes)
    {
        using var folder = new GoldenFolder(name);
        string before;
        using (var original = folder.Read())
        {
            before = TinyModels.Families.Write(original.Config).GetRawText();
        }

        folder.With(changes);
        if (outcome is "changes" or "same")
        {
            using var model = folder.Read();
            var after = TinyModels.Families.Write(model.Config).GetRawText();
            Assert.Equal(outcome == "same", before == after);
            return;
        }

        var exception = Assert.Throws<PanguException>(() => folder.Read());
        Assert.Equal(outcome == "weights" ? "hugging-face-weights" : "hugging-face-config", exception.Code);
        if (outcome == "refused")
        {
            var field = changes[0].TrimStart('-').Split('=')[0];
            Assert.Contains(exception.Problems, problem => problem.Message.StartsWith(field, StringComparison.Ordinal));
            Assert.Contains(exception.Problems, problem => problem.Line is > 1 || changes[0][0] == '-' || problem.Message.Contains("absent", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Read_UnknownModelType_ListsWhatIsKnown()
    {
        using var folder = new GoldenFolder("llama").With("model_type=\"gpt_unheard_of\"");
        var exception = Assert.Throws<PanguException>(() => folder.Read());
        Assert.Equal("hugging-face-model-type", exception.Code);
        Assert.All(["gpt_unheard_of", "llama", "mixtral", "PanguEmbedded", "gpt_pangu"], word => Assert.Contains(word, exception.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Read_Shards_AreTheWholeFile()
    {
        using var folder = new GoldenFolder("mixtral");
        using var whole = folder.Read();
        File.Delete(Path.Combine(folder.Path, "model.safetensors"));
        using var shards = folder.ReadShards(3);
        Assert.All(whole.Weights, weight => Assert.Equal(weight.Value.Bytes.ToArray(), shards.Weights[weight.Key].Bytes.ToArray()));
        Assert.Equal(whole.Weights.Count, shards.Weights.Count);
    }

    [Fact]
    public void Read_ShardsThatDoNotAgreeWithTheIndex_AreRefused()
    {
        using var folder = new GoldenFolder("llama");
        Assert.Contains("model.norm.weight", Refusal(map => map["model.norm.weight"] = "model-00001-of-00002.safetensors"), StringComparison.Ordinal);
        Assert.Contains("gone.safetensors", Refusal(map => map["model.norm.weight"] = "gone.safetensors"), StringComparison.Ordinal);
        Assert.Contains("../elsewhere.safetensors", Refusal(map => map["model.norm.weight"] = "../elsewhere.safetensors"), StringComparison.Ordinal);

        string Refusal(Action<JsonObject> change) =>
            string.Join('\n', Assert.Throws<PanguException>(() => folder.ReadShards(2, change)).Problems.Select(problem => problem.Message));
    }

    [Fact]
    public void Read_TiedHeadInTheFile_MustBeTheTable()
    {
        using var folder = new GoldenFolder("llama-tied");
        folder.Tensors["lm_head.weight"] = folder.Tensors["model.embed_tokens.weight"];
        folder.Read().Dispose();
        folder.Tensors["lm_head.weight"] = folder.Tensors["lm_head.weight"] with { Bytes = new byte[folder.Tensors["lm_head.weight"].Bytes.Length] };
        Assert.Contains(Assert.Throws<PanguException>(() => folder.Read()).Problems, problem => problem.Message.Contains("lm_head.weight", StringComparison.Ordinal));
    }

    [Fact]
    public void Read_PanguAlphaOutputProjection_MayHaveEitherName()
    {
        using var folder = new GoldenFolder("pangu-alpha");
        using var original = folder.Read();
        foreach (var name in folder.Tensors.Keys.Where(name => name.Contains(".attn.c_proj.", StringComparison.Ordinal)).ToList())
        {
            folder.Tensors.Remove(name, out var tensor);
            folder.Tensors[name.Replace(".c_proj.", ".out_proj.", StringComparison.Ordinal)] = tensor!;
        }

        using var renamed = folder.Read();
        Assert.Contains("transformer.h.0.attn.out_proj.weight", renamed.ToForeign(renamed.Weights).Keys);
        Assert.Equal(original.Weights["stages.1.blocks.0.branches.0.output.weight"].ToSingles(), renamed.Weights["stages.1.blocks.0.branches.0.output.weight"].ToSingles());
    }

    [Fact]
    public void Read_Gpt2_SplitsTheJoinedMatrixByColumns()
    {
        using var folder = new GoldenFolder("gpt2");
        using var model = folder.Read();
        var joined = folder.Tensors["transformer.h.1.attn.c_attn.weight"].ToSingles();
        var key = model.Weights["stages.0.blocks.1.branches.0.key.weight"].ToSingles();

        // c_attn is [in, 3 x 32]; key output 5 of input 7 stands in column 32 + 5 of row 7.
        Assert.Equal(joined[(7 * 96) + 32 + 5], key[(5 * 32) + 7]);
    }

    [Theory]
    [InlineData("gpt2", "embd_pdrop")]
    [InlineData("pangu-alpha", "attn_pdrop")]
    [InlineData("llama", "attention_dropout")]
    public void Read_Dropout_IsTold(string name, string field)
    {
        using var folder = new GoldenFolder(name).With($"{field}=0.25");
        using var model = folder.Read();
        Assert.Contains(model.Notes, note => note.StartsWith($"{field} 0.25", StringComparison.Ordinal));
    }

    [Fact]
    public void Read_EndIds_ComeFromTheGenerationConfigFirst()
    {
        using var folder = new GoldenFolder("llama");
        using (var model = folder.Read())
        {
            Assert.Equal([2], model.EndIds);
        }

        File.WriteAllText(Path.Combine(folder.Path, "generation_config.json"), """{"eos_token_id": [7, 9]}""");
        using var generation = folder.Read();
        Assert.Equal([7, 9], generation.EndIds);
    }

    [Theory]
    [InlineData("scale_attn_by_inverse_layer_idx=true")]
    [InlineData("scale_attn_weights=false")]
    [InlineData("scale_attn_weights=false", "scale_attn_by_inverse_layer_idx=true", "activation_function=\"relu\"")]
    public void Write_Gpt2WithOtherScores_ReadsBackAsTheSameModel(params string[] changes)
    {
        using var golden = new GoldenFolder("gpt2").With(changes);
        using var folder = new TemporaryFolder();
        using var model = golden.Read();
        HuggingFaceFolder.Write(folder.File("hf"), model.Config, model.Weights, 1);
        using var back = HuggingFaceFolder.Read(folder.File("hf"));
        Assert.Equal(TinyModels.Families.Write(model.Config).GetRawText(), TinyModels.Families.Write(back.Config).GetRawText());
    }

    [Theory]
    [InlineData("llama", "LlamaForCausalLM")]
    [InlineData("llama-rope-yarn", "LlamaForCausalLM")]
    [InlineData("llama-rope-llama3", "LlamaForCausalLM")]
    [InlineData("pangu-embedded", "LlamaForCausalLM")]
    [InlineData("gpt2-old-names", "GPT2LMHeadModel")]
    [InlineData("qwen3", "Qwen3ForCausalLM")]
    [InlineData("mistral", "MistralForCausalLM")]
    [InlineData("mixtral", "MixtralForCausalLM")]
    [InlineData("pangu-pro-moe", "PanguProMoEForCausalLM")]
    [InlineData("pangu-pi", "PanguPiForCausalLM")]
    [InlineData("pangu-alpha", "GPTPanguForCausalLM")]
    public void Write_ImportedGolden_ReadsBackAsTheSameModel(string name, string className)
    {
        using var folder = new TemporaryFolder();
        using var model = HuggingFaceFolder.Read(Outside.Golden($"language/{name}"));
        HuggingFaceFolder.Write(folder.File("hf"), model.Config, model.Weights, 1);
        using var back = HuggingFaceFolder.Read(folder.File("hf"));
        Assert.Equal(className, back.Architecture);
        Assert.Equal(TinyModels.Families.Write(model.Config).GetRawText(), TinyModels.Families.Write(back.Config).GetRawText());
        Assert.All(model.Weights, weight => Assert.Equal(weight.Value.Bytes.ToArray(), back.Weights[weight.Key].Bytes.ToArray()));
    }

    [Fact]
    public void Write_ModelThatNoArchitectureSays_NamesTheClosest()
    {
        using var folder = new TemporaryFolder();
        using var model = HuggingFaceFolder.Read(Outside.Golden("language/llama"));
        var body = (Backbone)model.Config.Body;
        var changed = model.Config with { Body = body with { Stages = [body.Stages[0] with { Cycle = [body.Stages[0].Cycle[0] with { Parallel = true }] }] } };
        var exception = Assert.Throws<PanguException>(() => HuggingFaceFolder.Write(folder.File("hf"), changed, model.Weights, 1));
        Assert.Contains(exception.Problems, problem => problem.Message.Contains("parallel", StringComparison.Ordinal));
    }

    [GeneratedRegex(@"inv_freq$|^h\.\d+\.attn\.bias$")]
    private static partial Regex Buffers();
}
