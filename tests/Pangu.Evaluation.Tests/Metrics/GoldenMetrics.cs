using System.Text.Json;

namespace Pangu.Evaluation.Tests.Metrics;

/// <summary>Reads the metric groups of the golden files and compares to 1e-9 relative, as their README asks.</summary>
internal static class GoldenMetrics
{
    public static JsonElement Read(string group)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Outside.Golden($"metrics/{group}/expected.json")));
        return document.RootElement.Clone();
    }

    public static double[] Numbers(this JsonElement element, string name) => [.. element.GetProperty(name).EnumerateArray().Select(item => item.GetDouble())];

    public static bool[] Marks(this JsonElement element, string name) => [.. element.GetProperty(name).EnumerateArray().Select(item => item.GetInt32() != 0)];

    public static void Same(JsonElement expected, double? actual, string what)
    {
        if (expected.ValueKind == JsonValueKind.Null)
        {
            Assert.True(actual is null, $"{what}: expected undefined, got {actual}");
            return;
        }

        var value = expected.GetDouble();
        Assert.True(actual is { } number && Math.Abs(number - value) <= 1e-9 * Math.Max(1, Math.Abs(value)), $"{what}: expected {value}, got {actual}");
    }

    public static void Same(JsonElement expected, IReadOnlyList<double>? actual, string what)
    {
        if (expected.ValueKind == JsonValueKind.Null)
        {
            Assert.True(actual is null, what);
            return;
        }

        var index = 0;
        foreach (var item in expected.EnumerateArray())
        {
            Same(item, actual?[index], $"{what}[{index++}]");
        }

        Assert.Equal(index, actual?.Count);
    }
}
