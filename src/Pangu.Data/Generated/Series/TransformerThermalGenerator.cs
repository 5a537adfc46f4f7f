using Pangu.Core;

namespace Pangu.Data.Generated.Series;

/// <summary>Oil and winding temperature of a power transformer under a daily load in changing weather.</summary>
/// <remarks>
/// IEC 60076-7, clause 8.2 (heat transfer differential equations and their solution by difference equations). With load factor K, ambient temperature
/// a, top-oil temperature o, hot-spot to top-oil gradient h = h1 - h2:
/// <code>
/// k11 tau_o      do/dt = ((1 + R K^2) / (1 + R))^x o_r - (o - a)
/// k22 tau_w     dh1/dt = k21 h_r K^y - h1
/// (tau_o / k22) dh2/dt = (k21 - 1) h_r K^y - h2
/// hot spot = o + h1 - h2
/// </code>
/// The standard steps these with an interval of at most half the winding's time constant. Here K and a are held within a step, and each equation is
/// linear in its own unknown, so that the exact exponential step is used instead; it agrees in the limit and is stable for steps of hours.
/// </remarks>
internal sealed class TransformerThermalGenerator : ISeriesGenerator
{
    /// <summary>The standard's example characteristics by cooling (its annex on loading tables), in kelvin and minutes.</summary>
    private readonly record struct Cooling(
        double OilExponent,
        double WindingExponent,
        double LossRatio,
        double OilMinutes,
        double WindingMinutes,
        double OilRise,
        double HotSpotGradient,
        double K11,
        double K21,
        double K22);

    private static readonly Cooling[] Coolings =
    [
        new(0.8, 1.6, 5, 180, 4, 55, 23, 1.0, 1.0, 2.0), // ONAN, distribution
        new(0.8, 1.3, 6, 210, 10, 52, 26, 0.5, 2.0, 2.0), // ONAN, medium and large
        new(0.8, 1.3, 6, 150, 7, 52, 26, 0.5, 2.0, 2.0), // ONAF
        new(1.0, 1.3, 6, 90, 7, 56, 22, 1.0, 1.3, 1.0), // OF
        new(1.0, 2.0, 6, 90, 7, 49, 29, 1.0, 1.0, 1.0), // OD
    ];

    private enum Output
    {
        TopOil,
        HotSpot,
        TopOilRise,
    }

    /// <inheritdoc/>
    public void Fill(Span<float> values, TimeGrid grid, RandomStream random)
    {
        Cooling cooling = Coolings[random.NextInt(Coolings.Length)];
        Output output = (Output)random.NextInt(3);
        // Each plant differs from the example: +-20 % on the time constants.
        double oilMinutes = cooling.OilMinutes * random.NextUniform(0.8, 1.2);
        double windingMinutes = cooling.WindingMinutes * random.NextUniform(0.8, 1.2);
        double oilMemory = Math.Exp(-grid.MinutesPerStep / (cooling.K11 * oilMinutes));
        double windingMemory = Math.Exp(-grid.MinutesPerStep / (cooling.K22 * windingMinutes));
        double oilInWindingMemory = Math.Exp(-grid.MinutesPerStep * cooling.K22 / oilMinutes);
        double fanSwitch = random.NextBool(0.3) ? random.NextUniform(45, 65) : double.PositiveInfinity; // degrees Celsius
        bool fansRun = false;

        LoadAndWeather drive = new(grid, random);
        Span<float> loadShape = stackalloc float[SeasonShape.TableLength];
        SeasonShape.Draw(loadShape, grid.MainPeriod, random);
        double sensorNoise = random.NextLogUniform(0.05, 0.5); // kelvin

        (double load, double ambient) = drive.Next(loadShape, 0, random);
        double oil = ambient + OilTarget(cooling, load);
        double gradient1 = cooling.K21 * GradientTarget(cooling, load);
        double gradient2 = (cooling.K21 - 1) * GradientTarget(cooling, load);
        for (int t = 0; t < values.Length; t++)
        {
            (load, ambient) = drive.Next(loadShape, t, random);
            // Fans start at one temperature and stop 8 K below it; they cut the rise to 70 %.
            fansRun = fansRun ? oil > fanSwitch - 8 : oil > fanSwitch;
            double oilTarget = ambient + (OilTarget(cooling, load) * (fansRun ? 0.7 : 1));
            double gradientTarget = GradientTarget(cooling, load);
            oil = oilTarget + ((oil - oilTarget) * oilMemory);
            gradient1 = Relax(gradient1, cooling.K21 * gradientTarget, windingMemory);
            gradient2 = Relax(gradient2, (cooling.K21 - 1) * gradientTarget, oilInWindingMemory);
            double reading = output switch
            {
                Output.TopOil => oil,
                Output.HotSpot => oil + gradient1 - gradient2,
                _ => oil - ambient,
            };
            values[t] = (float)(reading + (sensorNoise * random.NextGaussian()));
        }
    }

    private static double Relax(double present, double target, double memory) => target + ((present - target) * memory);

    private static double OilTarget(Cooling cooling, double load) =>
        cooling.OilRise * Math.Pow((1 + (cooling.LossRatio * load * load)) / (1 + cooling.LossRatio), cooling.OilExponent);

    private static double GradientTarget(Cooling cooling, double load) => cooling.HotSpotGradient * Math.Pow(load, cooling.WindingExponent);

    /// <summary>What drives the temperatures: a per-unit load and the outside air in degrees Celsius.</summary>
    private struct LoadAndWeather
    {
        private readonly TimeGrid _grid;
        private readonly double _meanLoad;
        private readonly double _loadSwing;
        private readonly double _airSwing;
        private readonly double _yearSwing;
        private readonly double _weatherSwing;
        private readonly double _loadWander;
        private readonly double _dayPhase;
        private readonly double _yearPhase;
        private OrnsteinUhlenbeckState _weather;
        private OrnsteinUhlenbeckState _demand;

        public LoadAndWeather(TimeGrid grid, RandomStream random)
        {
            _grid = grid;
            _meanLoad = random.NextUniform(0.3, 0.9);
            _loadSwing = random.NextUniform(0.05, 0.3);
            _loadWander = random.NextUniform(0.02, 0.2);
            _airSwing = random.NextUniform(1, 7); // half the day's range, kelvin
            _yearSwing = random.NextUniform(3, 14);
            _weatherSwing = random.NextUniform(1, 5);
            _dayPhase = random.NextDouble();
            _yearPhase = random.NextDouble();
            // weather systems pass in two to six days
            _weather = new OrnsteinUhlenbeckState(grid.StepsPerDay * random.NextUniform(2, 6), random);
            _demand = new OrnsteinUhlenbeckState(grid.StepsPerDay * random.NextLogUniform(0.2, 10), random);
        }

        public (double Load, double Ambient) Next(ReadOnlySpan<float> loadShape, int step, RandomStream random)
        {
            double load = _meanLoad
                + (_loadSwing * SeasonShape.Read(loadShape, _dayPhase + (step / _grid.MainPeriod)))
                + (_loadWander * _demand.Step(random));
            double dayAngle = _grid.ResolvesDays ? Math.Cos(2 * Math.PI * (_dayPhase + (step / _grid.StepsPerDay))) : 0;
            double yearAngle = Math.Cos(2 * Math.PI * (_yearPhase + (step / _grid.StepsPerYear)));
            double ambient = 12 + (_yearSwing * yearAngle) + (_airSwing * dayAngle) + (_weatherSwing * _weather.Step(random));
            return (Math.Clamp(load, 0.02, 1.5), ambient); // 1.5: the standard's limit for long-time emergency loading is of this order
        }
    }
}
