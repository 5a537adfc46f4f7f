using System.Text.Json.Serialization;
using Pangu.Core;

namespace Pangu.Training;

/// <summary>Everything that a training needs to go on as if it had never stopped.</summary>
/// <param name="Progress">Counters.</param>
/// <param name="Tensors">Weights, statistics, optimizer state, averages, best weights and the loss log, by name.</param>
public sealed record Checkpoint(TrainingProgress Progress, IReadOnlyDictionary<string, TensorData> Tensors);

/// <summary>How far a training has come.</summary>
public sealed record TrainingProgress
{
    /// <summary>What is trained on what; a checkpoint is only taken up by a training of the same identity.</summary>
    public required string Identity { get; init; }

    /// <summary>Steps done.</summary>
    public required long Step { get; init; }

    /// <summary>Places of the data order that are left out, ascending.</summary>
    public IReadOnlyList<long> SkippedDraws { get; init; } = [];

    /// <summary>Failures so far, in order.</summary>
    public IReadOnlyList<TrainingFailure> Failures { get; init; } = [];

    /// <summary>Validation figures so far, in order of steps.</summary>
    public IReadOnlyList<ValidationFigure> Validations { get; init; } = [];

    /// <summary>Steps whose batches held nothing to learn from, so that nothing was changed.</summary>
    public long EmptySteps { get; init; }

    /// <summary>Whether training ended before its last step for want of better figures.</summary>
    public bool StoppedEarly { get; init; }
}

/// <summary>One failed step.</summary>
/// <param name="Step">The step.</param>
/// <param name="Draw">Its place in the data order.</param>
/// <param name="Reason">What was wrong, in words.</param>
/// <param name="BackToStep">The step that training went back to.</param>
/// <param name="SkippedDraws">Places of the data order left out from then on.</param>
public sealed record TrainingFailure(long Step, long Draw, string Reason, long BackToStep, IReadOnlyList<long> SkippedDraws);

/// <summary>One validation.</summary>
/// <param name="Step">Steps done before it.</param>
/// <param name="Figure">The error; lower is better.</param>
public sealed record ValidationFigure(long Step, double Figure);

/// <summary>What a checkpoint folder holds, with hashes.</summary>
/// <param name="Format">Name and version of the layout.</param>
/// <param name="Files">Every other file of the folder.</param>
internal sealed record CheckpointManifest(string Format, IReadOnlyList<CheckpointFile> Files);

/// <summary>One file of a checkpoint.</summary>
/// <param name="Name">File name.</param>
/// <param name="Bytes">Length.</param>
/// <param name="Sha256">Lower-case hexadecimal hash.</param>
internal sealed record CheckpointFile(string Name, long Bytes, string Sha256);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    WriteIndented = true,
    NewLine = "\n")]
[JsonSerializable(typeof(TrainingProgress))]
[JsonSerializable(typeof(CheckpointManifest))]
internal sealed partial class CheckpointJson : JsonSerializerContext;
