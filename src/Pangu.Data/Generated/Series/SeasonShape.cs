using Pangu.Core;

namespace Pangu.Data.Generated.Series;

/// <summary>One cycle of a season, tabulated over its phase, and reading from such a table.</summary>
internal static class SeasonShape
{
    /// <summary>Entries of a table; a power of two, so that phases wrap by a mask.</summary>
    public const int TableLength = 256;

    private const int MaximumHarmonics = 10;

    /// <summary>Fills a table with a random smooth or edged cycle of mean 0 and variance 1.</summary>
    /// <param name="table">Receives <see cref="TableLength"/> values.</param>
    /// <param name="period">Steps of the cycle: harmonics shorter than 2 steps are left out.</param>
    /// <param name="random">Source of the draws.</param>
    /// <remarks>sum over k of g_k k^-d cos(2 pi k u + p_k), g_k standard normal, d uniform in 0.5 .. 2.2: from edged to nearly a sine.</remarks>
    public static void Draw(Span<float> table, double period, RandomStream random)
    {
        table.Clear();
        int harmonicCount = (int)Math.Clamp(period / 2, 1, MaximumHarmonics);
        harmonicCount = 1 + random.NextInt(harmonicCount);
        double decay = random.NextUniform(0.5, 2.2);
        bool hasStrongFundamental = random.NextBool(0.5);
        for (int k = 1; k <= harmonicCount; k++)
        {
            double gain = random.NextGaussian() * Math.Pow(k, -decay);
            if (k == 1 && hasStrongFundamental)
            {
                gain = Math.CopySign(Math.Max(Math.Abs(gain), 0.7), gain);
            }

            AddHarmonic(table, k, gain, random.NextUniform(0, 2 * Math.PI));
        }

        Standardise(table);
    }

    /// <summary>Reads a table at a phase, interpolated linearly.</summary>
    /// <param name="table">A table of <see cref="TableLength"/> values.</param>
    /// <param name="cycles">Phase in cycles, not negative; only its fraction counts.</param>
    public static float Read(ReadOnlySpan<float> table, double cycles)
    {
        double position = (cycles - Math.Floor(cycles)) * TableLength;
        int index = (int)position;
        float fraction = (float)(position - index);
        float left = table[index & (TableLength - 1)];
        float right = table[(index + 1) & (TableLength - 1)];
        return left + (fraction * (right - left));
    }

    /// <summary>Shifts and scales to mean 0 and variance 1; a constant becomes zeros.</summary>
    public static void Standardise(Span<float> values)
    {
        double sum = 0;
        double sumOfSquares = 0;
        foreach (float value in values)
        {
            sum += value;
            sumOfSquares += (double)value * value;
        }

        double mean = sum / values.Length;
        double variance = (sumOfSquares / values.Length) - (mean * mean);
        // relative bound: what is below is rounding of a constant
        double scale = variance > 1e-10 * (1e-10 + (mean * mean)) ? 1 / Math.Sqrt(variance) : 0;
        foreach (ref float value in values)
        {
            value = (float)((value - mean) * scale);
        }
    }

    private static void AddHarmonic(Span<float> table, int order, double gain, double phase)
    {
        // rotation by a fixed angle: one sine and cosine a harmonic instead of one an entry
        (double sinStep, double cosStep) = Math.SinCos(2 * Math.PI * order / TableLength);
        (double sin, double cos) = Math.SinCos(phase);
        for (int i = 0; i < table.Length; i++)
        {
            table[i] += (float)(gain * cos);
            (cos, sin) = ((cos * cosStep) - (sin * sinStep), (sin * cosStep) + (cos * sinStep));
        }
    }
}
