namespace Pangu.Workshop.Language;

/// <summary>Holds models to their budgets: in the check as far as the vocabulary is known, and in the run before anything is trained.</summary>
internal static class LanguageBudget
{
    /// <summary>Where a model takes more than its budget allows.</summary>
    /// <param name="model">Its name.</param>
    /// <param name="budget">Its budget.</param>
    /// <param name="network">Its shape.</param>
    /// <param name="training">How it learns.</param>
    /// <param name="vocabulary">Different tokens; null where they are not known yet.</param>
    /// <returns>Key of the budget and message; none when it holds.</returns>
    public static IEnumerable<(string Key, string Message)> Problems(string model, BudgetSettings budget, LanguageNetworkSettings network, LanguageTrainingSettings training, int? vocabulary)
    {
        var seen = training.TokensSeen(network.Context);
        if (seen > budget.Characters)
        {
            yield return ("characters", FormattableString.Invariant($"{model} would see {seen} characters in training (steps {training.Steps} x microBatches {training.MicroBatches} x batch {training.Batch} x the tokens of a window, context {network.Context}), but its budget is {budget.Characters}; train less, or state a larger budget"));
        }

        if (vocabulary is { } tokens && LanguageNetworkShape.CountedParameters(LanguageNetworkShape.ToConfig(network, tokens)) is var parameters && parameters > budget.Parameters)
        {
            yield return ("parameters", FormattableString.Invariant($"{model} has {parameters} parameters with {tokens} different tokens (tables of positions not counted), but its budget is {budget.Parameters}; make the network smaller, or state a larger budget"));
        }
    }
}
