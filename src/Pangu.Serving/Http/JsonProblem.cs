using System.Text.Json;
using System.Text.RegularExpressions;

namespace Pangu.Serving.Http;

/// <summary>What is wrong with a JSON body, in the caller's words: the reader's own messages name .NET types.</summary>
internal static partial class JsonProblem
{
    /// <summary>Describes a problem.</summary>
    /// <param name="exception">What the reader threw.</param>
    /// <returns>A sentence with the place.</returns>
    public static string Describe(JsonException exception)
    {
        if (exception.Message.Contains("does not contain any JSON tokens", StringComparison.Ordinal))
        {
            return "it is empty; expected a JSON object.";
        }

        var place = exception.Path is { Length: > 1 } path ? $" (at {path}, line {exception.LineNumber + 1})"
            : exception is { LineNumber: { } line, BytePositionInLine: { } position } ? $" (line {line + 1}, byte {position + 1})"
            : string.Empty;
        if (Unknown().Match(exception.Message) is { Success: true } unknown)
        {
            return $"there is no member '{unknown.Groups["name"].Value}' here; /openapi.json lists those there are{place}.";
        }

        if (Missing().Match(exception.Message) is { Success: true } missing)
        {
            return $"required is {missing.Groups["names"].Value}, which is missing{place}.";
        }

        return Type().Match(exception.Message) is { Success: true } type
            ? $"a value is not {Wanted(exception.InnerException?.Message) ?? Expected(type.Groups["type"].Value)}{place}."
            : Details().Replace(exception.Message, string.Empty).TrimEnd('.') + place + ".";
    }

    /// <summary>What belongs there, by what the reader of the value wanted; null where it does not say.</summary>
    private static string? Wanted(string? inner) => inner switch
    {
        null => null,
        _ when inner.EndsWith("as a string.", StringComparison.Ordinal) => "a text",
        _ when inner.EndsWith("as a boolean.", StringComparison.Ordinal) => "true or false",
        _ when inner.EndsWith("as a number.", StringComparison.Ordinal) => "a number",
        _ when inner.Contains("for an Int", StringComparison.Ordinal) => "a whole number in range",
        _ => null,
    };

    /// <summary>What belongs there, by its .NET type.</summary>
    private static string Expected(string type) => type switch
    {
        _ when type.Contains("Dictionary", StringComparison.Ordinal) || type.EndsWith("Body", StringComparison.Ordinal) => "an object",
        _ when type.Contains("List", StringComparison.Ordinal) || type.EndsWith("[]", StringComparison.Ordinal) => "a list",
        _ => "what is expected there; /openapi.json says what is",
    };

    [GeneratedRegex("The JSON property '(?<name>[^']*)' could not be mapped")]
    private static partial Regex Unknown();

    [GeneratedRegex("missing required properties including: (?<names>.*?)\\.( Path|$)")]
    private static partial Regex Missing();

    [GeneratedRegex("could not be converted to (?<type>[^ ]+?)\\.( Path|$)")]
    private static partial Regex Type();

    [GeneratedRegex(" (Path|LineNumber): .*$")]
    private static partial Regex Details();
}
