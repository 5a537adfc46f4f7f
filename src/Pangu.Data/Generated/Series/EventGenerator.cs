using Pangu.Core;

namespace Pangu.Data.Generated.Series;

/// <summary>Events on a quiet base: spikes with decay, level shifts, ramps, and recurring pulses.</summary>
/// <remarks>Event times are a Poisson process, or regular with jitter (maintenance, shift changes). Sizes are Laplace-distributed: heavy-tailed.</remarks>
internal sealed class EventGenerator : ISeriesGenerator
{
    /// <inheritdoc/>
    public void Fill(Span<float> values, TimeGrid grid, RandomStream random)
    {
        OrnsteinUhlenbeckState baseLine = new(random.NextLogUniform(5, 1000), random);
        double baseGain = random.NextLogUniform(0.05, 1);
        double noise = random.NextLogUniform(0.02, 0.3);
        double spikeGap = random.NextLogUniform(15, 600);
        bool isRegular = random.NextBool(0.4);
        double regularGap = grid.DrawPeriod(random);
        double spikeMemory = Math.Exp(-1 / random.NextLogUniform(0.5, 40));
        bool isOneSided = random.NextBool(0.6);
        double shiftProbability = random.NextBool(0.5) ? 1 / random.NextLogUniform(80, 1500) : 0;
        double level = 0;
        double spike = 0;
        double untilSpike = isRegular ? regularGap * random.NextDouble() : spikeGap * random.NextDouble();
        foreach (ref float value in values)
        {
            spike *= spikeMemory;
            untilSpike -= 1;
            if (untilSpike <= 0)
            {
                double size = isRegular ? 2 + (0.3 * random.NextGaussian()) : Laplace(random) * 2;
                spike += isOneSided ? Math.Abs(size) : size;
                untilSpike += isRegular
                    ? Math.Max(regularGap * (1 + (0.03 * random.NextGaussian())), 1)
                    : Math.Max(-spikeGap * Math.Log(1 - random.NextDouble()), 1);
            }

            if (shiftProbability > 0 && random.NextBool(shiftProbability))
            {
                level += Laplace(random);
            }

            value = (float)(level + spike + (baseGain * baseLine.Step(random)) + (noise * random.NextGaussian()));
        }
    }

    private static double Laplace(RandomStream random)
    {
        double size = -Math.Log(1 - random.NextDouble());
        return random.NextBool(0.5) ? size : -size;
    }
}
