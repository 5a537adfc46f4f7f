using Pangu.Core;
using TorchSharp;
using static TorchSharp.torch;

namespace Pangu.Benchmarks.Generation;

/// <summary>Gives the plain model the weights of ours.</summary>
internal static class WeightCopy
{
    /// <summary>Copies every weight.</summary>
    /// <param name="model">Receives them.</param>
    /// <param name="weights">By slot.</param>
    /// <param name="sizes">Sizes.</param>
    internal static void Into(PlainTransformer model, IReadOnlyDictionary<string, TensorData> weights, Sizes sizes)
    {
        using var mode = no_grad();
        var parameters = model.named_parameters().ToDictionary(parameter => parameter.name, parameter => parameter.parameter);
        Set("_tokens.weight", "embedder.tokens");
        Set("_positions.weight", "embedder.positions");
        for (var layer = 0; layer < sizes.Layers; layer++)
        {
            var (theirs, ours) = ($"_blocks.{layer}", $"stages.0.blocks.{layer}.branches");
            foreach (var kind in (string[])["weight", "bias"])
            {
                Set($"{theirs}._queryKeyValue.{kind}", $"{ours}.0.query.{kind}", $"{ours}.0.key.{kind}", $"{ours}.0.value.{kind}");
                Set($"{theirs}._output.{kind}", $"{ours}.0.output.{kind}");
                Set($"{theirs}._up.{kind}", $"{ours}.1.up.{kind}");
                Set($"{theirs}._down.{kind}", $"{ours}.1.down.{kind}");
                Set($"{theirs}._before.{kind}", $"{ours}.0.before.{kind}");
                Set($"{theirs}._middle.{kind}", $"{ours}.1.before.{kind}");
            }
        }

        Set("_final.weight", "final.weight");
        Set("_final.bias", "final.bias");

        void Set(string name, params string[] slots)
        {
            float[] numbers = [.. slots.SelectMany(slot => weights[slot].ToSingles())];
            using var source = tensor(numbers).view(parameters[name].shape);
            _ = parameters[name].copy_(source);
        }
    }
}
