using System.Globalization;

namespace Pangu.Workshop.Plans;

/// <summary>Energy of the processor package: RAPL counters where Linux lets them be read, else seconds times an assumed power.</summary>
/// <remarks>/sys/class/powercap/intel-rapl:N/energy_uj, microjoules, wrapping at max_energy_range_uj (Linux kernel documentation, power capping framework). AMD processors appear under the same name.</remarks>
public sealed class EnergyMeter
{
    private readonly double _assumedWatts;
    private readonly (string Counter, double WrapMicrojoules)[] _counters;

    /// <summary>Looks for counters.</summary>
    /// <param name="assumedWatts">Power where nothing can be read, in watts.</param>
    public EnergyMeter(double assumedWatts)
    {
        _assumedWatts = assumedWatts;
        _counters = FindCounters();
    }

    /// <summary><c>measured</c> or <c>assumed</c>.</summary>
    public string Source => _counters.Length > 0 ? "measured" : "assumed";

    /// <summary>Reads the counters.</summary>
    /// <returns>A point to measure from.</returns>
    public EnergyReading Read() => new([.. _counters.Select(counter => ReadNumber(counter.Counter) ?? 0)]);

    /// <summary>Energy since a reading.</summary>
    /// <param name="start">The reading.</param>
    /// <param name="seconds">Seconds since then, for the assumed power.</param>
    /// <returns>Joules.</returns>
    public double JoulesSince(EnergyReading start, double seconds)
    {
        if (_counters.Length == 0)
        {
            return Assumed(seconds);
        }

        var now = Read();
        return _counters.Select((counter, index) =>
        {
            var difference = now.Microjoules[index] - start.Microjoules[index];
            return (difference < 0 ? difference + counter.WrapMicrojoules : difference) / 1e6;
        }).Sum();
    }

    /// <summary>Energy of a span at the assumed power.</summary>
    /// <param name="seconds">Seconds.</param>
    /// <returns>Joules.</returns>
    public double Assumed(double seconds) => seconds * _assumedWatts;

    private static (string Counter, double Wrap)[] FindCounters()
    {
        const string Folder = "/sys/class/powercap";
        return Directory.Exists(Folder)
            ? [.. Directory.EnumerateDirectories(Folder, "intel-rapl:*")
                .Where(zone => Path.GetFileName(zone).Count(letter => letter == ':') == 1)
                .Order(StringComparer.Ordinal)
                .Select(zone => (Path.Combine(zone, "energy_uj"), ReadNumber(Path.Combine(zone, "max_energy_range_uj")) ?? 0))
                .Where(counter => ReadNumber(counter.Item1) is not null)]
            : [];
    }

    private static double? ReadNumber(string path)
    {
        try
        {
            return double.Parse(File.ReadAllText(path), CultureInfo.InvariantCulture);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException)
        {
            return null; // Not readable without rights: the caller says "assumed".
        }
    }
}

/// <summary>A point to measure energy from.</summary>
/// <param name="Microjoules">Each counter's value.</param>
public sealed record EnergyReading(IReadOnlyList<double> Microjoules);
