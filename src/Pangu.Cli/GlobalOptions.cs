using System.CommandLine;
using Pangu.Core;

namespace Pangu.Cli;

/// <summary>The options that every verb has.</summary>
internal sealed class GlobalOptions
{
    public Option<bool> Json { get; } = new("--json") { Description = "The last line of stdout is one JSON object.", Recursive = true };

    public Option<bool> Debug { get; } = new("--debug") { Description = "Show stack traces.", Recursive = true };

    public Option<int?> Threads { get; } = new("--threads") { Description = "Processor threads to use (default: one a core).", HelpName = "n", Recursive = true };

    public Option<ulong?> Seed { get; } = new("--seed") { Description = "Root seed of everything random (default: the recipe's; generate: 0).", HelpName = "n", Recursive = true };

    public Option<bool> Offline { get; } = new("--offline") { Description = "Use no network.", Recursive = true };

    public Option<string[]> Set { get; } = new("--set") { Description = "Change one setting, for example --set models.forecast.gate.margin=0.02. Repeatable.", HelpName = "path=value", Recursive = true, AllowMultipleArgumentsPerToken = false };

    public IReadOnlyList<Option> All => [Json, Debug, Threads, Seed, Offline, Set];

    /// <summary>Reads the values of one invocation.</summary>
    /// <exception cref="PanguException">A value is out of range.</exception>
    public GlobalSettings Read(ParseResult parsed)
    {
        var threads = parsed.GetValue(Threads);
        if (threads is < 1 or > 1024)
        {
            throw PanguException.Usage("threads", $"--threads is {threads}; expected 1 to 1024.");
        }

        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var assignment in parsed.GetValue(Set) ?? [])
        {
            var parts = assignment.Split('=', 2);
            if (parts.Length != 2 || parts[0].Length == 0)
            {
                throw PanguException.Usage("set", $"--set got '{assignment}'; expected path=value, for example --set models.forecast.gate.margin=0.02.");
            }

            settings[parts[0]] = parts[1];
        }

        return new GlobalSettings(parsed.GetValue(Json), parsed.GetValue(Debug), threads ?? Environment.ProcessorCount, parsed.GetValue(Seed), parsed.GetValue(Offline), settings);
    }

    /// <summary>Whether a flag stands among the arguments; for errors met before the command line could be read.</summary>
    public static bool Has(string[] arguments, string flag) => arguments.TakeWhile(argument => argument != "--").Contains(flag);
}

/// <summary>Values of the options that every verb has.</summary>
/// <param name="Json">Whether results go out as JSON.</param>
/// <param name="Debug">Whether stack traces are shown.</param>
/// <param name="Threads">Processor threads to use.</param>
/// <param name="Seed">Root seed; null for the recipe's.</param>
/// <param name="Offline">Whether the network is out of bounds.</param>
/// <param name="Set">Settings to change: dotted path to value.</param>
internal sealed record GlobalSettings(bool Json, bool Debug, int Threads, ulong? Seed, bool Offline, IReadOnlyDictionary<string, string> Set);
