using Pangu.Core;

namespace Pangu.Data.Generated.Series;

/// <summary>Random walks: with drift, heavy-tailed steps, changing volatility, or a damped random slope.</summary>
/// <remarks>
/// x' = x + s + v e, with slope s' = d s + w e (local linear trend with damping: Durbin and Koopman, "Time series analysis by state space
/// methods", section 3.2.1), and the logarithm of the volatility v mean-reverting (Taylor's stochastic volatility, 1982). Teaches that some
/// levels do not come back, against <see cref="MeanRevertingGenerator"/>.
/// </remarks>
internal sealed class RandomWalkGenerator : ISeriesGenerator
{
    /// <inheritdoc/>
    public void Fill(Span<float> values, TimeGrid grid, RandomStream random)
    {
        double drift = random.NextBool(0.3) ? 0.1 * random.NextGaussian() : 0;
        double slopeGain = random.NextBool(0.4) ? random.NextLogUniform(0.003, 0.2) : 0;
        double slopeMemory = Math.Exp(-1 / random.NextLogUniform(5, 300));
        double volatilitySpread = random.NextBool(0.5) ? random.NextUniform(0.1, 0.8) : 0;
        OrnsteinUhlenbeckState logVolatility = new(random.NextLogUniform(10, 500), random);
        double jumpProbability = random.NextBool(0.3) ? random.NextLogUniform(0.002, 0.1) : 0;
        double measurementNoise = random.NextBool(0.5) ? random.NextLogUniform(0.1, 5) : 0;
        double level = 0;
        double slope = 0;
        foreach (ref float value in values)
        {
            double volatility = volatilitySpread > 0 ? Math.Exp(volatilitySpread * logVolatility.Step(random)) : 1;
            slope = slopeGain > 0 ? (slopeMemory * slope) + (slopeGain * random.NextGaussian()) : 0;
            double step = random.NextGaussian();
            if (jumpProbability > 0 && random.NextBool(jumpProbability))
            {
                step *= 5; // a contaminated normal: the simplest heavy tail
            }

            level += drift + slope + (volatility * step);
            double noise = measurementNoise > 0 ? measurementNoise * random.NextGaussian() : 0;
            value = (float)(level + noise);
        }
    }
}
