namespace Pangu.Evaluation.Tests.Language;

/// <summary>Kneser-Ney by the formulas, on strings, counting anew for every question: slow and plain.</summary>
/// <param name="documents">What is learned from.</param>
/// <param name="vocabulary">V.</param>
/// <param name="order">Characters of the longest n-gram.</param>
internal sealed class KneserNeyReference(IReadOnlyList<string> documents, int vocabulary, int order)
{
    public double Probability(string context, char next)
    {
        context = context[Math.Max(0, context.Length - order + 1)..];
        var lower = context.Length > 0 ? Probability(context[1..], next) : 1.0 / vocabulary;
        return Interpolate(context, next, lower);
    }

    private double Interpolate(string context, char next, double lower)
    {
        var n = context.Length + 1;
        var followers = Grams(n).Where(gram => gram.StartsWith(context, StringComparison.Ordinal)).Distinct().ToList();
        if (followers.Count == 0)
        {
            return lower;
        }

        var total = followers.Sum(gram => Count(gram));
        var given = followers.Sum(gram => Discount(n, Count(gram)));
        var count = Count(context + next);
        return ((count - (count == 0 ? 0 : Discount(n, count))) / total) + (given / total * lower);
    }

    /// <summary>Occurrences at the highest order; below it, different characters that stand before, the beginning of a document among them.</summary>
    private int Count(string gram)
    {
        var places = documents.SelectMany(document => Enumerable.Range(0, Math.Max(0, document.Length - gram.Length + 1))
            .Where(at => document.Substring(at, gram.Length) == gram)
            .Select(at => at == 0 ? "beginning" : document[at - 1].ToString())).ToList();
        return gram.Length == order ? places.Count : places.Distinct().Count();
    }

    private double Discount(int n, int count)
    {
        var counts = Grams(n).Distinct().Select(Count).ToList();
        double N(int c) => counts.Count(each => each == c);
        var y = N(1) / (N(1) + (2 * N(2)));
        double[] modified = [1 - (2 * y * N(2) / N(1)), 2 - (3 * y * N(3) / N(2)), 3 - (4 * y * N(4) / N(3))];
        var sound = modified.Select((discount, index) => discount > 0 && discount <= index + 1).All(each => each);
        return sound ? modified[Math.Min(count, 3) - 1] : y is > 0 and < 1 ? y : 0.5;
    }

    private IEnumerable<string> Grams(int n) =>
        documents.SelectMany(document => Enumerable.Range(0, Math.Max(0, document.Length - n + 1)).Select(at => document.Substring(at, n)));
}
