using Pangu.Core;

namespace Pangu.Data.Generated.Series;

/// <summary>A pump that empties a tank: switched by level, wearing out, overhauled; level, flow or shaft power is recorded.</summary>
/// <remarks>
/// Level: A dl/dt = inflow - outflow, pump on above the upper switch, off below the lower (two-point control). Wear w grows with running time
/// and lowers the delivered flow to q (1 - w); shaft power is rho g q H / eta with the efficiency lowered likewise (centrifugal pump
/// relations: Gülich, "Centrifugal pumps", chapter 2), here per unit. An overhaul resets the wear when it reaches a limit.
/// </remarks>
internal sealed class PumpGenerator : ISeriesGenerator
{
    private enum Output
    {
        Level,
        Flow,
        Power,
    }

    /// <inheritdoc/>
    public void Fill(Span<float> values, TimeGrid grid, RandomStream random)
    {
        Output output = (Output)random.NextInt(3);
        Span<float> shape = stackalloc float[SeasonShape.TableLength];
        SeasonShape.Draw(shape, grid.MainPeriod, random);
        double inflowSwing = random.NextUniform(0, 0.6);
        double inflowWander = random.NextUniform(0.05, 0.4);
        OrnsteinUhlenbeckState rain = new(grid.MainPeriod * random.NextLogUniform(0.3, 10), random);
        double phase = random.NextDouble();

        // In tank volumes a step; a whole cycle (fill and empty) takes 1/inflow + 1/(capacity - inflow) steps.
        double meanInflow = 1 / random.NextLogUniform(6, 120);
        double capacity = meanInflow * random.NextUniform(1.3, 4);
        double wearPerStep = random.NextLogUniform(0.0001, 0.003);
        double overhaulWear = random.NextUniform(0.15, 0.5);
        double wear = random.NextUniform(0, overhaulWear);
        double valveOpening = random.NextUniform(0.6, 1);
        double valveChange = random.NextBool(0.4) ? 1 / random.NextLogUniform(60, 600) : 0;
        double noise = random.NextLogUniform(0.002, 0.05);
        double level = random.NextDouble();
        bool runs = false;
        for (int t = 0; t < values.Length; t++)
        {
            double season = SeasonShape.Read(shape, phase + (t / grid.MainPeriod));
            double inflow = meanInflow * Math.Max(1 + (inflowSwing * season) + (inflowWander * rain.Step(random)), 0.05);
            runs = runs ? level > 0.1 : level > 0.9; // switches at a tenth below the brim and above the floor
            if (valveChange > 0 && random.NextBool(valveChange))
            {
                valveOpening = random.NextUniform(0.6, 1);
            }

            double flow = runs ? capacity * valveOpening * (1 - wear) : 0;
            flow = Math.Min(flow, level + inflow);
            level = Math.Min(level + inflow - flow, 1); // the rest runs over the brim
            if (runs)
            {
                wear += wearPerStep;
                wear = wear > overhaulWear ? 0 : wear;
            }

            double head = 1 + (0.3 * (1 - level)); // a fuller tank lifts less
            double reading = output switch
            {
                Output.Level => level,
                Output.Flow => flow / capacity,
                _ => flow / capacity * head / (1 - (0.6 * wear)),
            };
            values[t] = (float)(reading + (noise * random.NextGaussian()));
        }
    }
}
