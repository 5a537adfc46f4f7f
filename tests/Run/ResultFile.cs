using System.Text.Json;

namespace Pangu.TestRun;

/// <summary>Reads a result file in the Common Test Report Format (ctrf.io), as xunit v3 writes it.</summary>
internal static class ResultFile
{
    public static Outcome Read(string path)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        var failures = new List<Failure>();
        var reasons = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var tally = Tally.None;
        var results = document.RootElement.GetProperty("results");
        foreach (var test in results.GetProperty("tests").EnumerateArray())
        {
            switch (test.GetProperty("status").GetString())
            {
                case "passed":
                    tally += new Tally(1, 0, 0);
                    break;
                case "skipped" or "pending":
                    tally += new Tally(0, 0, 1);
                    var reason = test.TryGetProperty("extra", out var about) && Text(about, "reason") is { Length: > 0 } said ? said : "no reason given";
                    reasons[reason] = reasons.GetValueOrDefault(reason) + 1;
                    break;
                default:
                    tally += new Tally(0, 1, 0);
                    failures.Add(new Failure(Text(test, "name"), Text(test, "message") + "\n" + Text(test, "trace")));
                    break;
            }
        }

        // Errors outside tests (a fixture that could not be cleaned up) are no tests, but they are failures.
        if (results.TryGetProperty("extra", out var extra))
        {
            foreach (var error in Errors(extra))
            {
                tally += new Tally(0, 1, 0);
                failures.Add(new Failure("outside a test", error));
            }
        }

        return new Outcome(tally, failures, [.. reasons.Select(pair => (pair.Key, pair.Value))]);
    }

    private static string Text(JsonElement test, string property) =>
        test.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    private static IEnumerable<string> Errors(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in element.EnumerateObject())
            {
                if (property.Name == "errors" && property.Value.ValueKind == JsonValueKind.Array)
                {
                    foreach (var error in property.Value.EnumerateArray())
                    {
                        yield return error.ToString();
                    }
                }
                else
                {
                    foreach (var inner in Errors(property.Value))
                    {
                        yield return inner;
                    }
                }
            }
        }
        else if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in element.EnumerateArray())
            {
                foreach (var inner in Errors(item))
                {
                    yield return inner;
                }
            }
        }
    }
}
