using System.Text.Json.Nodes;
using Pangu.Core;

namespace Pangu.Formats;

/// <summary>Says a config in PatchTST's fields. It takes what it finds; whether the fields say the whole model is decided by reading them back.</summary>
internal static class PatchTstExport
{
    /// <summary>The fields of a config; null when it has not even the shape of one (another embedder, body or head).</summary>
    /// <param name="model">The model.</param>
    /// <param name="channels">Number of channels of its data, at least 1; transformers wants it even where no weight depends on it.</param>
    public static JsonObject? Fields(ModelConfig model, int channels)
    {
        if (model is not { Embedder: SeriesEmbedder embedder, Body: Backbone { Stages: [{ Cycle: [{ Branches: [{ Part: Attention attention } first, .., { Part: Dense dense }] branches }] } blocks] } })
        {
            return null;
        }

        var norm = first.Before ?? first.AfterSum;
        var fields = new JsonObject
        {
            ["activation_function"] = ForeignActivations.Name(dense.Activation),
            ["architectures"] = new JsonArray(model.Head is ForecastHead ? PatchTst.Prediction : PatchTst.Pretraining),
            ["bias"] = dense.Bias,
            ["channel_attention"] = branches.Count == 3,
            ["context_length"] = embedder.Context,
            ["d_model"] = embedder.Width,
            ["dtype"] = "float32",
            ["ffn_dim"] = dense.Inner,
            ["loss"] = "mse",
            ["model_type"] = "patchtst",
            ["norm_eps"] = norm?.Epsilon ?? 1e-5,
            ["norm_type"] = norm is LayerNorm ? "layernorm" : "batchnorm",
            ["num_attention_heads"] = attention.QueryHeads,
            ["num_hidden_layers"] = blocks.Count,
            ["num_input_channels"] = channels,
            ["patch_length"] = embedder.PatchLength,
            ["patch_stride"] = embedder.PatchStride,
            ["positional_encoding_type"] = embedder.Positions == PositionTable.Sinusoids ? "sincos" : "random",
            ["pre_norm"] = first.Before is not null,
            ["scaling"] = embedder.Scaling switch { StandardScaling => "std", MeanScaling => "mean", _ => null },
            ["share_embedding"] = embedder.SharedProjection,
            ["use_cls_token"] = embedder.ClassToken,
        };
        if (embedder.Scaling is StandardScaling { Epsilon: not 1e-5 } standard)
        {
            fields["minimum_scale"] = standard.Epsilon;
        }
        else if (embedder.Scaling is MeanScaling { Minimum: not 1e-10 } mean)
        {
            fields["minimum_scale"] = mean.Minimum;
        }

        return AddHead(fields, model.Head) ? fields : null;
    }

    private static bool AddHead(JsonObject fields, Head head)
    {
        switch (head)
        {
            case ForecastHead { Output: FlattenOutput output } forecast:
                fields["prediction_length"] = forecast.Horizon;
                fields["pooling_type"] = output.Pooling switch { Pooling.None => null, Pooling.Max => "max", _ => "mean" };
                fields["share_projection"] = output.SharedProjection;
                return true;
            case ReconstructionHead reconstruction:
                fields["do_mask_input"] = true;
                fields["mask_type"] = reconstruction.Mask == MaskKind.Random ? "random" : "forecast";
                fields["mask_value"] = reconstruction.MaskValue == Math.Floor(reconstruction.MaskValue) ? (long)reconstruction.MaskValue : reconstruction.MaskValue;
                fields["random_mask_ratio"] = reconstruction.MaskRatio;
                fields["num_forecast_mask_patches"] = new JsonArray([.. reconstruction.MaskedLastPatches.Select(count => (JsonNode)count)]);
                fields["channel_consistent_masking"] = reconstruction.SameMaskForAllChannels;
                fields["unmasked_channel_indices"] = reconstruction.UnmaskedChannels.Count == 0 ? null : new JsonArray([.. reconstruction.UnmaskedChannels.Select(channel => (JsonNode)channel)]);
                return true;
            default:
                return false;
        }
    }
}
