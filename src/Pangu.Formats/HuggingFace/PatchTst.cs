using System.Text.Json;
using Pangu.Core;

namespace Pangu.Formats;

/// <summary>PatchTST (Nie et al. 2023) as transformers' <c>modeling_patchtst</c> computes it: forecast and masked pre-training heads.</summary>
internal sealed class PatchTst : Architecture
{
    public const string Prediction = "PatchTSTForPrediction";
    public const string Pretraining = "PatchTSTForPretraining";

    /// <inheritdoc/>
    public override string ModelType => "patchtst";

    /// <inheritdoc/>
    public override ForeignModel Read(ForeignConfig config)
    {
        var name = Choose(config, Prediction, Pretraining);
        var channels = config.Whole("num_input_channels", 1);
        var embedder = ReadEmbedder(config, channels);
        var body = ReadBody(config, embedder.Width);
        Head head = name == Prediction ? ReadForecast(config, embedder, channels) : ReadReconstruction(config, channels);

        // Dropouts hold in training; dropout and seed_number stand in configs of early checkpoints. init_std says how new weights are drawn.
        config.TrainingOnly("attention_dropout", "positional_dropout", "path_dropout", "ff_dropout", "head_dropout", "dropout");
        config.WithoutEffect("init_std", "seed_number");

        // Both classes set do_mask_input themselves. num_targets and output_range belong to the regression and classification heads,
        // distribution_output and num_parallel_samples to losses other than mse.
        config.WithoutEffect("do_mask_input", "num_targets", "output_range", "distribution_output", "num_parallel_samples");
        config.Finish(name);
        var model = new ModelConfig(embedder, body, head);
        return new ForeignModel(name, Family.Prediction, name == Prediction ? Capability.Forecast : Capability.Reconstruct, model, PatchTstNames.Table(model));
    }

    private static SeriesEmbedder ReadEmbedder(ForeignConfig config, int channels)
    {
        var shared = config.Flag("share_embedding", true);
        return new SeriesEmbedder
        {
            Width = config.Whole("d_model", 128),
            Context = config.Whole("context_length", 32),
            PatchLength = config.Whole("patch_length", 1),
            PatchStride = config.Whole("patch_stride", 1),
            Scaling = ReadScaling(config),
            Missing = MissingValues.ZeroBeforeScaling,
            SharedProjection = shared,
            Channels = shared ? 0 : channels,
            ClassToken = config.Flag("use_cls_token", false),
            Positions = config.Choose("positional_encoding_type", "sincos", new Dictionary<string, PositionTable>
            {
                ["sincos"] = PositionTable.Sinusoids,
                ["random"] = PositionTable.Learned,
            }),
        };
    }

    /// <summary>transformers takes <c>true</c> for <c>mean</c>, and absent, null and false differently: absent is <c>std</c>, the others are no scaling. Its scalers also look for four fields that the config class does not declare.</summary>
    private static SeriesScaling ReadScaling(ForeignConfig config)
    {
        if (config.Value("scaling_dim") is { } dimension && !(dimension.ValueKind == JsonValueKind.Number && dimension.GetDouble() == 1))
        {
            config.Refuse("scaling_dim", "1 (time)");
        }

        if (!config.Flag("keepdim", true))
        {
            config.Refuse("keepdim", "true");
        }

        if (config.Value("default_scale") is not null)
        {
            config.Refuse("default_scale", "null (the mean over the batch)");
        }

        var value = config.Value("scaling");
        if (value is null)
        {
            config.WithoutEffect("minimum_scale");
            return config.Has("scaling") ? new NoScaling() : new StandardScaling(config.Number("minimum_scale", 1e-5));
        }

        switch (value.Value.ValueKind, value.Value.ValueKind == JsonValueKind.String ? value.Value.GetString() : null)
        {
            case (JsonValueKind.String, "std"):
                return new StandardScaling(config.Number("minimum_scale", 1e-5));
            case (JsonValueKind.String, "mean") or (JsonValueKind.True, _):
                return new MeanScaling(config.Number("minimum_scale", 1e-10));
            case (JsonValueKind.String, "none") or (JsonValueKind.False, _):
                config.WithoutEffect("minimum_scale");
                return new NoScaling();
            default:
                config.Refuse("scaling", "\"std\", \"mean\", true (mean), \"none\", false or null (none)");
                return new NoScaling();
        }
    }

    /// <summary><c>bias</c> belongs to the feed-forward layers alone; attention always has its biases.</summary>
    private static Backbone ReadBody(ForeignConfig config, int width)
    {
        var heads = config.Whole("num_attention_heads", 4);
        if (width % heads != 0)
        {
            config.Refuse("num_attention_heads", $"a divisor of d_model, {width}");
            heads = 1;
        }

        var epsilon = config.Number("norm_eps", 1e-5);
        var norm = config.Choose<Norm>("norm_type", "batchnorm", new Dictionary<string, Norm>
        {
            ["batchnorm"] = new BatchNorm { Epsilon = epsilon },
            ["layernorm"] = new LayerNorm { Epsilon = epsilon },
        });
        var (before, afterSum) = config.Flag("pre_norm", true) ? (norm, (Norm?)null) : (null, norm);
        var overTime = new Attention { QueryHeads = heads, HeadWidth = width / heads, Scope = new FullScope(), QueryKeyValueBias = true, OutputBias = true };
        var feedForward = new Dense
        {
            Inner = config.Whole("ffn_dim", 512),
            Activation = ForeignActivations.Read(config, "activation_function", "gelu"),
            Bias = config.Flag("bias", true),
        };
        Branch[] acrossChannels = config.Flag("channel_attention", false)
            ? [new Branch(overTime with { Scope = new AcrossChannels() }, before, AfterSum: afterSum, WeightsOf: 0)]
            : [];
        return new Backbone(
            [new Blocks(width, config.Whole("num_hidden_layers", 3), [new Block([new Branch(overTime, before, AfterSum: afterSum), .. acrossChannels, new Branch(feedForward, before, AfterSum: afterSum)])])],
            null);
    }

    private static ForecastHead ReadForecast(ForeignConfig config, SeriesEmbedder embedder, int channels)
    {
        if (config.Value("loss") is { } loss && loss.ToString() != "mse")
        {
            config.Refuse("loss", "\"mse\"; heads that give the parameters of a distribution are not implemented");
        }

        // The forecast head masks nothing.
        config.WithoutEffect("mask_type", "mask_value", "random_mask_ratio", "num_forecast_mask_patches", "channel_consistent_masking", "unmasked_channel_indices");
        var pooling = config.Value("pooling_type") is null && config.Has("pooling_type")
            ? Pooling.None
            : config.Choose("pooling_type", "mean", new Dictionary<string, Pooling> { ["mean"] = Pooling.Mean, ["max"] = Pooling.Max });
        var shared = config.Flag("share_projection", true);
        return new ForecastHead
        {
            Horizon = config.Whole("prediction_length", 24),
            Output = new FlattenOutput { Pooling = embedder.ClassToken ? Pooling.Class : pooling, SharedProjection = shared },
            Channels = shared ? 0 : channels,
        };
    }

    private static ReconstructionHead ReadReconstruction(ForeignConfig config, int channels)
    {
        // Pre-training always takes the squared error, has one projection for all channels, and neither pools nor forecasts.
        config.WithoutEffect("loss", "share_projection", "pooling_type", "prediction_length");
        var kind = config.Choose("mask_type", "random", new Dictionary<string, MaskKind> { ["random"] = MaskKind.Random, ["forecast"] = MaskKind.LastPatches });
        var unmasked = config.Wholes("unmasked_channel_indices") ?? [];
        if (unmasked.Any(channel => channel >= channels || channel < -channels))
        {
            config.Refuse("unmasked_channel_indices", $"indices from 0 to {channels - 1} (negative ones count from the end)");
        }

        return new ReconstructionHead
        {
            MaskValue = config.Number("mask_value", 0),
            MaskRatio = config.Number("random_mask_ratio", 0.5),
            Mask = kind,
            MaskedLastPatches = config.Wholes("num_forecast_mask_patches") ?? [2],
            SameMaskForAllChannels = config.Flag("channel_consistent_masking", false),
            UnmaskedChannels = [.. unmasked.Select(channel => channel < 0 ? channel + channels : channel).Order()],
        };
    }
}
