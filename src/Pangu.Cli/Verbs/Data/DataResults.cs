using System.Text.Json.Serialization;
using Pangu.Data.Inspection;

namespace Pangu.Cli.Verbs.Data;

/// <summary>What <c>data list --json</c> prints.</summary>
internal sealed record DataListResult(int Schema, IReadOnlyList<DataSummary> Datasets);

/// <summary>A data set of the catalogue.</summary>
internal sealed record DataSummary(string Id, string Title, string Kind, string Licence, bool Simulated, int FileCount, long Bytes);

/// <summary>What <c>data pull --json</c> prints.</summary>
internal sealed record DataPullResult(int Schema, string Id, string Licence, bool Simulated, IReadOnlyList<PulledFileResult> Files);

/// <summary>A file at hand; <c>path</c> is absolute, <c>name</c> the one inside the data set.</summary>
internal sealed record PulledFileResult(string Name, string Path, long Bytes, string Sha256, string Origin);

/// <summary>What <c>data inspect --json</c> prints: records of all tables, fields and splits of the first, then each table.</summary>
internal sealed record DataInspectResult(int Schema, string Source, bool Simulated, long Records, IReadOnlyList<FieldSummary> Fields, IReadOnlyList<SplitSummary> Splits, IReadOnlyList<TableResult> Tables);

/// <summary>One table.</summary>
internal sealed record TableResult(string Path, DataInspection Inspection);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(DataListResult))]
[JsonSerializable(typeof(DataPullResult))]
[JsonSerializable(typeof(DataInspectResult))]
internal sealed partial class DataJson : JsonSerializerContext;
