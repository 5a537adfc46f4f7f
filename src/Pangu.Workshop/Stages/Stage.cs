using System.Text.Json;
using System.Text.Json.Nodes;
using Pangu.Core;
using Pangu.Workshop.Plans;

namespace Pangu.Workshop.Stages;

/// <summary>One piece of a recipe's work with a folder of files as its output, named by what goes into it.</summary>
/// <remarks>
/// The key of a stage is the SHA-256 of its kind, revision, settings, the output hashes of its inputs and, where it uses libtorch, libtorch's version:
/// never a commit, an assembly's hash, a clock or a path. Raise <see cref="Revision"/> when the code changes what comes out.
/// </remarks>
public abstract class Stage
{
    /// <summary>Name within the recipe, for example <c>train-foundation</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Kind of work, in kebab case; part of the key.</summary>
    public abstract string Kind { get; }

    /// <summary>Raised by hand whenever the code changes what comes out for the same settings.</summary>
    public abstract int Revision { get; }

    /// <summary>Whether the output depends on libtorch.</summary>
    public virtual bool UsesLibtorch => false;

    /// <summary>Everything that decides the output beside the inputs' content.</summary>
    public abstract JsonNode Settings { get; }

    /// <summary>Stages whose output goes in.</summary>
    public virtual IReadOnlyList<Stage> Inputs => [];

    /// <summary>Does the work: reads <see cref="StageContext.Input"/> folders, writes files into <see cref="StageContext.Output"/>.</summary>
    /// <param name="context">Folders, seeds, progress, cancellation.</param>
    /// <exception cref="OperationCanceledException">After leaving a state from which the work can go on.</exception>
    public abstract void Execute(StageContext context);

    /// <summary>Foresees the cost of <see cref="Execute"/> by measuring a small piece of the same work.</summary>
    /// <param name="calibration">What the machine can do, and a folder for scratch.</param>
    /// <returns>Seconds and memory.</returns>
    public abstract StageEstimate Estimate(Calibration calibration);

    /// <summary>Settings as canonical JSON: sorted keys, camelCase.</summary>
    /// <param name="settings">Any settings record.</param>
    /// <returns>The node.</returns>
    protected static JsonNode Canonical(object settings) => CanonicalJson.Of(settings);
}

/// <summary>What a stage is given while it works.</summary>
public sealed class StageContext
{
    /// <summary>Where the output's files go; empty or as an interrupted attempt left it.</summary>
    public required string Output { get; init; }

    /// <summary>Where checkpoints go; kept across interruptions, deleted when the stage is done.</summary>
    public required string Scratch { get; init; }

    /// <summary>Output folder of each input stage, by its name.</summary>
    public required IReadOnlyDictionary<string, string> InputFolders { get; init; }

    /// <summary>The recipe's seeds.</summary>
    public required Seeds Seeds { get; init; }

    /// <summary>Threads to use.</summary>
    public required int Threads { get; init; }

    /// <summary>Receives how far the work is.</summary>
    public required IProgress<WorkProgress> Progress { get; init; }

    /// <summary>Asks for a stop at a safe point.</summary>
    public required CancellationToken Cancellation { get; init; }

    /// <summary>Output folder of an input.</summary>
    /// <param name="stage">One of <see cref="Stage.Inputs"/>.</param>
    /// <returns>Absolute path.</returns>
    public string Input(Stage stage) => InputFolders[stage.Name];

    /// <summary>A file of the output.</summary>
    /// <param name="name">Relative path.</param>
    /// <returns>Absolute path.</returns>
    public string OutputFile(string name) => Path.Combine(Output, name);
}

/// <summary>What a stage is expected to cost.</summary>
/// <param name="Seconds">Median (p50) of wall-clock seconds.</param>
/// <param name="SecondsLow">p10.</param>
/// <param name="SecondsHigh">p90.</param>
/// <param name="PeakMemoryBytes">Highest resident memory of the process.</param>
public sealed record StageEstimate(double Seconds, double SecondsLow, double SecondsHigh, long PeakMemoryBytes)
{
    /// <summary>An estimate whose p10 and p90 lie at a stated share around the median.</summary>
    /// <param name="seconds">Median.</param>
    /// <param name="spread">Share, for example 0.2 for minus 20 % to plus 20 %.</param>
    /// <param name="peakMemoryBytes">Highest resident memory.</param>
    /// <returns>The estimate.</returns>
    public static StageEstimate Around(double seconds, double spread, long peakMemoryBytes) =>
        new(seconds, seconds * (1 - spread), seconds * (1 + spread), peakMemoryBytes);
}

/// <summary>JSON whose bytes depend on nothing but the content.</summary>
internal static class CanonicalJson
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Converters = { new System.Text.Json.Serialization.JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
    };

    /// <summary>A settings record as JSON with sorted keys.</summary>
    public static JsonNode Of(object settings) => Sort(JsonSerializer.SerializeToNode(settings, settings.GetType(), Options))!;

    private static JsonNode? Sort(JsonNode? node) => node switch
    {
        JsonObject map => new JsonObject(map.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => new KeyValuePair<string, JsonNode?>(entry.Key, Sort(entry.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Sort)]),
        _ => node?.DeepClone(),
    };
}
