using System.Text.Json;
using Pangu.Core;

namespace Pangu.Workshop.Gates;

/// <summary>What an evaluation stage found out about one model: the content of <c>evaluation.json</c> (or of one entry where a stage judges several models).</summary>
public sealed record ModelEvaluation
{
    /// <summary>Figures, keyed <c>dataset[-horizon]/split/metric</c>.</summary>
    public IReadOnlyDictionary<string, double> Metrics { get; init; } = new SortedDictionary<string, double>(StringComparer.Ordinal);

    /// <summary>The same figures of baselines run on the same windows.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, double>> Baselines { get; init; } = new SortedDictionary<string, IReadOnlyDictionary<string, double>>(StringComparer.Ordinal);

    /// <summary>The gate's checks; empty where the model is only reported.</summary>
    public IReadOnlyList<GateCheck> Checks { get; init; } = [];

    /// <summary>Sets of which the test part was looked at, for the log of test evaluations.</summary>
    public IReadOnlyList<string> TestEvaluations { get; init; } = [];

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true, NewLine = "\n", NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals };

    /// <summary>Writes evaluations by model name.</summary>
    /// <param name="path">The file.</param>
    /// <param name="evaluations">Evaluation of each model.</param>
    public static void Write(string path, IReadOnlyDictionary<string, ModelEvaluation> evaluations) =>
        File.WriteAllText(path, JsonSerializer.Serialize(new SortedDictionary<string, ModelEvaluation>(evaluations.ToDictionary(), StringComparer.Ordinal), Json));

    /// <summary>Reads evaluations by model name.</summary>
    /// <param name="path">The file.</param>
    /// <returns>Evaluation of each model.</returns>
    public static IReadOnlyDictionary<string, ModelEvaluation> Read(string path) =>
        JsonSerializer.Deserialize<SortedDictionary<string, ModelEvaluation>>(File.ReadAllText(path), Json)!;
}
