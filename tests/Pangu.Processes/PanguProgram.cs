using System.Diagnostics;

namespace Pangu.Processes;

/// <summary>How to start Pangu: the launcher, or the built <c>Pangu.Cli.dll</c>.</summary>
/// <param name="path">Path of either.</param>
public sealed class PanguProgram(string path)
{
    private readonly string _path = File.Exists(path) ? Path.GetFullPath(path) : throw new FileNotFoundException($"{path} does not exist; give the launcher ./pangu or the built Pangu.Cli.dll.");

    /// <summary>Starts a verb in a process group of its own.</summary>
    /// <param name="home">PANGU_HOME.</param>
    /// <param name="arguments">The verb and its arguments.</param>
    /// <returns>The running program.</returns>
    public PanguProcess Start(string home, params IReadOnlyList<string> arguments)
    {
        var start = _path.EndsWith(".dll", StringComparison.Ordinal) ? new ProcessStartInfo("dotnet") { ArgumentList = { _path } } : new ProcessStartInfo(_path);
        (start.RedirectStandardOutput, start.RedirectStandardError, start.RedirectStandardInput, start.UseShellExecute) = (true, true, true, false);
        start.Environment["PANGU_HOME"] = home;
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return new PanguProcess(ProcessGroup.Start(start));
    }

    /// <summary>Starts a verb and waits for its end.</summary>
    /// <param name="home">PANGU_HOME.</param>
    /// <param name="cancellation">Kills the program.</param>
    /// <param name="arguments">The verb and its arguments.</param>
    /// <returns>What it left.</returns>
    public async Task<PanguEnd> RunAsync(string home, CancellationToken cancellation, params IReadOnlyList<string> arguments)
    {
        using var process = Start(home, arguments);
        return await process.EndAsync(cancellation);
    }
}
