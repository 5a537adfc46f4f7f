using Pangu.Core;

namespace Pangu.Data.Generated.Simulated;

/// <summary>Hourly weather: air temperature and sunshine.</summary>
internal sealed class SimulatedWeather
{
    /// <summary>Time constant of cloudiness in hours: a front passes in one or two days.</summary>
    private const double CloudHours = 30;

    /// <summary>Axial tilt of the earth in degrees.</summary>
    private const double TiltDegrees = 23.44;

    private SimulatedWeather(double[] ambient, double[] dayMean, double[] sunshine) => (AmbientCelsius, DayMeanCelsius, Sunshine) = (ambient, dayMean, sunshine);

    /// <summary>[T] air temperature.</summary>
    public double[] AmbientCelsius { get; }

    /// <summary>[T] mean air temperature of the last 24 hours.</summary>
    public double[] DayMeanCelsius { get; }

    /// <summary>[T] share of the light of an overhead sun under a clear sky, from 0 to 1.</summary>
    public double[] Sunshine { get; }

    /// <summary>Makes the weather.</summary>
    /// <param name="climate">The climate.</param>
    /// <param name="start">Time of the first hour.</param>
    /// <param name="count">Hours.</param>
    /// <param name="random">Randomness.</param>
    /// <returns>The weather.</returns>
    public static SimulatedWeather Create(ClimateSettings climate, DateTime start, int count, RandomStream random)
    {
        var (ambient, dayMean, sunshine) = (new double[count], new double[count], new double[count]);
        var weather = new SlowProcess(climate.WeatherHours, climate.WeatherKelvin, random);
        var clouds = new SlowProcess(CloudHours, 1, random);
        for (var hour = 0; hour < count; hour++)
        {
            var time = start.AddHours(hour);
            var year = 2 * Math.PI * (time.DayOfYear - 201 + (time.Hour / 24.0)) / 365.25;
            var clear = 1 / (1 + Math.Exp(-1.5 * (clouds.Next() + 0.3)));
            ambient[hour] = climate.MeanCelsius
                + (climate.AnnualKelvin * Math.Cos(year))
                + (climate.DailyKelvin * (0.35 + (0.65 * clear)) * Math.Cos(2 * Math.PI * (time.Hour - 15) / 24))
                + weather.Next();
            sunshine[hour] = Math.Max(0, SineOfElevation(climate.LatitudeDegrees, time)) * (0.15 + (0.85 * clear));
            dayMean[hour] = ambient.AsSpan(Math.Max(0, hour - 23), Math.Min(24, hour + 1)).ToArray().Average();
        }

        return new SimulatedWeather(ambient, dayMean, sunshine);
    }

    /// <summary>sin(elevation) = sin(latitude) sin(declination) + cos(latitude) cos(declination) cos(hour angle).</summary>
    private static double SineOfElevation(double latitudeDegrees, DateTime time)
    {
        var latitude = latitudeDegrees * Math.PI / 180;
        var declination = TiltDegrees * Math.PI / 180 * Math.Sin(2 * Math.PI * (time.DayOfYear - 81) / 365.25);
        return (Math.Sin(latitude) * Math.Sin(declination)) + (Math.Cos(latitude) * Math.Cos(declination) * Math.Cos(2 * Math.PI * (time.Hour - 12) / 24));
    }
}

/// <summary>An Ornstein-Uhlenbeck process in hourly steps: x' = a x + s sqrt(1 - a^2) n, a = exp(-1 / hours), so that its standard deviation is s.</summary>
/// <param name="hours">Time constant.</param>
/// <param name="deviation">Standard deviation s.</param>
/// <param name="random">Randomness n.</param>
internal sealed class SlowProcess(double hours, double deviation, RandomStream random)
{
    private readonly double _memory = Math.Exp(-1 / hours);
    private double _value = deviation * random.NextGaussian();

    /// <summary>The next value.</summary>
    /// <returns>The value.</returns>
    public double Next() => _value = (_memory * _value) + (deviation * Math.Sqrt(1 - (_memory * _memory)) * random.NextGaussian());
}
