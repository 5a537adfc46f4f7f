using System.Diagnostics;
using System.Text.Json;

namespace Pangu.Cli.Tests.EndToEnd;

/// <summary>Starts <c>./pangu</c> as a user does.</summary>
internal static class Launcher
{
    public static string Path => System.IO.Path.Combine(Outside.RepositoryRoot, OperatingSystem.IsWindows() ? "pangu.cmd" : "pangu");

    public static Process Start(string home, string? folder, IReadOnlyDictionary<string, string>? variables, params string[] arguments) => Start(Path, home, folder, variables, arguments);

    public static Process Start(string program, string home, string? folder, IReadOnlyDictionary<string, string>? variables, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, UseShellExecute = false, WorkingDirectory = folder ?? home };
        start.Environment["PANGU_HOME"] = home;
        start.Environment.Remove("PANGU_ROOT");
        foreach (var (name, value) in variables ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    public static async Task<ProcessOutcome> RunAsync(string home, params string[] arguments)
    {
        using var process = Start(home, null, null, arguments);
        return await EndAsync(process);
    }

    public static async Task<ProcessOutcome> EndAsync(Process process)
    {
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new ProcessOutcome(process.ExitCode, await output, await errors);
    }

    /// <summary>Sends a signal by number of its name, for example <c>INT</c>.</summary>
    public static void Signal(Process process, string name)
    {
        using var kill = Process.Start("kill", ["-" + name, process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }
}

/// <summary>What a process left behind.</summary>
internal sealed record ProcessOutcome(int ExitCode, string Output, string Errors)
{
    public JsonElement Json => JsonDocument.Parse(Output.TrimEnd('\n', '\r').Split('\n')[^1]).RootElement;
}
