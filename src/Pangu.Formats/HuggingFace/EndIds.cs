using System.Text.Json;
using Pangu.Core;

namespace Pangu.Formats;

/// <summary>The ids that end a text: <c>eos_token_id</c> of <c>generation_config.json</c>, else of <c>config.json</c>; a number, a list or null.</summary>
internal static class EndIds
{
    private const string FileName = "generation_config.json";
    private const string Field = "eos_token_id";

    public static IReadOnlyList<int> Read(string folder, ForeignConfig config)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
        {
            return config.Value(Field) is { } field ? Ids(field, config.Path) : [];
        }

        var generation = ForeignConfig.Read(path);
        return generation.Has(Field)
            ? generation.Value(Field) is { } value ? Ids(value, path) : []
            : config.Value(Field) is { } other ? Ids(other, config.Path) : [];
    }

    private static IReadOnlyList<int> Ids(JsonElement value, string path)
    {
        JsonElement[] items = value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : [value];
        return items.All(item => item.ValueKind == JsonValueKind.Number && item.TryGetInt32(out _))
            ? [.. items.Select(item => item.GetInt32())]
            : throw PanguException.Usage("hugging-face-config", $"{path} has {Field} {value.GetRawText()}; expected a token id, a list of them, or null.");
    }
}
