using Pangu.Core;

namespace Pangu.Data.Generated.Series;

/// <summary>Seasonal autoregression: random stable poles, a seasonal lag and optional seasonal or plain integration.</summary>
/// <remarks>
/// (1 - Phi B^s) prod (1 - z_i B) (y - m) = (1 + theta B) e (Box and Jenkins, multiplicative seasonal models, chapter 9). Poles are drawn inside the
/// unit circle, so that every draw is stable; Phi = 1 is the seasonal random walk, whose season drifts without end.
/// </remarks>
internal sealed class SeasonalAutoregressiveGenerator : ISeriesGenerator
{
    private const int MaximumPolePairs = 2;

    /// <summary>Steps run before the first kept value, in seasons, so that the start is near the stationary law.</summary>
    private const int BurnInSeasons = 3;

    /// <inheritdoc/>
    public void Fill(Span<float> values, TimeGrid grid, RandomStream random)
    {
        int season = (int)Math.Round(grid.DrawPeriod(random));
        bool isSeasonalWalk = random.NextBool(0.4);
        double seasonalMemory = isSeasonalWalk ? 1 : random.NextUniform(0.3, 0.99);
        double movingAverage = random.NextBool(0.5) ? random.NextUniform(-0.8, 0.8) : 0;
        Span<double> coefficients = stackalloc double[(2 * MaximumPolePairs) + 1];
        int order = DrawCoefficients(coefficients, random);

        int burnIn = Math.Min(BurnInSeasons * season, values.Length);
        Span<double> ring = season <= 2048 ? stackalloc double[season] : new double[season];
        foreach (ref double past in ring)
        {
            past = isSeasonalWalk ? random.NextGaussian() * 3 : 0; // the walk needs a season to start from
        }

        Span<double> recent = stackalloc double[coefficients.Length];
        recent.Clear();
        double previousShock = 0;
        for (int t = -burnIn; t < values.Length; t++)
        {
            double shock = random.NextGaussian();
            double inner = shock + (movingAverage * previousShock);
            previousShock = shock;
            for (int i = 0; i < order; i++)
            {
                inner += coefficients[i] * recent[i];
            }

            recent[..^1].CopyTo(recent[1..]);
            recent[0] = inner;
            int slot = (t + burnIn) % season;
            double value = (seasonalMemory * ring[slot]) + inner;
            ring[slot] = value;
            if (t >= 0)
            {
                values[t] = (float)value;
            }
        }

        if (random.NextBool(0.15))
        {
            Integrate(values);
        }
    }

    /// <summary>Expands random poles into lag coefficients: inner_t = sum c_i inner_(t-1-i) + shock.</summary>
    private static int DrawCoefficients(Span<double> coefficients, RandomStream random)
    {
        Span<double> polynomial = stackalloc double[coefficients.Length + 1];
        polynomial.Clear();
        polynomial[0] = 1;
        int order = 0;
        if (random.NextBool(0.8))
        {
            // a real pole with log-uniform memory
            Multiply(polynomial, -Math.Exp(-1 / random.NextLogUniform(1, 200)), 0);
            order = 1;
        }

        int pairCount = random.NextInt(MaximumPolePairs + 1);
        for (int i = 0; i < pairCount; i++)
        {
            double radius = random.NextUniform(0.2, 0.97);
            double angle = random.NextUniform(0, Math.PI);
            Multiply(polynomial, -2 * radius * Math.Cos(angle), radius * radius);
            order += 2;
        }

        for (int i = 0; i < order; i++)
        {
            coefficients[i] = -polynomial[i + 1];
        }

        return order;
    }

    private static void Multiply(Span<double> polynomial, double first, double second)
    {
        for (int i = polynomial.Length - 1; i >= 1; i--)
        {
            polynomial[i] += (first * polynomial[i - 1]) + (i >= 2 ? second * polynomial[i - 2] : 0);
        }
    }

    private static void Integrate(Span<float> values)
    {
        SeasonShape.Standardise(values);
        double sum = 0;
        foreach (ref float value in values)
        {
            sum += value;
            value = (float)sum;
        }
    }
}
