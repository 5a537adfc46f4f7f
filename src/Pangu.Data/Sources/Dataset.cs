namespace Pangu.Data.Sources;

/// <summary>What a data set holds.</summary>
public enum DatasetKind
{
    /// <summary>CSV files of time series.</summary>
    Series,

    /// <summary>Text files in UTF-8.</summary>
    Text,

    /// <summary>Anything that this version does not read itself yet.</summary>
    Other,
}

/// <summary>An entry of the catalogue: <c>datasets/&lt;id&gt;.yaml</c>.</summary>
public sealed record Dataset
{
    /// <summary>Its id: the file's name.</summary>
    public required string Id { get; init; }

    /// <summary>Title.</summary>
    public required string Title { get; init; }

    /// <summary>What it holds.</summary>
    public required DatasetKind Kind { get; init; }

    /// <summary>Licence, with what it asks for.</summary>
    public required string Licence { get; init; }

    /// <summary>Where it comes from; null for a simulated set.</summary>
    public Uri? Homepage { get; init; }

    /// <summary>What it is, in a few sentences.</summary>
    public required string Description { get; init; }

    /// <summary>Its files.</summary>
    public required IReadOnlyList<DatasetFile> Files { get; init; }

    /// <summary>Its columns; empty where they are not described.</summary>
    public IReadOnlyList<DatasetColumn> Columns { get; init; } = [];

    /// <summary>How its rows are divided; null where no division is customary.</summary>
    public DatasetSplits? Splits { get; init; }

    /// <summary>How models are compared on it; null where nothing is customary.</summary>
    public string? Protocol { get; init; }

    /// <summary>Figures published by others.</summary>
    public IReadOnlyList<PublishedResult> Published { get; init; } = [];

    /// <summary>How it is made, for a simulated set; null for real data.</summary>
    public SimulatedSource? Simulated { get; init; }
}

/// <summary>A file of a data set.</summary>
/// <param name="Path">Relative path, the same in the cache and in mirrors.</param>
/// <param name="Bytes">Size; null for a simulated file.</param>
/// <param name="Sha256">SHA-256 in lower-case hexadecimal; null for a simulated file.</param>
/// <param name="Sources">Addresses, tried in order; empty for a simulated file.</param>
public sealed record DatasetFile(string Path, long? Bytes, string? Sha256, IReadOnlyList<Uri> Sources);

/// <summary>A column of a data set's tables.</summary>
/// <param name="Name">Name in the file.</param>
/// <param name="Unit">Unit; null where the source states none.</param>
/// <param name="Meaning">What it measures.</param>
public sealed record DatasetColumn(string Name, string? Unit, string? Meaning);

/// <summary>Division of rows in time order: whole numbers above 1 are rows, numbers up to 1 are shares.</summary>
/// <param name="Train">First part.</param>
/// <param name="Validation">Next part.</param>
/// <param name="Test">Next part.</param>
public sealed record DatasetSplits(double Train, double Validation, double Test);

/// <summary>Figures of one model published by others.</summary>
/// <param name="Model">Name of the model.</param>
/// <param name="Setting">Setting, for example <c>look-back 96</c>; null for none.</param>
/// <param name="Source">Where the figures are from.</param>
/// <param name="Metrics">Value by metric key, for example <c>etth1-96/test/mse</c>.</param>
public sealed record PublishedResult(string Model, string? Setting, string Source, IReadOnlyDictionary<string, double> Metrics);

/// <summary>How a simulated set is made.</summary>
/// <param name="Generator">Name of the generator.</param>
/// <param name="Seed">Root seed.</param>
/// <param name="Settings">The generator's settings as they stand in the file, with their lines.</param>
public sealed record SimulatedSource(string Generator, ulong Seed, YamlSection Settings);
