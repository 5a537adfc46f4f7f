using System.Text.Json.Nodes;
using Pangu.Core;

namespace Pangu.Formats.Tests;

/// <summary>A PatchTST folder as transformers' <c>save_pretrained</c> writes it, with tensors named and shaped after <c>modeling_patchtst</c>'s modules, apart from the importer's own table.</summary>
internal sealed class PatchTstFolder : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>Every field of transformers' PatchTSTConfig; sizes made small.</summary>
    public JsonObject Config { get; } = JsonNode.Parse("""
        {
          "architectures": ["PatchTSTForPrediction"], "model_type": "patchtst", "transformers_version": "5.23.0", "dtype": "float32",
          "num_input_channels": 3, "context_length": 34, "distribution_output": "student_t", "loss": "mse", "patch_length": 8, "patch_stride": 5,
          "num_hidden_layers": 2, "d_model": 32, "num_attention_heads": 4, "share_embedding": true, "channel_attention": false, "ffn_dim": 24,
          "norm_type": "batchnorm", "norm_eps": 0.001, "attention_dropout": 0.0, "positional_dropout": 0.0, "path_dropout": 0.0, "ff_dropout": 0.0,
          "bias": true, "activation_function": "gelu", "pre_norm": true, "positional_encoding_type": "sincos", "use_cls_token": false,
          "init_std": 0.02, "share_projection": true, "scaling": "std", "do_mask_input": null, "mask_type": "random", "random_mask_ratio": 0.5,
          "num_forecast_mask_patches": [2], "channel_consistent_masking": false, "unmasked_channel_indices": null, "mask_value": 0,
          "pooling_type": "mean", "head_dropout": 0.0, "prediction_length": 6, "num_targets": 1, "output_range": null, "num_parallel_samples": 100
        }
        """)!.AsObject();

    public string Path => _folder.Path;

    public void Dispose() => _folder.Dispose();

    /// <summary>Changes fields: <c>name=json</c>.</summary>
    public PatchTstFolder With(params string[] fields)
    {
        foreach (var field in fields)
        {
            var split = field.IndexOf('=', StringComparison.Ordinal);
            Config[field[..split]] = JsonNode.Parse(field[(split + 1)..]);
        }

        return this;
    }

    public ImportedModel Read()
    {
        _folder.Write("config.json", Config.ToJsonString());
        SafetensorsWriter.Write(_folder.File("model.safetensors"), Tensors());
        return HuggingFaceFolder.Read(Path);
    }

    /// <summary>The state dictionary of the module that transformers builds for this config.</summary>
    public Dictionary<string, TensorData> Tensors()
    {
        var tensors = new Dictionary<string, TensorData>();
        var random = new Seeds(1).For("tensors");
        var width = Whole("d_model");
        var channels = Whole("num_input_channels");
        var patchLength = Whole("patch_length");
        var patches = ((Whole("context_length") - patchLength) / Whole("patch_stride")) + 1;
        var classToken = Flag("use_cls_token");

        void Add(string name, params long[] shape) => tensors[name] = TensorData.Of([.. Enumerable.Range(0, (int)shape.Aggregate(1L, (a, b) => a * b)).Select(_ => random.NextSingle())], shape);
        void Linear(string name, long outputs, long inputs, bool bias = true)
        {
            Add($"{name}.weight", outputs, inputs);
            if (bias)
            {
                Add($"{name}.bias", outputs);
            }
        }

        void Norm(string name)
        {
            var batch = Text("norm_type") == "batchnorm";
            var prefix = batch ? $"{name}.batchnorm" : name;
            Add($"{prefix}.weight", width);
            Add($"{prefix}.bias", width);
            if (batch)
            {
                Add($"{prefix}.running_mean", width);
                Add($"{prefix}.running_var", width);
                tensors[$"{prefix}.num_batches_tracked"] = new TensorData(ElementType.I64, [], new byte[8]);
            }
        }

        void EachChannel(bool shared, Action<string> add)
        {
            foreach (var suffix in shared ? [string.Empty] : Enumerable.Range(0, channels).Select(channel => $".{channel}"))
            {
                add(suffix);
            }
        }

        EachChannel(Flag("share_embedding"), suffix => Linear($"model.encoder.embedder.input_embedding{suffix}", width, patchLength));
        Add("model.encoder.positional_encoder.position_enc", patches + (classToken ? 1 : 0), width);
        if (classToken)
        {
            Add("model.encoder.positional_encoder.cls_token", 1, 1, 1, width);
        }

        for (var layer = 0; layer < Whole("num_hidden_layers"); layer++)
        {
            var prefix = $"model.encoder.layers.{layer}";
            foreach (var projection in (string[])["q_proj", "k_proj", "v_proj", "out_proj"])
            {
                Linear($"{prefix}.self_attn.{projection}", width, width);
            }

            Norm($"{prefix}.norm_sublayer1");
            if (Flag("channel_attention"))
            {
                Norm($"{prefix}.norm_sublayer2");
            }

            Norm($"{prefix}.norm_sublayer3");
            Linear($"{prefix}.ff.0", Whole("ffn_dim"), width, Flag("bias"));
            Linear($"{prefix}.ff.3", width, Whole("ffn_dim"), Flag("bias"));
        }

        if (Config["architectures"]![0]!.GetValue<string>() == "PatchTSTForPretraining")
        {
            Linear("head.linear", patchLength, width);
        }
        else
        {
            var inputs = Config["pooling_type"] is null && !classToken ? patches * width : width;
            EachChannel(Flag("share_projection"), suffix => Linear(suffix.Length == 0 ? "head.projection" : $"head.projections{suffix}", Whole("prediction_length"), inputs));
        }

        return tensors;
    }

    private int Whole(string name) => Config[name]!.GetValue<int>();

    private bool Flag(string name) => Config[name]!.GetValue<bool>();

    private string Text(string name) => Config[name]!.GetValue<string>();
}
