using System.Globalization;
using System.Text;
using Pangu.Core;

namespace Pangu.Data.Generated.Simulated;

/// <summary>Hourly tables of power transformers: active and reactive load at three voltages and top-oil temperature.</summary>
/// <remarks>
/// Loads follow calendar and weather (<see cref="SimulatedDemand"/>, <see cref="SimulatedWeather"/>). The top-oil temperature o follows the difference equation of IEC 60076-7, clause 8.2:
/// <code>
/// o(n) = o(n-1) + dt / (k11 tau) (((1 + R K^2) / (1 + R))^x r - (o(n-1) - a))
/// </code>
/// K load factor, a ambient temperature, r oil rise at rated load, tau oil time constant, R ratio of load to no-load losses, dt = 3 minutes, K and a straight between the hours.
/// A transformer off the grid has no losses: its oil relaxes to the ambient temperature. Columns are named after high, medium and low voltage, useful (active, MW) and useless (reactive, Mvar) load.
/// </remarks>
internal sealed class TransformerLoadGenerator(TransformerLoadSettings settings, ulong seed, string fingerprint) : ISimulatedGenerator
{
    /// <summary>Name in the catalogue.</summary>
    public const string Name = "transformer-load";

    /// <summary>Changes with every change of what is written.</summary>
    public const int Revision = 1;

    private const int SubstepsPerHour = 20;
    private const double SensorKelvin = 0.15;
    private const string Header = "date,HUFL,HULL,MUFL,MULL,LUFL,LULL,OT";

    /// <inheritdoc/>
    public string Fingerprint => fingerprint;

    /// <inheritdoc/>
    public void Write(string path, Stream stream)
    {
        var transformer = settings.Transformers.FirstOrDefault(transformer => transformer.File == path)
            ?? throw PanguException.Usage("dataset-file", $"The settings of the generator {Name} have no transformer with the file {path}; they have {string.Join(", ", settings.Transformers.Select(other => other.File))}.");
        var seeds = new Seeds(seed);
        var weather = SimulatedWeather.Create(settings.Climate, settings.Start, settings.RowCount, seeds.For("climate"));
        var demand = SimulatedDemand.Create(transformer, weather, settings.Start, seeds.For($"{path}/demand"));
        var isOff = Outages(transformer, seeds.For($"{path}/outages"));
        var columns = Loads(transformer, demand, isOff, seeds.For($"{path}/reactive"));
        var oil = TopOil(transformer, columns, weather, isOff, seeds.For($"{path}/sensor"));

        using var writer = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        writer.WriteLine(Header);
        for (var hour = 0; hour < settings.RowCount; hour++)
        {
            writer.Write(settings.Start.AddHours(hour).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture));
            foreach (var column in columns)
            {
                writer.Write(string.Create(CultureInfo.InvariantCulture, $",{column[hour]:0.000}"));
            }

            writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $",{oil[hour]:0.000}"));
        }
    }

    /// <summary>Active and reactive load at high, medium and low voltage.</summary>
    private static double[][] Loads(TransformerSettings transformer, SimulatedDemand demand, bool[] isOff, RandomStream random)
    {
        var count = demand.Low.Length;
        var loads = Enumerable.Range(0, 6).Select(_ => new double[count]).ToArray();
        var (mediumAngle, lowAngle) = (new SlowProcess(200, 0.05, random), new SlowProcess(200, 0.04, random));
        for (var hour = 0; hour < count; hour++)
        {
            var (mediumTangent, lowTangent) = (0.42 + mediumAngle.Next(), 0.28 + lowAngle.Next());
            if (isOff[hour])
            {
                continue;
            }

            var (medium, low) = (demand.Medium[hour], demand.Low[hour]);
            var lowReactive = low * lowTangent;
            // A capacitor bank of a quarter of the industrial load switches with it.
            var bank = medium > 0.8 * transformer.MediumMegawatts ? 0.25 * transformer.MediumMegawatts : 0;
            var mediumReactive = (Math.Abs(medium) * mediumTangent) - bank;
            var factor = Math.Sqrt(((medium + low) * (medium + low)) + ((mediumReactive + lowReactive) * (mediumReactive + lowReactive))) / transformer.RatedMegavoltamperes;
            // Losses of half a per cent and stray reactance of a tenth of rated power at load factor 1; a hundredth of rated power magnetises the core.
            loads[0][hour] = medium + low + (0.005 * transformer.RatedMegavoltamperes * factor * factor);
            loads[1][hour] = mediumReactive + lowReactive + (transformer.RatedMegavoltamperes * (0.01 + (0.1 * factor * factor)));
            loads[2][hour] = medium;
            loads[3][hour] = mediumReactive;
            loads[4][hour] = low;
            loads[5][hour] = lowReactive;
        }

        return loads;
    }

    private static double[] TopOil(TransformerSettings transformer, double[][] loads, SimulatedWeather weather, bool[] isOff, RandomStream random)
    {
        var ambient = weather.AmbientCelsius;
        var measured = new double[ambient.Length];
        var oil = ambient[0] + Target(transformer, FactorAt(transformer, loads, 0), isOff[0]);
        var gain = 60.0 / SubstepsPerHour / (transformer.OilFactor * transformer.OilMinutes);
        for (var hour = 0; hour < measured.Length; hour++)
        {
            measured[hour] = oil + (SensorKelvin * random.NextGaussian());
            var next = Math.Min(hour + 1, measured.Length - 1);
            var (from, to) = (FactorAt(transformer, loads, hour), FactorAt(transformer, loads, next));
            for (var substep = 1; substep <= SubstepsPerHour; substep++)
            {
                var share = substep / (double)SubstepsPerHour;
                var air = ambient[hour] + (share * (ambient[next] - ambient[hour]));
                oil += gain * (Target(transformer, from + (share * (to - from)), isOff[hour]) - (oil - air));
            }
        }

        return measured;
    }

    private static double Target(TransformerSettings transformer, double factor, bool isOff) => isOff
        ? 0
        : transformer.OilRiseKelvin * Math.Pow((1 + (transformer.LossRatio * factor * factor)) / (1 + transformer.LossRatio), transformer.OilExponent);

    private static double FactorAt(TransformerSettings transformer, double[][] loads, int hour) =>
        Math.Sqrt((loads[0][hour] * loads[0][hour]) + (loads[1][hour] * loads[1][hour])) / transformer.RatedMegavoltamperes;

    private bool[] Outages(TransformerSettings transformer, RandomStream random)
    {
        var isOff = new bool[settings.RowCount];
        for (var month = new DateTime(settings.Start.Year, settings.Start.Month, 1); month < settings.Start.AddHours(settings.RowCount); month = month.AddMonths(1))
        {
            if (!transformer.OutageMonths.Contains(month.Month))
            {
                continue;
            }

            // A working day's shift or a day and a night.
            var begin = (int)(month.AddDays(random.NextInt(28)) - settings.Start).TotalHours + 6 + random.NextInt(4);
            var length = 5 + random.NextInt(20);
            for (var hour = Math.Max(0, begin); hour < Math.Min(begin + length, isOff.Length); hour++)
            {
                isOff[hour] = true;
            }
        }

        return isOff;
    }
}
