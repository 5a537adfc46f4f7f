using Pangu.Core;

namespace Pangu.Evaluation.Language.Gates;

/// <summary>The bars of language models that other families do not have.</summary>
public static class LanguageGates
{
    /// <summary>Whether both engines chose the same tokens, the likeliest each time.</summary>
    /// <param name="training">Tokens that training chose.</param>
    /// <param name="served">Tokens that the served package chose.</param>
    /// <returns>The check <c>greedy-equals-training</c>; its figure is how many tokens agree from the first on.</returns>
    public static GateCheck SameTokens(ReadOnlySpan<int> training, ReadOnlySpan<int> served)
    {
        var same = training.CommonPrefixLength(served);
        return new GateCheck(
            "greedy-equals-training",
            training.Length > 0 && same == training.Length && served.Length == training.Length,
            same,
            training.Length,
            null,
            $"the served package and training chose the same {same} of {training.Length} tokens, the likeliest each time.");
    }

    /// <summary>Whether something lies within a budget.</summary>
    /// <param name="name">Name of the check.</param>
    /// <param name="value">What was taken.</param>
    /// <param name="budget">What may be taken.</param>
    /// <param name="unit">What is counted, in words.</param>
    /// <returns>The check.</returns>
    public static GateCheck Within(string name, long value, long budget, string unit) =>
        new(name, value <= budget, value, null, budget, $"{value} {unit}; the recipe's budget is {budget}.");
}
