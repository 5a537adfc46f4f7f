using Pangu.Core;

namespace Pangu.Workshop.Plans;

/// <summary>What a stage is given to foresee its cost.</summary>
public sealed class Calibration
{
    /// <summary>Threads that the run will use.</summary>
    public required int Threads { get; init; }

    /// <summary>Seeds for the pieces of work that are measured.</summary>
    public required Seeds Seeds { get; init; }

    /// <summary>An empty folder for scratch.</summary>
    public required string Scratch { get; init; }

    /// <summary>Output folders of inputs that are already done, by stage name; others are missing.</summary>
    public required IReadOnlyDictionary<string, string> InputFolders { get; init; }

    /// <summary>Asks for a stop.</summary>
    public required CancellationToken Cancellation { get; init; }
}
