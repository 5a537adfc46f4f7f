using Pangu.Numerics;
using static TorchSharp.torch;

namespace Pangu.Tensors;

/// <summary>How queries and keys are prepared for attention (<see cref="KernelOperators.PrepareHeads"/>). Its tensors stay the caller's and must live until the backward pass is over.</summary>
/// <param name="Shape">Sizes.</param>
public sealed record HeadSettings(HeadShape Shape)
{
    /// <summary>Weight of the queries' RMS norm [E]; null for none.</summary>
    public Tensor? QueryNorm { get; init; }

    /// <summary>Weight of the keys' RMS norm [E]; null for none, as for the queries.</summary>
    public Tensor? KeyNorm { get; init; }

    /// <summary>Cosines [positions, ..., W / 2]; null where nothing turns.</summary>
    public Tensor? Cosines { get; init; }

    /// <summary>Sines [positions, ..., W / 2]; null where nothing turns.</summary>
    public Tensor? Sines { get; init; }

    /// <summary>First token of each token's document [N, T] row-major; null where every row is one document.</summary>
    public int[]? FirstSeen { get; init; }
}
