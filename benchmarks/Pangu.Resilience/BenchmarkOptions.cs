using System.Globalization;

namespace Pangu.Resilience;

/// <summary>The command line of this benchmark; Program.cs says what each option is.</summary>
internal sealed record BenchmarkOptions(string Recipe, int Kills, int KillsARun, IReadOnlyList<string> Stages, ulong Seed, int Threads, string Program)
{
    /// <summary>Reads the options.</summary>
    /// <param name="arguments">Pairs of name and value.</param>
    /// <exception cref="ArgumentException">An option is unknown or has no value.</exception>
    public static BenchmarkOptions Read(string[] arguments)
    {
        var options = new BenchmarkOptions("power-transformer-small", 25, 1, [], 1, 1, "./pangu");
        for (var index = 0; index < arguments.Length; index += 2)
        {
            var value = index + 1 < arguments.Length ? arguments[index + 1] : throw new ArgumentException($"{arguments[index]} needs a value.");
            options = arguments[index] switch
            {
                "--recipe" => options with { Recipe = value },
                "--kills" => options with { Kills = Number(value) },
                "--kills-a-run" => options with { KillsARun = Number(value) },
                "--stages" => options with { Stages = value.Split(',') },
                "--seed" => options with { Seed = ulong.Parse(value, CultureInfo.InvariantCulture) },
                "--threads" => options with { Threads = Number(value) },
                "--program" => options with { Program = value },
                var name => throw new ArgumentException($"{name} is no option; the head of Program.cs lists them."),
            };
        }

        return options;
    }

    private static int Number(string value) => int.Parse(value, CultureInfo.InvariantCulture);
}
