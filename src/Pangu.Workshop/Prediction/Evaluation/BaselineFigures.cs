using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pangu.Workshop.Prediction.Evaluation;

/// <summary>What one baseline came to on one site: the content of <c>baselines.json</c>, by name.</summary>
/// <param name="Description">What was fitted and chosen, in a few words.</param>
/// <param name="Metrics">Figures by key.</param>
/// <param name="ByStep">Mean squared error on the test part a step ahead.</param>
/// <param name="ByChannel">Mean squared error on the test part a channel.</param>
internal sealed record BaselineFigures(string Description, IReadOnlyDictionary<string, double> Metrics, IReadOnlyList<double> ByStep, IReadOnlyList<double> ByChannel)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true, NewLine = "\n", NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    /// <summary>Writes the figures of a site.</summary>
    public static void Write(string path, IReadOnlyDictionary<string, BaselineFigures> figures) =>
        File.WriteAllText(path, JsonSerializer.Serialize(new SortedDictionary<string, BaselineFigures>(figures.ToDictionary(), StringComparer.Ordinal), Json));

    /// <summary>Reads the figures of a site.</summary>
    public static IReadOnlyDictionary<string, BaselineFigures> Read(string path) =>
        JsonSerializer.Deserialize<SortedDictionary<string, BaselineFigures>>(File.ReadAllText(path), Json)!;
}
