using Pangu.Core;
using Pangu.Numerics;

namespace Pangu.Inference;

/// <summary>Chooses tokens from logits: temperature, top-k, top-p, min-p, in this order, each seeing what the one before left. For one caller at a time; nothing is allocated while it runs.</summary>
/// <remarks>
/// top-k keeps all that equal the k-th greatest. top-p goes up from the least likely and drops while the probability so far is at most 1 - p; of equal ones those with lower ids go first, and the
/// greatest always stays. min-p drops p &lt; min_p * max p. Equal to the logits processors of transformers.
/// </remarks>
internal sealed class TokenSampler
{
    private readonly SamplingOptions _options;
    private readonly RandomStream _random;
    private readonly float[] _probabilities;

    // The order of top-k and top-p: sign-corrected bits of the number above, the id below, so that all keys differ and sorting is the same everywhere.
    private readonly ulong[] _order;

    /// <summary>Starts a stream of choices.</summary>
    /// <param name="options">The options; sound (<see cref="SamplingOptions.Validate"/>).</param>
    /// <param name="vocabulary">Most logits.</param>
    internal TokenSampler(SamplingOptions options, int vocabulary)
    {
        _options = options;
        _random = new RandomStream(options.Seed);
        _probabilities = options.Temperature > 0 ? new float[vocabulary] : [];
        _order = options.Temperature > 0 && (options.TopP < 1 || options.TopK > 0) ? new ulong[vocabulary] : [];
    }

    /// <summary>Chooses a token.</summary>
    /// <param name="logits">Logits.</param>
    /// <returns>Its id.</returns>
    internal int Choose(ReadOnlySpan<float> logits)
    {
        if (_options.Temperature == 0)
        {
            return Greatest(logits);
        }

        var probabilities = _probabilities.AsSpan(0, logits.Length);
        Distribute(logits, probabilities);
        var rest = _random.NextDouble();
        var last = 0;
        for (var id = 0; id < probabilities.Length; id++)
        {
            if (probabilities[id] > 0)
            {
                last = id;
                rest -= probabilities[id];
                if (rest < 0)
                {
                    break;
                }
            }
        }

        return last;
    }

    /// <summary>The probabilities that tokens are chosen with.</summary>
    /// <param name="logits">Logits; -infinity for tokens that cannot be.</param>
    /// <param name="probabilities">As many numbers; those that were dropped are 0.</param>
    internal void Distribute(ReadOnlySpan<float> logits, Span<float> probabilities)
    {
        RequireNumber(logits[Greatest(logits)]);
        var temperature = (float)_options.Temperature;
        for (var id = 0; id < logits.Length; id++)
        {
            probabilities[id] = logits[id] / temperature;
        }

        if (_options.TopK > 0 && _options.TopK < logits.Length)
        {
            KeepTop(probabilities);
        }

        Softmax.Rows(probabilities, probabilities.Length);
        RequireNumber(probabilities[0]);
        if (_options.TopP < 1)
        {
            KeepMass(probabilities);
        }

        if (_options.MinP > 0)
        {
            KeepLikely(probabilities);
        }
    }

    /// <summary>The first of the greatest.</summary>
    /// <param name="numbers">At least one number.</param>
    /// <returns>Its index.</returns>
    internal static int Greatest(ReadOnlySpan<float> numbers)
    {
        var index = numbers.IndexOf(Reductions.Maximum(numbers));
        RequireNumber(index < 0 ? float.NaN : numbers[index]);
        return index;
    }

    private static void RequireNumber(float greatest)
    {
        if (!float.IsFinite(greatest))
        {
            throw PanguException.Usage("generate-not-finite", $"The greatest logit is {greatest}; expected a finite number. The weights or the tokens that were read give no sound answer.");
        }
    }

    // What is below the k-th greatest becomes -infinity.
    private void KeepTop(Span<float> scores)
    {
        // The k greatest so far as a heap, the least of them on top.
        var heap = _order.AsSpan(0, _options.TopK);
        for (var id = 0; id < heap.Length; id++)
        {
            heap[id] = Key(scores[id], id);
        }

        for (var top = (heap.Length / 2) - 1; top >= 0; top--)
        {
            Sink(heap, top);
        }

        for (var id = heap.Length; id < scores.Length; id++)
        {
            var key = Key(scores[id], id);
            if (key > heap[0])
            {
                heap[0] = key;
                Sink(heap, 0);
            }
        }

        var least = scores[(int)(uint)heap[0]];
        foreach (ref var score in scores)
        {
            score = score < least ? float.NegativeInfinity : score;
        }
    }

    private static void Sink(Span<ulong> heap, int place)
    {
        var key = heap[place];
        for (var child = (2 * place) + 1; child < heap.Length; child = (2 * place) + 1)
        {
            child = child + 1 < heap.Length && heap[child + 1] < heap[child] ? child + 1 : child;
            if (heap[child] >= key)
            {
                break;
            }

            heap[place] = heap[child];
            place = child;
        }

        heap[place] = key;
    }

    private void KeepMass(Span<float> probabilities)
    {
        // Tokens below the bound cannot reach 1 - p together: they are dropped without being sorted.
        var bound = (float)((1 - _options.TopP) / probabilities.Length);
        var dropped = 0f;
        foreach (ref var probability in probabilities)
        {
            if (probability < bound)
            {
                dropped += probability;
                probability = 0;
            }
        }

        var order = Sorted(probabilities);
        var limit = (float)(1 - _options.TopP);
        for (var i = 0; i < order.Length - 1; i++)
        {
            ref var probability = ref probabilities[(int)(uint)order[i]];
            dropped += probability;
            if (dropped > limit)
            {
                break;
            }

            probability = 0;
        }

        Normalize(probabilities);
    }

    private void KeepLikely(Span<float> probabilities)
    {
        var least = (float)_options.MinP * Reductions.Maximum(probabilities);
        foreach (ref var probability in probabilities)
        {
            probability = probability < least ? 0 : probability;
        }

        Normalize(probabilities);
    }

    private static void Normalize(Span<float> probabilities)
    {
        var sum = 0.0;
        foreach (var probability in probabilities)
        {
            sum += probability;
        }

        foreach (ref var probability in probabilities)
        {
            probability = (float)(probability / sum);
        }
    }

    // Ids of the numbers above 0, in ascending order of number, then id.
    private Span<ulong> Sorted(ReadOnlySpan<float> numbers)
    {
        var count = 0;
        for (var id = 0; id < numbers.Length; id++)
        {
            if (numbers[id] > 0)
            {
                _order[count++] = Key(numbers[id], id);
            }
        }

        var order = _order.AsSpan(0, count);
        order.Sort();
        return order;
    }

    private static ulong Key(float number, int id)
    {
        var bits = BitConverter.SingleToUInt32Bits(number);
        return ((ulong)((bits & 0x8000_0000) != 0 ? ~bits : bits | 0x8000_0000) << 32) | (uint)id;
    }
}
