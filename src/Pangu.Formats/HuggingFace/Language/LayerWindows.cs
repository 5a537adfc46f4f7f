using Pangu.Core;

namespace Pangu.Formats;

/// <summary>Which layers look through a window, as Qwen's configs say it: <c>layer_types</c> wins over <c>max_window_layers</c>, <c>use_sliding_window</c> switches all windows off.</summary>
internal static class LayerWindows
{
    /// <summary>The window of each layer, null where it sees everything.</summary>
    public static IReadOnlyList<int?> Read(ForeignConfig config, int layers)
    {
        int? window = config.Flag("use_sliding_window", false) ? Window(config, 4096) : null;
        config.WithoutEffect("sliding_window");
        var first = config.Whole("max_window_layers", 28, minimum: 0);
        if (config.Words("layer_types") is not { } types)
        {
            return [.. Enumerable.Range(0, layers).Select(layer => layer >= first ? window : null)];
        }

        if (types.Count != layers || types.Any(type => type is not ("full_attention" or "sliding_attention")))
        {
            config.Refuse("layer_types", $"{layers} words, each \"full_attention\" or \"sliding_attention\"");
            return new int?[layers];
        }

        return [.. types.Select(type => type == "sliding_attention" ? window : null)];
    }

    /// <summary>A window of all layers; null, or absent without a default, for none.</summary>
    public static int? Window(ForeignConfig config, int? absent) =>
        config.Value("sliding_window") is not null ? config.Whole("sliding_window", 1) : config.Has("sliding_window") ? null : absent;
}
