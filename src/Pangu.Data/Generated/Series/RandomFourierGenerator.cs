using Pangu.Core;

namespace Pangu.Data.Generated.Series;

/// <summary>Smooth random functions: stationary Gaussian processes by random Fourier features.</summary>
/// <remarks>
/// f(t) = sqrt(2 / M) sum over m of cos(w_m t + p_m), w_m drawn from the kernel's spectral density (Rahimi and Recht, NIPS 2007): normal for the
/// squared exponential kernel, Cauchy for the exponential one. Linear in the length, where an exact draw is cubic. A part of the draws multiplies by
/// a season, which gives the locally periodic kernel.
/// </remarks>
internal sealed class RandomFourierGenerator : ISeriesGenerator
{
    private const int FeatureCount = 24;

    /// <summary>Fastest feature kept, radians a step: two steps a cycle.</summary>
    private const double FastestFrequency = Math.PI;

    /// <inheritdoc/>
    public void Fill(Span<float> values, TimeGrid grid, RandomStream random)
    {
        values.Clear();
        double lengthScale = random.NextLogUniform(6, 600);
        bool isRough = random.NextBool(0.4);
        double gain = Math.Sqrt(2.0 / FeatureCount);
        for (int m = 0; m < FeatureCount; m++)
        {
            double frequency = random.NextGaussian();
            if (isRough)
            {
                frequency /= Math.Max(Math.Abs(random.NextGaussian()), 1e-3); // normal over normal: Cauchy
            }

            frequency = Math.Clamp(frequency / lengthScale, -FastestFrequency, FastestFrequency);
            AddCosine(values, gain, frequency, random.NextUniform(0, 2 * Math.PI));
        }

        if (random.NextBool(0.3))
        {
            MultiplySeason(values, grid.DrawPeriod(random), random);
        }
    }

    private static void AddCosine(Span<float> values, double gain, double frequency, double phase)
    {
        (double sinStep, double cosStep) = Math.SinCos(frequency);
        (double sin, double cos) = Math.SinCos(phase);
        sin *= gain;
        cos *= gain;
        foreach (ref float value in values)
        {
            value += (float)cos;
            (cos, sin) = ((cos * cosStep) - (sin * sinStep), (sin * cosStep) + (cos * sinStep));
        }
    }

    private static void MultiplySeason(Span<float> values, double period, RandomStream random)
    {
        Span<float> shape = stackalloc float[SeasonShape.TableLength];
        SeasonShape.Draw(shape, period, random);
        double offset = random.NextUniform(0, 2);
        for (int t = 0; t < values.Length; t++)
        {
            values[t] = (float)((values[t] + offset) * SeasonShape.Read(shape, t / period));
        }
    }
}
