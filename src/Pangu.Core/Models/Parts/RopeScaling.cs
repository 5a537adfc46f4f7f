using System.Text.Json.Serialization;

namespace Pangu.Core;

/// <summary>How the frequencies of rotary positions are changed, so that a model reaches beyond the lengths it was trained on.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(LinearRopeScaling), "linear")]
[JsonDerivedType(typeof(Llama3RopeScaling), "llama3")]
[JsonDerivedType(typeof(YarnRopeScaling), "yarn")]
public abstract record RopeScaling
{
    private protected RopeScaling()
    {
    }

    /// <summary>s: how many times longer contexts become.</summary>
    public required double Factor { get; init; }

    /// <summary>Factor of cosines and sines.</summary>
    [JsonIgnore]
    public virtual double Amplitude => 1;

    /// <summary>Changes one frequency.</summary>
    /// <param name="frequency">Radians a position without scaling.</param>
    /// <param name="pair">Index of the pair.</param>
    /// <param name="rotary">The positions it belongs to.</param>
    /// <returns>Radians a position.</returns>
    public abstract double Apply(double frequency, int pair, Rotary rotary);

    /// <summary>Problems of these settings.</summary>
    /// <param name="path">Where the scaling stands in the config.</param>
    /// <returns>Messages that name the property.</returns>
    public virtual IEnumerable<string> Validate(string path)
    {
        if (!(Factor > 0) || !double.IsFinite(Factor))
        {
            yield return FormattableString.Invariant($"{path}.factor is {Factor}; it must be positive");
        }
    }
}

/// <summary>Every frequency divided by the factor (Chen et al. 2023).</summary>
public sealed record LinearRopeScaling : RopeScaling
{
    /// <inheritdoc/>
    public override double Apply(double frequency, int pair, Rotary rotary) => frequency / Factor;
}

/// <summary>Short wavelengths stay, long ones are stretched by the factor, those between are mixed (Llama 3.1).</summary>
public sealed record Llama3RopeScaling : RopeScaling
{
    /// <summary>L0: positions of the first training.</summary>
    public required double OriginalPositions { get; init; }

    /// <summary>Wavelengths above L0 / this are stretched whole.</summary>
    public required double LowFrequencyFactor { get; init; }

    /// <summary>Wavelengths below L0 / this stay as they are.</summary>
    public required double HighFrequencyFactor { get; init; }

    /// <inheritdoc/>
    public override double Apply(double frequency, int pair, Rotary rotary)
    {
        var wavelength = 2 * Math.PI / frequency;
        if (wavelength < OriginalPositions / HighFrequencyFactor)
        {
            return frequency;
        }

        if (wavelength > OriginalPositions / LowFrequencyFactor)
        {
            return frequency / Factor;
        }

        var kept = ((OriginalPositions / wavelength) - LowFrequencyFactor) / (HighFrequencyFactor - LowFrequencyFactor);
        return ((1 - kept) * frequency / Factor) + (kept * frequency);
    }

    /// <inheritdoc/>
    public override IEnumerable<string> Validate(string path) =>
    [
        .. base.Validate(path),
        .. OriginalPositions > 0 && LowFrequencyFactor > 0 && HighFrequencyFactor > LowFrequencyFactor
            ? Array.Empty<string>()
            : [FormattableString.Invariant($"{path} has originalPositions {OriginalPositions}, lowFrequencyFactor {LowFrequencyFactor} and highFrequencyFactor {HighFrequencyFactor}; all must be positive and the last above the second")],
    ];
}

/// <summary>A ramp over the pairs between unchanged and stretched frequencies, and larger scores (YaRN, Peng et al. 2023).</summary>
public sealed record YarnRopeScaling : RopeScaling
{
    /// <summary>L0: positions of the first training.</summary>
    public required double OriginalPositions { get; init; }

    /// <summary>Pairs that turn more often than this over L0 positions stay as they are. Default 32.</summary>
    public double BetaFast { get; init; } = 32;

    /// <summary>Pairs that turn less often than this over L0 positions are stretched whole. Default 1.</summary>
    public double BetaSlow { get; init; } = 1;

    /// <summary>Whether the ends of the ramp are rounded outwards to whole pairs. Default true.</summary>
    public bool Truncate { get; init; } = true;

    /// <summary>Factor of cosines and sines; null for 0.1 ln(factor) + 1, or 1 where the factor is at most 1.</summary>
    public double? AttentionFactor { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public override double Amplitude => AttentionFactor ?? MagnitudeOf(Factor, 1);

    /// <summary>0.1 magnitude ln(factor) + 1, or 1 where the factor is at most 1 (YaRN, equation 22).</summary>
    /// <param name="factor">s.</param>
    /// <param name="magnitude">Weight of the logarithm.</param>
    /// <returns>The factor of cosines and sines.</returns>
    public static double MagnitudeOf(double factor, double magnitude) => factor <= 1 ? 1 : (0.1 * magnitude * Math.Log(factor)) + 1;

    /// <inheritdoc/>
    public override double Apply(double frequency, int pair, Rotary rotary)
    {
        var (low, high) = (PairAt(BetaFast, rotary), PairAt(BetaSlow, rotary));
        if (Truncate)
        {
            (low, high) = (Math.Floor(low), Math.Ceiling(high));
        }

        (low, high) = (Math.Max(low, 0), Math.Min(high, rotary.Width - 1));
        if (low == high)
        {
            high += 0.001;
        }

        var stretched = Math.Clamp((pair - low) / (high - low), 0, 1);
        return (frequency / Factor * stretched) + (frequency * (1 - stretched));
    }

    /// <inheritdoc/>
    public override IEnumerable<string> Validate(string path) =>
    [
        .. base.Validate(path),
        .. OriginalPositions > 0 && BetaFast > 0 && BetaSlow > 0 && AttentionFactor is null or > 0
            ? Array.Empty<string>()
            : [FormattableString.Invariant($"{path} has originalPositions {OriginalPositions}, betaFast {BetaFast}, betaSlow {BetaSlow} and attentionFactor {AttentionFactor}; all must be positive")],
    ];

    /// <summary>Which pair (a fraction) turns so many times over L0 positions.</summary>
    private double PairAt(double turns, Rotary rotary) => rotary.Width * Math.Log(OriginalPositions / (2 * Math.PI * turns)) / (2 * Math.Log(rotary.Base));
}
