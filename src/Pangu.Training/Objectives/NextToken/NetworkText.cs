using Pangu.Core;
using Pangu.Models;
using Pangu.Tensors;
using static TorchSharp.torch;

namespace Pangu.Training;

/// <summary>Asks a language network on libtorch the way the torch-free engine is asked: for validation while training, and to compare what is served with what was trained. For one thread; the network in its evaluation state.</summary>
/// <param name="network">The network; stays the caller's.</param>
public sealed class NetworkText(TokenNetwork network)
{
    /// <summary>Logits of every position of one row.</summary>
    /// <param name="ids">T token ids.</param>
    /// <returns>[T V], row-major.</returns>
    public float[] Logits(ReadOnlySpan<int> ids)
    {
        var row = new long[ids.Length];
        for (var t = 0; t < row.Length; t++)
        {
            row[t] = ids[t];
        }

        using var scope = new StepScope(gradient: false);
        return Operators.ToArray(network.Forward(tensor(row, dtype: ScalarType.Int64).view(1, row.Length)));
    }

    /// <summary>How unlikely each token of a row is after those before it.</summary>
    /// <param name="ids">T + 1 token ids; the last is a target only.</param>
    /// <returns>[T] negative log-likelihoods in nats.</returns>
    public float[] Score(ReadOnlySpan<int> ids)
    {
        var logits = Logits(ids[..^1]);
        var nats = new float[ids.Length - 1];
        var vocabulary = logits.Length / Math.Max(1, nats.Length);
        for (var t = 0; t < nats.Length; t++)
        {
            var row = logits.AsSpan(t * vocabulary, vocabulary);
            var (greatest, sum) = (float.NegativeInfinity, 0.0);
            foreach (var logit in row)
            {
                greatest = Math.Max(greatest, logit);
            }

            foreach (var logit in row)
            {
                sum += Math.Exp((double)logit - greatest);
            }

            nats[t] = (float)(Math.Log(sum) + greatest - row[ids[t + 1]]);
        }

        return nats;
    }

    /// <summary>Continues a row, each time with the first of the greatest logits; all positions are computed anew for every token.</summary>
    /// <param name="prompt">At least one token id.</param>
    /// <param name="count">Tokens to add.</param>
    /// <returns>[count] token ids.</returns>
    public int[] Greedy(ReadOnlySpan<int> prompt, int count) => LanguageCase.Continue([.. prompt], count, ids => Logits(ids)[^network.Vocabulary..]);
}
