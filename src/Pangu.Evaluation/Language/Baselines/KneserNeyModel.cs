using Pangu.Data;

namespace Pangu.Evaluation.Language.Baselines;

/// <summary>Interpolated Kneser-Ney n-grams with modified discounts: what a text model was before there were networks.</summary>
/// <remarks>
/// p_n(w | h) = (c(hw) - D_n(c(hw))) / c(h.) + (D_n1 N1(h.) + D_n2 N2(h.) + D_n3 N3+(h.)) / c(h.) p_(n-1)(w | h without its first token), p_0 = 1 / V (Chen and Goodman 1998, equations 13 to 17).
/// At the highest order c counts how often, below it before how many different tokens, the beginning of a document among them, an n-gram stands. Contexts reach back to the beginning of the part or
/// document, also before a block: the baseline sees at least what a model sees.
/// </remarks>
public sealed class KneserNeyModel : ITokenScorer
{
    private const int TokenBits = 24;
    private const int MostOrders = 5; // 5 x 24 bits fit into a key.
    private readonly NGramOrder[] _orders;
    private readonly int _vocabulary;

    private KneserNeyModel(NGramOrder[] orders, int vocabulary) => (_orders, _vocabulary) = (orders, vocabulary);

    /// <summary>Different n-grams that are kept, over all orders.</summary>
    public long Entries => _orders.Sum(order => (long)order.Counts.Count);

    /// <summary>Counts, and estimates the discounts of each order from its counts.</summary>
    /// <param name="train">What is learned from.</param>
    /// <param name="vocabulary">V, at most 2^24.</param>
    /// <param name="order">Tokens of the longest n-gram, 1 to 5. Default 5.</param>
    /// <param name="cancellationToken">Asks for a stop.</param>
    /// <returns>The model.</returns>
    public static KneserNeyModel Fit(TokenPart train, int vocabulary, int order = MostOrders, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(order, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(order, MostOrders);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(vocabulary, 1 << TokenBits);
        var orders = new NGramOrder[order];
        var counts = CountOccurrences(train, order);
        for (var n = order; n >= 1; n--)
        {
            cancellationToken.ThrowIfCancellationRequested();
            orders[n - 1] = new NGramOrder(counts);
            counts = n > 1 ? CountPredecessors(counts.Keys, train, n - 1) : counts;
        }

        return new KneserNeyModel(orders, vocabulary);
    }

    /// <inheritdoc/>
    public void Score(TokenPart part, TextRange block, Span<float> nats, CancellationToken cancellationToken)
    {
        var start = block.Start;
        while (start > part.Start && start > block.Start - MostOrders && part.Text.NextStart(start - 1) > block.Start)
        {
            start--;
        }

        for (var i = 0; i < nats.Length; i++)
        {
            var target = block.Start + i + 1;
            var from = Math.Max(start, target - _orders.Length + 1);
            nats[i] = (float)-Math.Log(Probability(part.Text.Ids.AsSpan(from, target - from), part.Text.Ids[target]));
        }
    }

    /// <summary>Probability of a token after others.</summary>
    /// <param name="context">The tokens before it, the nearest last; those too far away are not looked at.</param>
    /// <param name="token">The token.</param>
    /// <returns>Above 0; over all tokens they add up to 1.</returns>
    public double Probability(ReadOnlySpan<int> context, int token)
    {
        var probability = 1.0 / _vocabulary;
        var history = UInt128.Zero;
        for (var n = 1; n <= Math.Min(_orders.Length, context.Length + 1); n++)
        {
            history |= n > 1 ? (UInt128)(uint)context[^(n - 1)] << ((n - 2) * TokenBits) : 0;
            if (!_orders[n - 1].TryInterpolate(history, (history << TokenBits) | (uint)token, ref probability))
            {
                break; // A context that was never seen: neither were longer ones.
            }
        }

        return probability;
    }

    private static Dictionary<UInt128, int> CountOccurrences(TokenPart train, int order)
    {
        var (counts, mask) = (new Dictionary<UInt128, int>(), Mask(order));
        foreach (var (start, end) in Documents(train))
        {
            var key = UInt128.Zero;
            for (var i = start; i < end; i++)
            {
                key = ((key << TokenBits) | (uint)train.Text.Ids[i]) & mask;
                if (i - start >= order - 1)
                {
                    counts[key] = counts.GetValueOrDefault(key) + 1;
                }
            }
        }

        return counts;
    }

    /// <summary>Before how many different tokens each n-gram stands; the beginning of a document counts as one.</summary>
    private static Dictionary<UInt128, int> CountPredecessors(IEnumerable<UInt128> longer, TokenPart train, int order)
    {
        var (counts, mask) = (new Dictionary<UInt128, int>(), Mask(order));
        foreach (var key in longer)
        {
            counts[key & mask] = counts.GetValueOrDefault(key & mask) + 1;
        }

        var first = new HashSet<UInt128>();
        foreach (var (start, end) in Documents(train).Where(document => document.End - document.Start >= order))
        {
            var key = UInt128.Zero;
            foreach (var id in train.Text.Ids.AsSpan(start, order))
            {
                key = (key << TokenBits) | (uint)id;
            }

            if (first.Add(key))
            {
                counts[key] = counts.GetValueOrDefault(key) + 1;
            }
        }

        return counts;
    }

    private static IEnumerable<(int Start, int End)> Documents(TokenPart part)
    {
        for (var start = part.Start; start < part.End;)
        {
            var end = Math.Min(part.Text.NextStart(start), part.End);
            yield return (start, end);
            start = end;
        }
    }

    private static UInt128 Mask(int order) => (UInt128.One << (order * TokenBits)) - 1;

    /// <summary>The n-grams of one length.</summary>
    private sealed class NGramOrder
    {
        private readonly Dictionary<UInt128, Followers> _contexts = [];
        private readonly Discounts _discounts;

        public NGramOrder(Dictionary<UInt128, int> counts)
        {
            Counts = counts;
            _discounts = Discounts.Estimate(counts.Values);
            foreach (var (key, count) in counts)
            {
                _contexts[key >> TokenBits] = _contexts.GetValueOrDefault(key >> TokenBits).With(count);
            }
        }

        public Dictionary<UInt128, int> Counts { get; }

        public bool TryInterpolate(UInt128 context, UInt128 key, ref double probability)
        {
            if (!_contexts.TryGetValue(context, out var followers))
            {
                return false;
            }

            var count = Counts.GetValueOrDefault(key);
            var rest = (_discounts.One * followers.Once) + (_discounts.Two * followers.Twice) + (_discounts.More * followers.More);
            probability = ((count - _discounts.Of(count)) + (rest * probability)) / followers.Total;
            return true;
        }
    }

    /// <summary>What follows a context: how much in all, and how many different tokens once, twice, more often.</summary>
    private readonly record struct Followers(long Total, int Once, int Twice, int More)
    {
        public Followers With(int count) => new(Total + count, Once + (count == 1 ? 1 : 0), Twice + (count == 2 ? 1 : 0), More + (count > 2 ? 1 : 0));
    }
}
