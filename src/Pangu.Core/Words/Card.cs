using System.Text.Json.Serialization;

namespace Pangu.Core;

/// <summary>What a model says of itself; made by the run, never by hand. Stored as <c>card.json</c> beside the model files and not part of the package hash.</summary>
public sealed record Card
{
    /// <summary>Version of this document's shape.</summary>
    public int Schema { get; init; } = 1;

    /// <summary>Registry name, for example <c>power-transformer/forecast</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Tier of the model.</summary>
    public required Tier Tier { get; init; }

    /// <summary>Family of the model.</summary>
    public required Family Family { get; init; }

    /// <summary>What the model can be asked.</summary>
    public required Capability Capability { get; init; }

    /// <summary>Package hash of the model this one was tuned from; null for a foundation model.</summary>
    public string? Parent { get; init; }

    /// <summary>Licence of the weights.</summary>
    public required string Licence { get; init; }

    /// <summary>True when simulated stand-in data took the place of real data.</summary>
    public bool Simulated { get; init; }

    /// <summary>The data the model has seen, with the hash of its bytes or of the generator's settings.</summary>
    public IReadOnlyList<DataFingerprint> Data { get; init; } = [];

    /// <summary>The settings the model was made with: dotted path to value.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new SortedDictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Measured figures, keyed <c>dataset[-horizon]/split/metric</c>.</summary>
    public IReadOnlyDictionary<string, double> Metrics { get; init; } = new SortedDictionary<string, double>(StringComparer.Ordinal);

    /// <summary>The same figures of baselines run in the same run: baseline name to metric key to value.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, double>> Baselines { get; init; } = new SortedDictionary<string, IReadOnlyDictionary<string, double>>(StringComparer.Ordinal);

    /// <summary>The gate's verdict; null when the recipe gates nothing for this model.</summary>
    public GateResult? Gate { get; init; }

    /// <summary>What depends on the machine and the day: time, energy, hardware. Never part of any hash.</summary>
    public Measured? Measured { get; init; }
}

/// <summary>One source of data and the hash that identifies its content.</summary>
/// <param name="Id">Catalogue id or path.</param>
/// <param name="Sha256">Lower-case hexadecimal SHA-256 of the bytes, or of the generator's settings.</param>
/// <param name="Licence">Licence of the data.</param>
/// <param name="Role">What the data was used for, for example <c>train</c> or <c>evaluate</c>.</param>
public sealed record DataFingerprint(string Id, string Sha256, string Licence, string Role);

/// <summary>The gate's verdict on one model.</summary>
/// <param name="Passed">True when every check passed.</param>
/// <param name="Checks">Each bar with what was measured.</param>
public sealed record GateResult(bool Passed, IReadOnlyList<GateCheck> Checks);

/// <summary>One measured bar.</summary>
/// <param name="Name">Short name, for example <c>beats-best-baseline</c>.</param>
/// <param name="Passed">Whether the bar was met.</param>
/// <param name="Value">What was measured.</param>
/// <param name="Minimum">Smallest value that passes; null when there is none.</param>
/// <param name="Maximum">Largest value that passes; null when there is none.</param>
/// <param name="Detail">One sentence for a person: what was compared with what.</param>
public sealed record GateCheck(
    string Name,
    bool Passed,
    double Value,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] double? Minimum,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] double? Maximum,
    string Detail);

/// <summary>What a run spent, on which machine.</summary>
public sealed record Measured
{
    /// <summary>Wall-clock seconds spent on the model and everything it needed.</summary>
    public required double Seconds { get; init; }

    /// <summary>Seconds that the plan foresaw; null when no plan was made.</summary>
    public double? PlannedSeconds { get; init; }

    /// <summary>Energy spent, in joules.</summary>
    public required double EnergyJoules { get; init; }

    /// <summary><c>measured</c> (RAPL) or <c>assumed</c> (seconds times an assumed power).</summary>
    public required string EnergySource { get; init; }

    /// <summary>Processor, core count and instruction sets.</summary>
    public required string Machine { get; init; }

    /// <summary>Operating system.</summary>
    public required string OperatingSystem { get; init; }

    /// <summary>Threads used.</summary>
    public required int Threads { get; init; }

    /// <summary>Version of Pangu and of libtorch.</summary>
    public required string Software { get; init; }

    /// <summary>UTC time of completion, ISO 8601.</summary>
    public required string Finished { get; init; }
}
