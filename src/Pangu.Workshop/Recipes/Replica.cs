using Pangu.Modalities.Series;

namespace Pangu.Workshop.Recipes;

/// <summary>A recipe to be repeated for a new site.</summary>
/// <param name="Name">Name of the new recipe.</param>
/// <param name="Folder">Absolute path of its folder; paths in it are relative to this.</param>
/// <param name="Extends">The recipe that it extends, relative to the folder.</param>
/// <param name="RunReference">What the operator types after <c>pangu run</c>.</param>
/// <param name="Data">Role and absolute path of each file.</param>
/// <param name="ReadOptions">How CSV files are read; what is left out is detected.</param>
public sealed record Replica(string Name, string Folder, string Extends, string RunReference, IReadOnlyList<(string Role, string Path)> Data, CsvReadOptions ReadOptions);
