using System.Globalization;

namespace Pangu.PlanAccuracy;

/// <summary>The command line of this benchmark; Program.cs says what each option is.</summary>
internal sealed record BenchmarkOptions(string Recipe, int Pairs, int Threads, string Program, IReadOnlyList<string> Settings)
{
    /// <summary>What <c>plan</c> and <c>run</c> are both given.</summary>
    public IReadOnlyList<string> Arguments =>
        [Recipe, "--json", "--threads", Threads.ToString(CultureInfo.InvariantCulture), .. Settings.SelectMany(setting => (string[])["--set", setting])];

    /// <summary>Reads the options.</summary>
    /// <param name="arguments">Pairs of name and value.</param>
    /// <exception cref="ArgumentException">An option is unknown or has no value.</exception>
    public static BenchmarkOptions Read(string[] arguments)
    {
        var options = new BenchmarkOptions("power-transformer", 5, Environment.ProcessorCount, "./pangu", []);
        for (var index = 0; index < arguments.Length; index += 2)
        {
            var value = index + 1 < arguments.Length ? arguments[index + 1] : throw new ArgumentException($"{arguments[index]} needs a value.");
            options = arguments[index] switch
            {
                "--recipe" => options with { Recipe = value },
                "--pairs" => options with { Pairs = int.Parse(value, CultureInfo.InvariantCulture) },
                "--threads" => options with { Threads = int.Parse(value, CultureInfo.InvariantCulture) },
                "--program" => options with { Program = value },
                "--set" => options with { Settings = [.. options.Settings, value] },
                var name => throw new ArgumentException($"{name} is no option; the head of Program.cs lists them."),
            };
        }

        return options;
    }
}
