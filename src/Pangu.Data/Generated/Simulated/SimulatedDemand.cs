using Pangu.Core;

namespace Pangu.Data.Generated.Simulated;

/// <summary>Hourly active load of a transformer's two lower sides: industry with solar feed-in on the medium voltage, households on the low voltage.</summary>
/// <param name="Medium">[T] MW on the medium-voltage side; negative where the sun feeds more than industry takes.</param>
/// <param name="Low">[T] MW on the low-voltage side.</param>
internal sealed record SimulatedDemand(double[] Medium, double[] Low)
{
    private const double CoolingStartsCelsius = 22;
    private const double HeatingStartsCelsius = 12;

    /// <summary>Holidays a year beside week-ends, on seeded days.</summary>
    private const int HolidaysPerYear = 11;

    /// <summary>Makes the demand.</summary>
    /// <param name="settings">The transformer.</param>
    /// <param name="weather">The weather.</param>
    /// <param name="start">Time of the first hour.</param>
    /// <param name="random">Randomness.</param>
    /// <returns>The demand.</returns>
    public static SimulatedDemand Create(TransformerSettings settings, SimulatedWeather weather, DateTime start, RandomStream random)
    {
        var count = weather.AmbientCelsius.Length;
        var (medium, low) = (new double[count], new double[count]);
        var holidays = Holidays(start, count, random);
        var orders = new SlowProcess(300, 0.12, random);
        var habits = new SlowProcess(500, 0.06, random);
        var evening = new SlowProcess(48, 0.15, random);
        var (mediumNoise, lowNoise) = (new SlowProcess(3, settings.NoiseShare, random), new SlowProcess(2, settings.NoiseShare, random));
        for (var hour = 0; hour < count; hour++)
        {
            var time = start.AddHours(hour);
            var isFree = time.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday || holidays.Contains(time.Date);
            var mean = weather.DayMeanCelsius[hour];
            var comfort = 1 + (settings.CoolingPerKelvin * Math.Max(0, mean - CoolingStartsCelsius)) + (settings.HeatingPerKelvin * Math.Max(0, HeatingStartsCelsius - mean));
            low[hour] = settings.LowMegawatts * comfort * Households(time.Hour, isFree, 1 + evening.Next()) * Math.Exp(habits.Next()) * (1 + lowNoise.Next());
            medium[hour] = (settings.MediumMegawatts * Industry(time.Hour, isFree) * Math.Exp(orders.Next()) * (1 + mediumNoise.Next())) - (settings.SolarMegawatts * weather.Sunshine[hour]);
        }

        return new SimulatedDemand(medium, low);
    }

    /// <summary>A base, a morning and an evening peak; mornings are later on free days.</summary>
    private static double Households(int hour, bool isFree, double eveningStrength) =>
        0.55 + (0.35 * Bump(hour, isFree ? 9.5 : 7.5, 1.6)) + (0.2 * Bump(hour, 12.5, 2)) + (0.75 * eveningStrength * Bump(hour, 19.5, 2.6));

    /// <summary>Shifts from 7 to 18 with a pause at noon; four tenths of it on free days.</summary>
    private static double Industry(int hour, bool isFree)
    {
        var shift = (1 / (1 + Math.Exp(-(hour - 7.0) * 1.8))) * (1 / (1 + Math.Exp((hour - 18.0) * 1.5)));
        return 0.45 + ((isFree ? 0.22 : 0.75) * (shift - (0.18 * Bump(hour, 12.5, 0.8))));
    }

    private static double Bump(double hour, double at, double width)
    {
        var distance = Math.Abs(hour - at);
        distance = Math.Min(distance, 24 - distance);
        return Math.Exp(-distance * distance / (2 * width * width));
    }

    private static HashSet<DateTime> Holidays(DateTime start, int hours, RandomStream random)
    {
        var holidays = new HashSet<DateTime>();
        for (var year = start.Year; year <= start.AddHours(hours).Year; year++)
        {
            for (var i = 0; i < HolidaysPerYear; i++)
            {
                holidays.Add(new DateTime(year, 1, 1).AddDays(random.NextInt(365)));
            }
        }

        return holidays;
    }
}
