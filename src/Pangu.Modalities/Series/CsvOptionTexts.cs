using System.Globalization;
using Pangu.Core;

namespace Pangu.Modalities.Series;

/// <summary>The options of a CSV file as they are typed at a terminal or stand in a recipe; null where nothing is said.</summary>
public sealed record CsvOptionTexts
{
    /// <summary><c>--delimiter</c>: one character, or <c>tab</c>, <c>comma</c>, <c>semicolon</c>, <c>space</c>.</summary>
    public string? Delimiter { get; init; }

    /// <summary><c>--decimal</c>: <c>.</c>, <c>,</c>, <c>point</c> or <c>comma</c>.</summary>
    public string? Decimal { get; init; }

    /// <summary><c>--header</c>: <c>yes</c> or <c>no</c>.</summary>
    public string? Header { get; init; }

    /// <summary><c>--time</c>: a column, two joined by <c>+</c>, or <c>none</c>.</summary>
    public string? Time { get; init; }

    /// <summary><c>--time-format</c>.</summary>
    public string? TimeFormat { get; init; }

    /// <summary><c>--time-zone</c>.</summary>
    public string? TimeZone { get; init; }

    /// <summary><c>--missing</c>: texts with commas between them.</summary>
    public string? Missing { get; init; }

    /// <summary><c>--duplicates</c>: <c>error</c>, <c>first</c>, <c>last</c> or <c>mean</c>.</summary>
    public string? Duplicates { get; init; }

    /// <summary><c>--skip-lines</c>: a whole number.</summary>
    public string? SkipLines { get; init; }

    /// <summary><c>--interval</c>: seconds.</summary>
    public string? Interval { get; init; }

    /// <summary>Reads the texts.</summary>
    /// <param name="columns">Columns to read, in this order; null or empty: every column of numbers.</param>
    /// <returns>The options.</returns>
    /// <exception cref="PanguException">A text makes no sense; all of them are listed.</exception>
    public CsvReadOptions Read(IReadOnlyList<string>? columns = null)
    {
        var problems = new List<Problem>();
        var options = new CsvReadOptions
        {
            Delimiter = ReadCharacter(problems, "--delimiter", Delimiter, ("tab", '\t'), ("\\t", '\t'), ("comma", ','), ("semicolon", ';'), ("space", ' '), ("pipe", '|')),
            Decimal = ReadCharacter(problems, "--decimal", Decimal, ("point", '.'), ("comma", ',')),
            Header = ReadChoice(problems, "--header", Header, ("yes", (bool?)true), ("no", false)),
            Time = Time,
            TimeFormat = TimeFormat,
            TimeZone = TimeZone,
            Columns = columns is { Count: > 0 } ? columns : null,
            Missing = Missing?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [],
            Duplicates = ReadChoice(problems, "--duplicates", Duplicates, [.. Enum.GetValues<DuplicateRule>().Select(rule => (rule.ToString().ToLowerInvariant(), rule))]),
            SkipLines = (int)(ReadNumber(problems, "--skip-lines", SkipLines, "a whole number of lines", number => number >= 0 && number == Math.Floor(number) && number < int.MaxValue) ?? 0),
            IntervalSeconds = ReadNumber(problems, "--interval", Interval, "seconds above 0", number => number > 0),
        };
        return problems.Count == 0 ? options : throw new PanguException(ErrorKind.Usage, "csv-options", string.Join(" ", problems.Select(problem => $"{problem}.")), problems);
    }

    private static char? ReadCharacter(List<Problem> problems, string option, string? text, params (string Name, char Value)[] names)
    {
        if (text is null or { Length: 1 })
        {
            return text?[0];
        }

        return ReadChoice(problems, option, text, [.. names.Select(name => (name.Name, (char?)name.Value))]);
    }

    private static T? ReadChoice<T>(List<Problem> problems, string option, string? text, params (string Name, T Value)[] choices)
    {
        foreach (var (name, value) in choices)
        {
            if (string.Equals(text, name, StringComparison.OrdinalIgnoreCase))
            {
                return value;
            }
        }

        if (text is not null)
        {
            problems.Add(new Problem(null, null, $"{option} is \"{text}\"; expected {string.Join(", ", choices.Select(choice => choice.Name))}"));
        }

        return default;
    }

    private static double? ReadNumber(List<Problem> problems, string option, string? text, string expected, Func<double, bool> fits)
    {
        if (text is null)
        {
            return null;
        }

        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && fits(number))
        {
            return number;
        }

        problems.Add(new Problem(null, null, $"{option} is \"{text}\"; expected {expected}"));
        return null;
    }
}
