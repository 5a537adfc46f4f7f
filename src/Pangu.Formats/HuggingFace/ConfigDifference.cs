using System.Text.Json.Nodes;
using Pangu.Core;

namespace Pangu.Formats;

/// <summary>Where two configs of the series family differ, by the paths of their JSON.</summary>
internal static class ConfigDifference
{
    private static readonly ModelConfigJson Families = new(SeriesConfigTypes.Create(), LanguageConfigTypes.Create());

    public static IReadOnlyList<string> Between(ModelConfig wanted, ModelConfig got)
    {
        var differences = new List<string>();
        Compare(string.Empty, Node(wanted), Node(got), differences);
        return differences;
    }

    private static JsonObject? Node(ModelConfig config) => JsonObject.Create(Families.Write(config));

    private static void Compare(string path, JsonNode? wanted, JsonNode? got, List<string> differences)
    {
        switch (wanted, got)
        {
            case (JsonObject left, JsonObject right):
                foreach (var key in left.Select(pair => pair.Key).Union(right.Select(pair => pair.Key)))
                {
                    Compare(path.Length == 0 ? key : $"{path}.{key}", left[key], right[key], differences);
                }

                break;
            case (JsonArray left, JsonArray right) when left.Count == right.Count:
                for (var i = 0; i < left.Count; i++)
                {
                    Compare($"{path}[{i}]", left[i], right[i], differences);
                }

                break;
            default:
                if (!JsonNode.DeepEquals(wanted, got))
                {
                    differences.Add($"{path} is {Text(wanted)}; the format can only say {Text(got)}");
                }

                break;
        }
    }

    private static string Text(JsonNode? node) => node?.ToJsonString() ?? "absent";
}
