using Pangu.Core;

namespace Pangu.Data.Generated.Series;

/// <summary>A heat exchanger that fouls and is cleaned: outlet temperature, duty or heat transfer coefficient.</summary>
/// <remarks>
/// Fouling resistance r(t) = r_inf (1 - exp(-t / t_c)) (Kern and Seaton, Brit. Chem. Eng. 4, 1959), so dr/dt = (r_inf - r) / t_c; coefficient
/// 1 / U = 1 / U_clean + r; effectiveness of a condenser-like exchanger e = 1 - exp(-U A / C) (Kays and London, "Compact heat exchangers",
/// number-of-transfer-units method, capacity ratio 0); outlet = inlet + e (hot - inlet). Temperatures in degrees Celsius, U A / C without unit.
/// </remarks>
internal sealed class HeatExchangerGenerator : ISeriesGenerator
{
    private enum Output
    {
        OutletTemperature,
        Duty,
        Coefficient,
    }

    /// <inheritdoc/>
    public void Fill(Span<float> values, TimeGrid grid, RandomStream random)
    {
        Output output = (Output)random.NextInt(3);
        Span<float> shape = stackalloc float[SeasonShape.TableLength];
        SeasonShape.Draw(shape, grid.MainPeriod, random);
        double phase = random.NextDouble();
        double inletSwing = random.NextUniform(0.5, 6); // kelvin
        double flowSwing = random.NextUniform(0, 0.4);
        OrnsteinUhlenbeckState weather = new(grid.MainPeriod * random.NextUniform(1, 8), random);
        OrnsteinUhlenbeckState flowWander = new(random.NextLogUniform(3, 300), random);
        double hot = random.NextUniform(60, 140);
        double cleanUnits = random.NextUniform(0.8, 3); // U A / C when clean
        double asymptote = random.NextLogUniform(0.05, 0.8); // r_inf, per clean unit
        double foulingSteps = random.NextLogUniform(60, 2000);
        double cleaningGap = random.NextLogUniform(150, 3000);
        double cleaningQuality = random.NextUniform(0.6, 1);
        double sensorNoise = random.NextLogUniform(0.002, 0.03);
        double fouling = random.NextUniform(0, asymptote);
        double untilCleaning = cleaningGap * random.NextDouble();
        double foulingShare = 1 - Math.Exp(-1 / foulingSteps);
        for (int t = 0; t < values.Length; t++)
        {
            double season = SeasonShape.Read(shape, phase + (t / grid.MainPeriod));
            double inlet = 15 + (inletSwing * ((0.5 * season) + weather.Step(random)));
            double flow = Math.Max(1 + (flowSwing * ((0.6 * season) + (0.4 * flowWander.Step(random)))), 0.2);
            fouling += (asymptote - fouling) * foulingShare;
            untilCleaning -= 1;
            if (untilCleaning <= 0)
            {
                fouling *= 1 - cleaningQuality;
                untilCleaning = cleaningGap * random.NextUniform(0.8, 1.2);
            }

            double units = cleanUnits / (1 + (fouling * cleanUnits)) / flow;
            double effectiveness = 1 - Math.Exp(-units);
            double outlet = inlet + (effectiveness * (hot - inlet));
            double reading = output switch
            {
                Output.OutletTemperature => outlet,
                Output.Duty => flow * (outlet - inlet),
                _ => units * flow,
            };
            values[t] = (float)(reading * (1 + (sensorNoise * random.NextGaussian())));
        }
    }
}
