using System.Text.Json;
using Pangu.Core;

namespace Pangu.Workshop.Plans;

/// <summary>What time and energy cost; read from <c>prices.json</c> in PANGU_HOME, else the one in the repository.</summary>
public sealed record Prices
{
    /// <summary>Currency of every amount, ISO 4217.</summary>
    public required string Currency { get; init; }

    /// <summary>Price of a kilowatt-hour.</summary>
    public required double PerKilowattHour { get; init; }

    /// <summary>Price of an hour of the machine (rent or write-off), energy apart.</summary>
    public required double PerMachineHour { get; init; }

    /// <summary>Power of the machine under load where it cannot be measured, in watts.</summary>
    public required double AssumedWatts { get; init; }

    /// <summary>Where the numbers come from.</summary>
    public string? Source { get; init; }

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow };

    /// <summary>Price of some work.</summary>
    /// <param name="seconds">Seconds of the machine.</param>
    /// <param name="energyJoules">Energy.</param>
    /// <returns>The amount in <see cref="Currency"/>.</returns>
    public double Amount(double seconds, double energyJoules) => (seconds / 3600 * PerMachineHour) + (energyJoules / 3.6e6 * PerKilowattHour);

    /// <summary>Reads the first file that exists.</summary>
    /// <param name="candidates">Paths in order of preference.</param>
    /// <returns>The prices.</returns>
    /// <exception cref="PanguException">No file exists or one cannot be read.</exception>
    public static Prices Read(params IReadOnlyList<string> candidates)
    {
        var path = candidates.FirstOrDefault(File.Exists)
            ?? throw PanguException.Missing("prices", $"No prices file was found; looked for {string.Join(", ", candidates)}.");
        try
        {
            return JsonSerializer.Deserialize<Prices>(File.ReadAllText(path), Json)!;
        }
        catch (JsonException exception)
        {
            throw new PanguException(ErrorKind.Usage, "prices", $"The prices file {path} could not be read: {exception.Message}", exception);
        }
    }
}
