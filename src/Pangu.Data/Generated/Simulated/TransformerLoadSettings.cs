using System.Globalization;
using Pangu.Data.Sources;

namespace Pangu.Data.Generated.Simulated;

/// <summary>Settings of the simulated transformers.</summary>
internal sealed record TransformerLoadSettings
{
    /// <summary>Time of the first row, as it stands.</summary>
    public required DateTime Start { get; init; }

    /// <summary>Hourly rows.</summary>
    public required int RowCount { get; init; }

    /// <summary>The weather that all transformers share.</summary>
    public required ClimateSettings Climate { get; init; }

    /// <summary>The transformers, one file each.</summary>
    public required IReadOnlyList<TransformerSettings> Transformers { get; init; }

    /// <summary>Reads the settings; problems are collected in the section.</summary>
    /// <param name="section">The settings' section.</param>
    /// <returns>The settings.</returns>
    public static TransformerLoadSettings Read(YamlSection section)
    {
        var startText = section.Text("start");
        if (!DateTime.TryParseExact(startText, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var start))
        {
            section.Report("start", $"is \"{startText}\"; expected a date like 2016-07-01");
        }

        var climate = section.Section("climate");
        if (climate is null)
        {
            section.Report("climate", "is missing; expected the weather's settings");
        }

        var settings = new TransformerLoadSettings
        {
            Start = start,
            RowCount = (int)section.Number("rows", 1),
            Climate = climate is null ? new ClimateSettings(0, 0, 0, 0, 1, 0) : ReadClimate(climate),
            Transformers = [.. section.Sections("transformers").Select(ReadTransformer)],
        };
        section.RefuseUnknown();
        return settings;
    }

    private static ClimateSettings ReadClimate(YamlSection section)
    {
        var climate = new ClimateSettings(
            section.Number("meanCelsius", -50),
            section.Number("annualKelvin", 0),
            section.Number("dailyKelvin", 0),
            section.Number("weatherKelvin", 0),
            section.Number("weatherHours", 1),
            section.Number("latitudeDegrees", -90));
        section.RefuseUnknown();
        return climate;
    }

    private static TransformerSettings ReadTransformer(YamlSection section)
    {
        var transformer = new TransformerSettings
        {
            File = section.Text("file"),
            RatedMegavoltamperes = section.Number("ratedMegavoltamperes", 0.1),
            MediumMegawatts = section.Number("mediumMegawatts", 0),
            LowMegawatts = section.Number("lowMegawatts", 0),
            SolarMegawatts = section.Number("solarMegawatts", 0),
            CoolingPerKelvin = section.Number("coolingPerKelvin", 0),
            HeatingPerKelvin = section.Number("heatingPerKelvin", 0),
            NoiseShare = section.Number("noiseShare", 0),
            OilRiseKelvin = section.Number("oilRiseKelvin", 0),
            OilMinutes = section.Number("oilMinutes", 10),
            OilFactor = section.Number("oilFactor", 0.1),
            LossRatio = section.Number("lossRatio", 0.1),
            OilExponent = section.Number("oilExponent", 0.1),
            OutageMonths = [.. section.Texts("outageMonths").Select(month => int.TryParse(month, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : 0)],
        };
        if (transformer.OutageMonths.Any(month => month is < 1 or > 12))
        {
            section.Report("outageMonths", "holds something that is no month; expected numbers from 1 to 12");
        }

        section.RefuseUnknown();
        return transformer;
    }
}

/// <summary>A climate in a few numbers.</summary>
/// <param name="MeanCelsius">Mean of the year.</param>
/// <param name="AnnualKelvin">Amplitude over the year; the warmest day is 20 July.</param>
/// <param name="DailyKelvin">Amplitude over a clear day; the warmest hour is 15.</param>
/// <param name="WeatherKelvin">Standard deviation of the weather that comes and goes.</param>
/// <param name="WeatherHours">Its time constant.</param>
/// <param name="LatitudeDegrees">North positive: decides the length of days.</param>
internal sealed record ClimateSettings(double MeanCelsius, double AnnualKelvin, double DailyKelvin, double WeatherKelvin, double WeatherHours, double LatitudeDegrees);

/// <summary>One transformer and what hangs on it.</summary>
internal sealed record TransformerSettings
{
    /// <summary>File of its table.</summary>
    public required string File { get; init; }

    /// <summary>Rated apparent power in MVA: load factor 1.</summary>
    public required double RatedMegavoltamperes { get; init; }

    /// <summary>Typical industrial load on the medium-voltage side in MW.</summary>
    public required double MediumMegawatts { get; init; }

    /// <summary>Typical household load on the low-voltage side in MW.</summary>
    public required double LowMegawatts { get; init; }

    /// <summary>Solar feed-in on the medium-voltage side under a clear sky with the sun overhead, in MW.</summary>
    public required double SolarMegawatts { get; init; }

    /// <summary>Share of the household load added for each kelvin of the day's mean above 22 degrees Celsius.</summary>
    public required double CoolingPerKelvin { get; init; }

    /// <summary>Share of the household load added for each kelvin of the day's mean below 12 degrees Celsius.</summary>
    public required double HeatingPerKelvin { get; init; }

    /// <summary>Standard deviation of hourly noise as a share of the load.</summary>
    public required double NoiseShare { get; init; }

    /// <summary>Top-oil rise over ambient at rated load, in K.</summary>
    public required double OilRiseKelvin { get; init; }

    /// <summary>Oil time constant in minutes.</summary>
    public required double OilMinutes { get; init; }

    /// <summary>The standard's thermal constant k11.</summary>
    public required double OilFactor { get; init; }

    /// <summary>R: load losses over no-load losses at rated load.</summary>
    public required double LossRatio { get; init; }

    /// <summary>x: the oil exponent.</summary>
    public required double OilExponent { get; init; }

    /// <summary>Months in which the transformer is taken off the grid once for maintenance.</summary>
    public required IReadOnlyList<int> OutageMonths { get; init; }
}
