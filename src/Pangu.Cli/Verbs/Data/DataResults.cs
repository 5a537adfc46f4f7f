using System.Text.Json.Serialization;

namespace Pangu.Cli.Verbs.Data;

/// <summary>What <c>data list --json</c> prints.</summary>
internal sealed record DataListResult(int Schema, IReadOnlyList<DataSummary> Datasets);

/// <summary>A data set of the catalogue.</summary>
internal sealed record DataSummary(string Id, string Title, string Kind, string Licence, bool Simulated, int FileCount, long Bytes);

/// <summary>What <c>data pull --json</c> prints.</summary>
internal sealed record DataPullResult(int Schema, string Id, string Licence, bool Simulated, IReadOnlyList<PulledFileResult> Files);

/// <summary>A file at hand.</summary>
internal sealed record PulledFileResult(string Path, long Bytes, string Sha256, string Origin);

/// <summary>What <c>data inspect --json</c> prints: figures over all tables, then each table.</summary>
internal sealed record DataInspectResult(int Schema, string Source, long Records, IReadOnlyList<FieldResult> Fields, IReadOnlyList<SplitResult> Splits, IReadOnlyList<TableResult> Tables)
{
    /// <summary>Whether the data was generated here.</summary>
    public bool Simulated { get; init; }
}

/// <summary>One table.</summary>
internal sealed record TableResult(string Path, long Records, string? Time, string? First, string? Last, double? IntervalSeconds, IReadOnlyList<FieldResult> Fields, IReadOnlyList<SplitResult> Splits, IReadOnlyList<string> Notes);

/// <summary>One column of numbers; figures are over the values that are there, null when none is.</summary>
internal sealed record FieldResult(string Name, string? Unit, string? Meaning, long Missing, double? Minimum, double? Maximum, double? Mean, double? Deviation);

/// <summary>One part of a table in order of time.</summary>
internal sealed record SplitResult(string Name, int Start, int Records);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(DataListResult))]
[JsonSerializable(typeof(DataPullResult))]
[JsonSerializable(typeof(DataInspectResult))]
internal sealed partial class DataJson : JsonSerializerContext;
