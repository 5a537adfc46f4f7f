using Pangu.Core;

namespace Pangu.Data.Generated.Series;

/// <summary>Machine cycles with edges: sawtooth, triangle, square with a duty share, staircase; period and height vary from cycle to cycle.</summary>
/// <remarks>A cycle of phase u in 0 .. 1: u (sawtooth), 1 - |2u - 1| (triangle), u &lt; d (square), floor(n u) / n (staircase); an optional exponential lag rounds the edges.</remarks>
internal sealed class CycleShapeGenerator : ISeriesGenerator
{
    private enum Shape
    {
        Sawtooth,
        Triangle,
        Square,
        Staircase,
    }

    /// <inheritdoc/>
    public void Fill(Span<float> values, TimeGrid grid, RandomStream random)
    {
        Shape shape = (Shape)random.NextInt(4);
        double period = grid.DrawPeriod(random);
        double periodJitter = random.NextBool(0.4) ? random.NextLogUniform(0.005, 0.15) : 0;
        double heightJitter = random.NextBool(0.5) ? random.NextLogUniform(0.02, 0.5) : 0;
        double duty = random.NextUniform(0.1, 0.9);
        int stairs = 2 + random.NextInt(5);
        double lagMemory = random.NextBool(0.4) ? Math.Exp(-1 / random.NextLogUniform(0.5, period / 4 + 0.6)) : 0;
        double noise = random.NextLogUniform(0.005, 0.2);
        bool isFalling = random.NextBool(0.5);
        double phase = random.NextDouble();
        double cyclePeriod = period;
        double height = 1;
        double lagged = 0.5;
        foreach (ref float value in values)
        {
            double target = height * shape switch
            {
                Shape.Sawtooth => phase,
                Shape.Triangle => 1 - Math.Abs((2 * phase) - 1),
                Shape.Square => phase < duty ? 1 : 0,
                _ => Math.Floor(stairs * phase) / stairs,
            };
            lagged = (lagMemory * lagged) + ((1 - lagMemory) * target);
            double clean = isFalling ? 1 - lagged : lagged;
            value = (float)(clean + (noise * random.NextGaussian()));
            phase += 1 / cyclePeriod;
            if (phase >= 1)
            {
                phase -= Math.Floor(phase);
                cyclePeriod = Math.Max(period * (1 + (periodJitter * random.NextGaussian())), 2);
                height = 1 + (heightJitter * random.NextGaussian());
            }
        }
    }
}
