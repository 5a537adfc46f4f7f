using System.Text.Json.Serialization;

namespace Pangu.Core;

/// <summary>Rotary positions (Su et al. 2021): pair i of a head turns by position / base^(2 i / width).</summary>
public sealed record Rotary : Positions
{
    /// <summary>Base of the frequencies. Default 10,000.</summary>
    public double Base { get; init; } = 10_000;

    /// <summary>How many of a head's numbers turn; the rest pass as they are.</summary>
    public required int Width { get; init; }

    /// <summary>Which two numbers form a pair. Default halves.</summary>
    public RotaryPairing Pairing { get; init; } = RotaryPairing.Halves;

    /// <summary>How frequencies are changed for longer contexts; null for not at all.</summary>
    public RopeScaling? Scaling { get; init; }

    /// <summary>Factor of cosines and sines.</summary>
    [JsonIgnore]
    public double Amplitude => Scaling?.Amplitude ?? 1;

    /// <summary>How far each pair turns from one position to the next.</summary>
    /// <returns>[Width / 2] radians, scaling included.</returns>
    public double[] Frequencies()
    {
        var frequencies = new double[Width / 2];
        for (var pair = 0; pair < frequencies.Length; pair++)
        {
            var plain = Math.Pow(Base, -2.0 * pair / Width);
            frequencies[pair] = Scaling?.Apply(plain, pair, this) ?? plain;
        }

        return frequencies;
    }

    /// <summary>Problems of these settings.</summary>
    /// <param name="path">Where the positions stand in the config.</param>
    /// <param name="headWidth">Width E of a head.</param>
    /// <returns>Messages that name the property.</returns>
    public IEnumerable<string> Validate(string path, int headWidth)
    {
        if (Width > headWidth || Width < 2 || Width % 2 != 0)
        {
            yield return $"{path}.width is {Width}; it must be even and at most headWidth, {headWidth}";
        }

        if (!(Base > 1) || !double.IsFinite(Base))
        {
            yield return FormattableString.Invariant($"{path}.base is {Base}; it must be above 1");
        }

        foreach (var problem in Scaling?.Validate($"{path}.scaling") ?? [])
        {
            yield return problem;
        }
    }

    /// <inheritdoc/>
    public override T Accept<T>(IPositionsVisitor<T> visitor) => visitor.Visit(this);
}

/// <summary>Which two numbers of a head form a rotary pair.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RotaryPairing>))]
public enum RotaryPairing
{
    /// <summary>i and i + width / 2 (Hugging Face).</summary>
    [JsonStringEnumMemberName("halves")] Halves,

    /// <summary>2 i and 2 i + 1 (the paper).</summary>
    [JsonStringEnumMemberName("interleaved")] Interleaved,
}
