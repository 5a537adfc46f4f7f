using System.Text.Json.Serialization;
using Pangu.Core;

namespace Pangu.Cli.Verbs.Models;

/// <summary>A model as lists show it.</summary>
internal sealed record ModelRow(
    string Name, Tier Tier, Family Family, Capability Capability, string Hash, string? Parent, long Bytes, string Licence, bool Released, bool Simulated, string Folder)
{
    /// <summary>Steps from the foundation model, in <c>models tree</c> alone.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Depth { get; init; }

    public static ModelRow Of(RegisteredModel model) => new(
        model.Name, model.Card.Tier, model.Card.Family, model.Card.Capability, model.Hash, model.Card.Parent, model.Bytes, model.Card.Licence, model.Released, model.Card.Simulated, model.Folder);

    /// <summary>One word on what the gate said.</summary>
    public static string State(RegisteredModel model) => model.Card.Gate is null ? "not gated" : model.Released ? "released" : "not released";
}

/// <summary>What <c>models list --json</c> and <c>models tree --json</c> print.</summary>
internal sealed record ModelRows(int Schema, IReadOnlyList<ModelRow> Models);

/// <summary>What <c>models import --json</c> prints.</summary>
internal sealed record ImportResult(int Schema, ModelRow Model, IReadOnlyList<string> Notes);

/// <summary>What <c>models rm --json</c> prints.</summary>
internal sealed record RemoveResult(int Schema, string Name, string Hash);

/// <summary>What <c>models reindex --json</c> prints.</summary>
internal sealed record ReindexResult(int Schema, int Models);

/// <summary>What <c>models export --json</c> prints.</summary>
internal sealed record ExportResult(int Schema, string Folder, string Format, long Bytes);

/// <summary>What <c>models show --json</c> prints.</summary>
internal sealed record ShowResult(
    int Schema, string Folder, string Hash, bool Intact, ModelRow? Model, Card? Card, IReadOnlyList<ModelRow> Lineage, ModelFacts Facts, IReadOnlyList<ModelFile> Files);

/// <summary>What a model is by its config.</summary>
internal sealed record ModelFacts(Family Family, Capability Capability, string Architecture, long Parameters, IReadOnlyList<string> Notes);

/// <summary>A file of a model.</summary>
internal sealed record ModelFile(string Path, long Bytes, string Sha256);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(ModelRows))]
[JsonSerializable(typeof(ImportResult))]
[JsonSerializable(typeof(RemoveResult))]
[JsonSerializable(typeof(ReindexResult))]
[JsonSerializable(typeof(ExportResult))]
[JsonSerializable(typeof(ShowResult))]
[JsonSerializable(typeof(WeightFileResult))]
internal sealed partial class ModelsJson : JsonSerializerContext;
