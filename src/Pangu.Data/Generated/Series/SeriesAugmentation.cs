using Pangu.Core;

namespace Pangu.Data.Generated.Series;

/// <summary>Roughens a standardised series the way recorders, plants and people do.</summary>
internal static class SeriesAugmentation
{
    /// <summary>Applies each roughening with its share.</summary>
    /// <param name="values">A series of mean 0 and variance 1; changed in place, not re-standardised.</param>
    /// <param name="config">Shares.</param>
    /// <param name="random">Source of the draws.</param>
    public static void Apply(Span<float> values, SeriesAugmentationConfig config, RandomStream random)
    {
        if (random.NextBool(config.Exponential))
        {
            Exponentiate(values, random);
        }

        if (random.NextBool(config.Noise))
        {
            AddNoise(values, random);
        }

        if (random.NextBool(config.Spikes))
        {
            AddSpikes(values, random);
        }

        if (random.NextBool(config.LevelShift))
        {
            AddLevelShifts(values, random);
        }

        if (random.NextBool(config.Clipping))
        {
            Clip(values, random);
        }

        if (random.NextBool(config.Quantisation))
        {
            Quantise(values, random);
        }

        if (random.NextBool(config.FlatStretches))
        {
            HoldStretches(values, random);
        }
    }

    /// <summary>Marks values as missing: single ones at random, and stretches.</summary>
    /// <param name="observed">Set to false where a value goes missing; other entries stay.</param>
    /// <param name="random">Source of the draws.</param>
    public static void MarkMissing(Span<bool> observed, RandomStream random)
    {
        if (random.NextBool(0.5))
        {
            double share = random.NextLogUniform(0.005, 0.3);
            foreach (ref bool flag in observed)
            {
                flag &= !random.NextBool(share);
            }
        }
        else
        {
            int stretchCount = 1 + random.NextInt(4);
            for (int i = 0; i < stretchCount; i++)
            {
                int length = Math.Min((int)random.NextLogUniform(2, 60), observed.Length);
                observed.Slice(random.NextInt(observed.Length - length + 1), length).Clear();
            }
        }
    }

    private static void Exponentiate(Span<float> values, RandomStream random)
    {
        double gain = random.NextUniform(0.3, 1.2);
        foreach (ref float value in values)
        {
            value = MathF.Exp((float)(gain * Math.Clamp(value, -6, 6)));
        }

        SeasonShape.Standardise(values);
    }

    private static void AddNoise(Span<float> values, RandomStream random)
    {
        double gain = random.NextLogUniform(0.02, 0.7);
        double memory = random.NextBool(0.5) ? random.NextUniform(0, 0.95) : 0;
        double kick = Math.Sqrt(1 - (memory * memory));
        bool isHeavyTailed = random.NextBool(0.3);
        bool changesSpread = random.NextBool(0.3);
        OrnsteinUhlenbeckState logSpread = new(random.NextLogUniform(5, 300), random);
        double noise = 0;
        foreach (ref float value in values)
        {
            double shock = random.NextGaussian();
            if (isHeavyTailed && random.NextBool(0.05))
            {
                shock *= 4;
            }

            noise = (memory * noise) + (kick * shock);
            double spread = changesSpread ? Math.Exp(0.5 * logSpread.Step(random)) : 1;
            value += (float)(gain * spread * noise);
        }
    }

    private static void AddSpikes(Span<float> values, RandomStream random)
    {
        int count = 1 + random.NextInt(8);
        for (int i = 0; i < count; i++)
        {
            values[random.NextInt(values.Length)] += (float)(random.NextGaussian() * 4);
        }
    }

    private static void AddLevelShifts(Span<float> values, RandomStream random)
    {
        int count = 1 + random.NextInt(2);
        for (int i = 0; i < count; i++)
        {
            float shift = (float)(random.NextGaussian() * 1.2);
            foreach (ref float value in values[random.NextInt(values.Length)..])
            {
                value += shift;
            }
        }
    }

    private static void Clip(Span<float> values, RandomStream random)
    {
        float bound = (float)random.NextUniform(0.3, 1.8);
        bool isFloor = random.NextBool(0.5);
        foreach (ref float value in values)
        {
            value = isFloor ? Math.Max(value, -bound) : Math.Min(value, bound);
        }
    }

    private static void Quantise(Span<float> values, RandomStream random)
    {
        float step = (float)random.NextLogUniform(0.02, 0.6);
        foreach (ref float value in values)
        {
            value = MathF.Round(value / step) * step;
        }
    }

    private static void HoldStretches(Span<float> values, RandomStream random)
    {
        int count = 1 + random.NextInt(4);
        for (int i = 0; i < count; i++)
        {
            int start = random.NextInt(values.Length);
            int length = Math.Min((int)random.NextLogUniform(3, 80), values.Length - start);
            values.Slice(start, length).Fill(values[start]);
        }
    }
}
