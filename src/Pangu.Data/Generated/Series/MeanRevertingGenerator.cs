using Pangu.Core;

namespace Pangu.Data.Generated.Series;

/// <summary>Ornstein-Uhlenbeck processes: one to three of different memory added, or one whose level, spread and memory switch between regimes.</summary>
/// <remarks>
/// Teaches how fast deviations die out, which decides long horizons. Regimes follow a Markov chain with geometric stays (Hamilton, Econometrica
/// 57, 1989). Time constants are log-uniform, since memory in records spans decades.
/// </remarks>
internal sealed class MeanRevertingGenerator : ISeriesGenerator
{
    private const double ShortestTimeConstant = 4;
    private const double LongestTimeConstant = 3000;
    private const int MaximumRegimes = 3;

    private readonly record struct Regime(double Level, double Spread, double Memory);

    /// <inheritdoc/>
    public void Fill(Span<float> values, TimeGrid grid, RandomStream random)
    {
        if (random.NextBool(0.35))
        {
            FillSwitching(values, random);
        }
        else
        {
            FillSum(values, random);
        }
    }

    private static void FillSum(Span<float> values, RandomStream random)
    {
        values.Clear();
        int count = 1 + random.NextInt(3);
        for (int i = 0; i < count; i++)
        {
            double timeConstant = random.NextLogUniform(ShortestTimeConstant, LongestTimeConstant);
            double gain = i == 0 ? 1 : random.NextLogUniform(0.1, 1);
            OrnsteinUhlenbeckState state = new(timeConstant, random);
            foreach (ref float value in values)
            {
                value += (float)(gain * state.Step(random));
            }
        }
    }

    private static void FillSwitching(Span<float> values, RandomStream random)
    {
        Span<Regime> regimes = stackalloc Regime[2 + random.NextInt(MaximumRegimes - 1)];
        double levelGap = random.NextLogUniform(0.3, 4);
        foreach (ref Regime regime in regimes)
        {
            double timeConstant = random.NextLogUniform(ShortestTimeConstant, LongestTimeConstant / 10);
            regime = new Regime(levelGap * random.NextGaussian(), random.NextLogUniform(0.2, 2), Math.Exp(-1 / timeConstant));
        }

        double leaveProbability = 1 / random.NextLogUniform(30, 1000);
        int current = random.NextInt(regimes.Length);
        double level = regimes[current].Level;
        foreach (ref float value in values)
        {
            if (random.NextBool(leaveProbability))
            {
                current = random.NextInt(regimes.Length);
            }

            Regime regime = regimes[current];
            double kick = regime.Spread * Math.Sqrt(1 - (regime.Memory * regime.Memory));
            level = regime.Level + (regime.Memory * (level - regime.Level)) + (kick * random.NextGaussian());
            value = (float)level;
        }
    }
}
