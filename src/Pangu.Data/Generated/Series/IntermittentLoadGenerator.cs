using Pangu.Core;

namespace Pangu.Data.Generated.Series;

/// <summary>Loads that come and go: one to six units switching on and off, more often at certain hours, or counts of arrivals.</summary>
/// <remarks>
/// Each unit is a two-state Markov chain; the chance to switch on follows the season's shape. Counts are Poisson with a seasonal rate (drawn by
/// Knuth's product method: rates stay below 20). Mostly-zero series are Croston's intermittent demand (1972).
/// </remarks>
internal sealed class IntermittentLoadGenerator : ISeriesGenerator
{
    private const int MaximumUnits = 6;

    /// <inheritdoc/>
    public void Fill(Span<float> values, TimeGrid grid, RandomStream random)
    {
        Span<float> shape = stackalloc float[SeasonShape.TableLength];
        double period = grid.DrawPeriod(random);
        SeasonShape.Draw(shape, period, random);
        double seasonDepth = random.NextUniform(0, 1.5);
        double phase = random.NextDouble();
        if (random.NextBool(0.35))
        {
            double meanRate = random.NextLogUniform(0.1, 5);
            for (int t = 0; t < values.Length; t++)
            {
                double rate = meanRate * Math.Exp(seasonDepth * SeasonShape.Read(shape, phase + (t / period)));
                values[t] = Poisson(Math.Min(rate, 20), random);
            }

            return;
        }

        values.Clear();
        int unitCount = 1 + random.NextInt(MaximumUnits);
        for (int unit = 0; unit < unitCount; unit++)
        {
            AddUnit(values, shape, seasonDepth, period, phase, random);
        }

        double noise = random.NextLogUniform(0.005, 0.1);
        foreach (ref float value in values)
        {
            value += (float)(noise * random.NextGaussian());
        }
    }

    private static void AddUnit(Span<float> values, ReadOnlySpan<float> shape, double seasonDepth, double period, double phase, RandomStream random)
    {
        double power = random.NextLogUniform(0.3, 2);
        double meanOn = random.NextLogUniform(2, period + 4);
        double meanOff = random.NextLogUniform(2, (2 * period) + 4);
        bool isOn = random.NextBool(meanOn / (meanOn + meanOff));
        for (int t = 0; t < values.Length; t++)
        {
            double season = Math.Exp(seasonDepth * SeasonShape.Read(shape, phase + (t / period)));
            double switchProbability = isOn ? 1 / (meanOn * season) : season / meanOff;
            if (random.NextBool(switchProbability))
            {
                isOn = !isOn;
            }

            values[t] += isOn ? (float)power : 0;
        }
    }

    private static int Poisson(double rate, RandomStream random)
    {
        double limit = Math.Exp(-rate);
        double product = random.NextDouble();
        int count = 0;
        while (product > limit)
        {
            product *= random.NextDouble();
            count++;
        }

        return count;
    }
}
