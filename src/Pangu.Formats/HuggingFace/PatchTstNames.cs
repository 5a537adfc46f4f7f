using System.Text.RegularExpressions;
using Pangu.Core;

namespace Pangu.Formats;

/// <summary>PatchTST's tensors, as the modules of transformers' <c>modeling_patchtst</c> name them.</summary>
internal static partial class PatchTstNames
{
    /// <summary>The table for one config.</summary>
    public static NameTable Table(ModelConfig model) => new([.. Names(model)], Counters());

    private static IEnumerable<NameRule> Names(ModelConfig model)
    {
        var embedder = (SeriesEmbedder)model.Embedder;
        const string input = "model.encoder.embedder.input_embedding";
        IEnumerable<NameRule> rules = embedder.SharedProjection
            ? NameTable.WithBias(input, "embedder.patch")
            : Enumerable.Range(0, embedder.Channels).SelectMany(channel => NameTable.WithBias($"{input}.{channel}", $"embedder.patch.{channel}"));
        if (embedder.ClassToken)
        {
            rules = rules.Append(new NameRule("model.encoder.positional_encoder.cls_token", "embedder.class", [1, 1, 1, embedder.Width]));
        }

        rules = rules.Append(new NameRule("model.encoder.positional_encoder.position_enc", "embedder.positions"));
        var blocks = ((Backbone)model.Body).Stages[0];
        var branches = blocks.Cycle[0].Branches;
        for (var layer = 0; layer < blocks.Count; layer++)
        {
            rules = rules.Concat(LayerNames($"model.encoder.layers.{layer}", $"stages.0.blocks.{layer}.branches", branches));
        }

        return rules.Concat(HeadNames(model.Head));
    }

    private static IEnumerable<NameRule> LayerNames(string foreign, string slot, IReadOnlyList<Branch> branches)
    {
        foreach (var (theirs, ours) in ((string, string)[])[("q_proj", "query"), ("k_proj", "key"), ("v_proj", "value"), ("out_proj", "output")])
        {
            yield return new NameRule($"{foreign}.self_attn.{theirs}.weight", $"{slot}.0.{ours}.weight");
            yield return new NameRule($"{foreign}.self_attn.{theirs}.bias", $"{slot}.0.{ours}.bias");
        }

        var last = branches.Count - 1;
        var bias = ((Dense)branches[last].Part).Bias;
        foreach (var rule in (NameRule[])[.. NameTable.Layer($"{foreign}.ff.0", $"{slot}.{last}.up", bias), .. NameTable.Layer($"{foreign}.ff.3", $"{slot}.{last}.down", bias)])
        {
            yield return rule;
        }

        for (var branch = 0; branch < branches.Count; branch++)
        {
            var sublayer = branch == last ? 3 : branch + 1;
            foreach (var rule in NormNames($"{foreign}.norm_sublayer{sublayer}", $"{slot}.{branch}", branches[branch]))
            {
                yield return rule;
            }
        }
    }

    private static IEnumerable<NameRule> NormNames(string foreign, string slot, Branch branch)
    {
        var place = branch.Before is not null ? $"{slot}.before" : $"{slot}.afterSum";
        return (branch.Before ?? branch.AfterSum) is BatchNorm
            ?
            [
                .. NameTable.WithBias($"{foreign}.batchnorm", place),
                new NameRule($"{foreign}.batchnorm.running_mean", $"{place}.runningMean"),
                new NameRule($"{foreign}.batchnorm.running_var", $"{place}.runningVariance"),
            ]
            : NameTable.WithBias(foreign, place);
    }

    private static IEnumerable<NameRule> HeadNames(Head head) => head switch
    {
        ForecastHead { Output: FlattenOutput { SharedProjection: false } } forecast =>
            Enumerable.Range(0, forecast.Channels).SelectMany(channel => NameTable.WithBias($"head.projections.{channel}", $"head.projection.{channel}")),
        ForecastHead => NameTable.WithBias("head.projection", "head.projection"),
        _ => NameTable.WithBias("head.linear", "head.projection"),
    };

    [GeneratedRegex(@"\.(num_batches_tracked|position_ids)$")]
    private static partial Regex Counters();
}
