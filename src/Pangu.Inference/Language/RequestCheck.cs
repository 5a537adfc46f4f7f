using Pangu.Core;

namespace Pangu.Inference;

/// <summary>Checks what was asked of a text generator.</summary>
internal static class RequestCheck
{
    /// <summary>Refuses a request that is not sound; all problems are listed.</summary>
    /// <param name="request">The request.</param>
    /// <param name="traits">What the model takes.</param>
    internal static void Require(TextRequest request, TextGeneratorTraits traits)
    {
        var problems = Problems(request, traits).ToArray();
        if (problems.Length > 0)
        {
            throw new PanguException(ErrorKind.Usage, "generate-request", "The request cannot be honoured.", [.. problems.Select(problem => new Problem(null, null, problem))]);
        }
    }

    private static IEnumerable<string> Problems(TextRequest request, TextGeneratorTraits traits)
    {
        if (request.Prompt is null == request.PromptIds is null)
        {
            yield return $"prompt and prompt ids are {(request.Prompt is null ? "both missing" : "both given")}; expected one of them";
        }

        if (request.MaxTokens < 0)
        {
            yield return $"max tokens is {request.MaxTokens}; expected 0 or more";
        }

        if (request.StopTexts.Any(string.IsNullOrEmpty))
        {
            yield return "a stop text is empty; expected text that ends the answer";
        }

        if (request.StopTexts.Count > 0 && !traits.HasTokenizer)
        {
            yield return "there are stop texts, but the model works with token ids alone; give stop ids instead";
        }

        foreach (var problem in request.Sampling.Validate())
        {
            yield return problem;
        }
    }
}
