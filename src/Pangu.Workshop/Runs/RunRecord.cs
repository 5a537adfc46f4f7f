using Pangu.Core;
using Pangu.Workshop.Plans;
using Pangu.Workshop.Stages;

namespace Pangu.Workshop.Runs;

/// <summary>How a run ended.</summary>
public enum RunStatus
{
    /// <summary>Every gated model passed.</summary>
    Released,

    /// <summary>A gated model failed; its package is kept, usable by explicit name.</summary>
    NotReleased,
}

/// <summary>All that a run's report tells.</summary>
public sealed record RunRecord
{
    /// <summary>Identifier of the run: recipe, date and a counter.</summary>
    public required string Run { get; init; }

    /// <summary>Name of the recipe.</summary>
    public required string Recipe { get; init; }

    /// <summary>What the recipe makes, for people.</summary>
    public required string Title { get; init; }

    /// <summary>How it ended.</summary>
    public required RunStatus Status { get; init; }

    /// <summary>Whether simulated stand-in data took the place of real data.</summary>
    public required bool Simulated { get; init; }

    /// <summary>What the operator should know.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>What <c>--data</c> of <c>pangu new</c> may look like for this recipe.</summary>
    public required string ReplicaData { get; init; }

    /// <summary>The models, in order.</summary>
    public required IReadOnlyList<RunModel> Models { get; init; }

    /// <summary>The stages with planned and spent cost.</summary>
    public required IReadOnlyList<RunStage> Stages { get; init; }

    /// <summary>Wall-clock seconds of this run, planning and reporting included.</summary>
    public required double Seconds { get; init; }

    /// <summary>Energy of this run, joules.</summary>
    public required double EnergyJoules { get; init; }

    /// <summary><c>measured</c> or <c>assumed</c>.</summary>
    public required string EnergySource { get; init; }

    /// <summary>Prices that turn cost into money.</summary>
    public required Prices Prices { get; init; }

    /// <summary>Processor, cores, instruction sets.</summary>
    public required string Machine { get; init; }

    /// <summary>Threads used.</summary>
    public required int Threads { get; init; }

    /// <summary>UTC start, ISO 8601.</summary>
    public required string Started { get; init; }

    /// <summary>Folder of the run: report.html, report.md, report.json.</summary>
    public required string Folder { get; init; }
}

/// <summary>One model of a run.</summary>
/// <param name="Name">Registry name.</param>
/// <param name="Hash">Package hash.</param>
/// <param name="Folder">Package folder in the registry.</param>
/// <param name="Card">Its card.</param>
/// <param name="Gated">Whether the run's status depends on it.</param>
public sealed record RunModel(string Name, string Hash, string Folder, Card Card, bool Gated)
{
    /// <summary>What to do with it once it is released; null for a model that is only a step to others.</summary>
    public string? Use { get; init; }
}

/// <summary>One stage of a run.</summary>
/// <param name="Name">Name of the stage.</param>
/// <param name="Planned">What the plan foresaw; null where it was reused or not planned.</param>
/// <param name="Spent">What it cost when it was made.</param>
/// <param name="Reused">Whether an earlier run had made it.</param>
public sealed record RunStage(string Name, StageEstimate? Planned, Spent Spent, bool Reused);
