using Pangu.Core;

namespace Pangu.Data.Generated.Series;

/// <summary>Trend and one to three fixed seasons, added or multiplied, with noise.</summary>
/// <remarks>
/// The textbook decomposition y = T + S + e or y = T (1 + S) + e (Hyndman and Athanasopoulos, "Forecasting: principles and practice", 3rd ed.,
/// section 3.2). Trend: piecewise linear with a few random knots, a power of time, or a logistic growth.
/// </remarks>
internal sealed class TrendSeasonGenerator : ISeriesGenerator
{
    private const int MaximumSeasons = 3;
    private const int MaximumKnots = 5;

    /// <inheritdoc/>
    public void Fill(Span<float> values, TimeGrid grid, RandomStream random)
    {
        double trendGain = random.NextBool(0.7) ? random.NextLogUniform(0.1, 4) : 0;
        FillTrend(values, trendGain, random);
        bool isMultiplicative = random.NextBool(0.4);
        int seasonCount = 1 + random.NextInt(MaximumSeasons);
        Span<float> shape = stackalloc float[SeasonShape.TableLength];
        Span<float> season = values.Length <= 4096 ? stackalloc float[values.Length] : new float[values.Length];
        season.Clear();
        for (int s = 0; s < seasonCount; s++)
        {
            double period = s == 0 ? grid.DrawLeadingPeriod(random) : grid.DrawPeriod(random);
            SeasonShape.Draw(shape, period, random);
            double gain = s == 0 ? 1 : random.NextLogUniform(0.1, 1);
            double phase = random.NextDouble();
            for (int t = 0; t < season.Length; t++)
            {
                season[t] += (float)(gain * SeasonShape.Read(shape, phase + (t / period)));
            }
        }

        double noise = random.NextLogUniform(0.01, 0.5);
        double depth = random.NextUniform(0.1, 0.6);
        for (int t = 0; t < values.Length; t++)
        {
            double level = values[t];
            double deterministic = isMultiplicative ? (3 + level) * (1 + (depth * season[t])) : level + season[t];
            values[t] = (float)(deterministic + (noise * random.NextGaussian()));
        }
    }

    private static void FillTrend(Span<float> values, double gain, RandomStream random)
    {
        int kind = random.NextInt(4);
        if (kind <= 1)
        {
            FillPiecewiseLinear(values, gain, random);
            return;
        }

        double exponent = random.NextUniform(0.3, 2.5);
        double middle = random.NextUniform(0.1, 0.9);
        double steepness = random.NextUniform(4, 30);
        double signedGain = random.NextBool(0.5) ? gain : -gain;
        for (int t = 0; t < values.Length; t++)
        {
            double u = (double)t / values.Length;
            double curve = kind == 2 ? Math.Pow(u, exponent) : 1 / (1 + Math.Exp(-steepness * (u - middle)));
            values[t] = (float)(signedGain * curve);
        }
    }

    private static void FillPiecewiseLinear(Span<float> values, double gain, RandomStream random)
    {
        int knotCount = random.NextInt(MaximumKnots);
        double changeProbability = (double)knotCount / values.Length;
        double slope = gain * random.NextGaussian() / values.Length;
        double level = 0;
        foreach (ref float value in values)
        {
            if (random.NextBool(changeProbability))
            {
                slope = gain * random.NextGaussian() / values.Length;
            }

            level += slope;
            value = (float)level;
        }
    }
}
