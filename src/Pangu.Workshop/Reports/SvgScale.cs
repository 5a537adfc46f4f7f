using System.Globalization;

namespace Pangu.Workshop.Reports;

/// <summary>Maps a range of values to pixels and finds round numbers for its ticks.</summary>
/// <param name="Low">Value at <paramref name="From"/>.</param>
/// <param name="High">Value at <paramref name="To"/>.</param>
/// <param name="From">First pixel.</param>
/// <param name="To">Last pixel.</param>
/// <param name="Log">Whether the scale is logarithmic.</param>
internal readonly record struct SvgScale(double Low, double High, double From, double To, bool Log = false)
{
    /// <summary>Pixel of a value.</summary>
    public double At(double value) => Log
        ? From + ((To - From) * (Math.Log(Math.Max(value, 1e-300) / Low) / Math.Log(High / Low)))
        : From + ((To - From) * ((value - Low) / (High - Low)));

    /// <summary>Round values within the range, about <paramref name="wanted"/> of them.</summary>
    public IReadOnlyList<double> Ticks(int wanted)
    {
        if (Log)
        {
            var (low, high) = (Low, High);
            return [.. Enumerable.Range((int)Math.Floor(Math.Log10(low)), 40)
                .SelectMany(power => new[] { 1.0, 2, 5 }.Select(digit => digit * Math.Pow(10, power)))
                .Where(tick => tick >= low && tick <= high)];
        }

        var step = RoundStep((High - Low) / wanted);
        var first = Math.Ceiling(Low / step);
        var last = Math.Floor((High / step) + 1e-9);
        return [.. Enumerable.Range(0, (int)(last - first) + 1).Select(index => (first + index) * step)];
    }

    /// <summary>Unix milliseconds at midnight or month starts within the range, about <paramref name="wanted"/> of them, with their texts.</summary>
    public IReadOnlyList<(double Value, string Text)> TimeTicks(int wanted)
    {
        const double Day = 86_400_000;
        double[] steps = [Day / 24, Day / 8, Day / 4, Day / 2, Day, 2 * Day, 7 * Day, 14 * Day, 30 * Day, 91 * Day, 182 * Day, 365 * Day, 1826 * Day];
        var (low, high) = (Low, High);
        var step = steps.FirstOrDefault(candidate => (high - low) / candidate <= wanted, steps[^1]);
        var format = step < Day ? "d MMM HH:mm" : step < 30 * Day ? "d MMM" : "MMM yyyy";
        var first = Math.Ceiling(low / step);
        return [.. Enumerable.Range(0, Math.Max(0, (int)(Math.Floor(high / step) - first) + 1))
            .Select(index => (first + index) * step)
            .Select(value => (value, DateTimeOffset.FromUnixTimeMilliseconds((long)value).ToString(format, CultureInfo.InvariantCulture)))];
    }

    /// <summary>A short text of a value.</summary>
    public static string Text(double value)
    {
        var size = Math.Abs(value);
        return size is 0 or (>= 1e-3 and < 1e6)
            ? value.ToString("0.#####", CultureInfo.InvariantCulture)
            : value.ToString("0.##e0", CultureInfo.InvariantCulture);
    }

    private static double RoundStep(double raw)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(raw)));
        var digit = raw / power;
        return (digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 : 10) * power;
    }
}
