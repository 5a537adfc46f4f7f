using Pangu.Core;

namespace Pangu.Data.Generated.Series;

/// <summary>Composes what loads, flows and temperatures are made of: a season, a slow level, deviations that persist for part of a cycle, and noise.</summary>
/// <remarks>
/// Half of the series are plain: level of any memory and white noise. The others have memories relative to the cycle, so that the same holds at every sampling interval, and deviations
/// with a time constant of a part of the cycle, which follow what hourly plant records show. In the training rows of ETTh1 and ETTh2, within three weeks, the mean day explains 10-54 %
/// of the variance, the level from day to day 20-68 % (autocorrelation over a day 0.2-0.8), and the rest, 18-52 %, is no white noise: its autocorrelation is about 0.7 after one hour,
/// 0.4 after three and 0 after six.
/// </remarks>
internal static class LayeredSeries
{
    private const double PlainShare = 0.5;
    private const double SeasonShare = 0.92;
    private const double CycleLevelShare = 0.7;
    private const double DeviationShare = 0.75;
    private const double MultiplicativeShare = 0.2;

    /// <summary>Writes one series.</summary>
    /// <param name="values">Receives the series.</param>
    /// <param name="layer">Working space of the same length.</param>
    /// <param name="grid">What one step means.</param>
    /// <param name="generators">A generator for each <see cref="SeriesFamily"/>, in its order.</param>
    /// <param name="random">Source of the draws.</param>
    public static void Fill(Span<float> values, Span<float> layer, TimeGrid grid, ISeriesGenerator[] generators, RandomStream random)
    {
        bool isPlain = random.NextBool(PlainShare);
        FillSeason(values, isPlain ? 2 : 3, grid, generators, random);
        FillLevel(layer, isPlain, grid, generators, random);
        bool isMultiplicative = random.NextBool(MultiplicativeShare);
        double depth = random.NextUniform(0.2, 0.6);
        for (int t = 0; t < values.Length; t++)
        {
            // a season cannot turn upside down with the level
            double strength = isMultiplicative ? Math.Max(1 + (depth * layer[t]), 0) : 1;
            values[t] = (float)((values[t] * strength) + layer[t]);
        }

        if (isPlain)
        {
            AddNoise(values, random.NextLogUniform(0.03, 0.8), random);
        }
        else
        {
            AddDeviations(values, grid, random);
            AddNoise(values, random.NextLogUniform(0.02, 0.6), random);
        }
    }

    private static void FillSeason(Span<float> values, double largestGain, TimeGrid grid, ISeriesGenerator[] generators, RandomStream random)
    {
        if (!random.NextBool(SeasonShare))
        {
            values.Clear();
            return;
        }

        SeriesFamily family = random.NextDouble() switch
        {
            < 0.72 => SeriesFamily.ModulatedSeason,
            < 0.86 => SeriesFamily.TrendSeason,
            _ => SeriesFamily.SeasonalAutoregressive,
        };
        generators[(int)family].Fill(values, grid, random);
        SeasonShape.Standardise(values);
        float gain = (float)random.NextLogUniform(0.25, largestGain);
        foreach (ref float value in values)
        {
            value *= gain;
        }
    }

    private static void FillLevel(Span<float> layer, bool isPlain, TimeGrid grid, ISeriesGenerator[] generators, RandomStream random)
    {
        if (!isPlain && random.NextBool(CycleLevelShare))
        {
            OrnsteinUhlenbeckState level = new(grid.MainPeriod * random.NextLogUniform(0.3, 8), random);
            foreach (ref float value in layer)
            {
                value = (float)level.Step(random);
            }
        }
        else
        {
            SeriesFamily family = random.NextDouble() switch
            {
                < 0.62 => SeriesFamily.MeanReverting,
                < 0.80 => SeriesFamily.RandomWalk,
                < 0.92 => SeriesFamily.RandomFourier,
                _ => SeriesFamily.Event,
            };
            generators[(int)family].Fill(layer, grid, random);
        }

        SeasonShape.Standardise(layer);
    }

    private static void AddDeviations(Span<float> values, TimeGrid grid, RandomStream random)
    {
        double gain = random.NextBool(DeviationShare) ? random.NextLogUniform(0.1, 1.5) : 0;
        OrnsteinUhlenbeckState deviation = new(grid.MainPeriod * random.NextLogUniform(0.03, 0.6), random);
        foreach (ref float value in values)
        {
            value += gain > 0 ? (float)(gain * deviation.Step(random)) : 0;
        }
    }

    private static void AddNoise(Span<float> values, double gain, RandomStream random)
    {
        foreach (ref float value in values)
        {
            value += (float)(gain * random.NextGaussian());
        }
    }
}
