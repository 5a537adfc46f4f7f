using Pangu.Core;

namespace Pangu.Evaluation.Prediction.Linear;

/// <summary>A fitted linear forecaster: y[h] = sum over the last L steps of weight[h, t] x[t] + bias[h] on z-scored values with gaps filled, as <see cref="LinearPath"/> says. Legend: <c>C</c> channels, <c>H</c> horizon, <c>L</c> context.</summary>
public sealed record LinearFit
{
    /// <summary>What made it, for example <c>ridge-512</c>.</summary>
    public required string Name { get; init; }

    /// <summary>L.</summary>
    public required int Context { get; init; }

    /// <summary>H.</summary>
    public required int Horizon { get; init; }

    /// <summary>Whether each channel has weights of its own.</summary>
    public required bool PerChannel { get; init; }

    /// <summary>[H, L] or [C, H, L], row-major.</summary>
    public required float[] Weight { get; init; }

    /// <summary>[H] or [C, H], row-major.</summary>
    public required float[] Bias { get; init; }

    /// <summary>The path as a forecast head declares it.</summary>
    public LinearPath Path => new(Name, Context, PerChannel);

    /// <summary>Weights of one channel.</summary>
    /// <param name="channel">Number of the channel.</param>
    /// <returns>[H, L].</returns>
    public ReadOnlySpan<float> WeightOf(int channel) => Weight.AsSpan(PerChannel ? channel * Horizon * Context : 0, Horizon * Context);

    /// <summary>Biases of one channel.</summary>
    /// <param name="channel">Number of the channel.</param>
    /// <returns>[H].</returns>
    public ReadOnlySpan<float> BiasOf(int channel) => Bias.AsSpan(PerChannel ? channel * Horizon : 0, Horizon);
}
