using System.Diagnostics;
using System.Globalization;

namespace Pangu.TestRun;

/// <summary>One test project of the solution and its built assembly.</summary>
internal sealed class TestAssembly(string name, string path)
{
    private const int TailCharacters = 4000;

    public string Name { get; } = name;

    /// <summary>Finds the test projects: folders <c>tests/*.Tests</c> that hold a project.</summary>
    public static IReadOnlyList<TestAssembly> FindAll(RunOptions options) =>
        [.. Directory.EnumerateDirectories(Path.Combine(options.Root, "tests"), "*.Tests")
            .Select(folder => (Folder: folder, Name: Path.GetFileName(folder)))
            .Where(project => File.Exists(Path.Combine(project.Folder, project.Name + ".csproj")))
            .Where(project => options.Only is null || project.Name.Contains(options.Only, StringComparison.OrdinalIgnoreCase))
            .OrderBy(project => project.Name, StringComparer.Ordinal)
            .Select(project => new TestAssembly(project.Name, Path.Combine(project.Folder, "bin", options.Configuration, "net10.0", project.Name + ".dll")))];

    /// <summary>Runs the assembly in a process of its own, with few threads and a home of its own.</summary>
    public Outcome Run(RunOptions options, CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
        {
            return Outcome.Broken(Name, $"{path} was not built.");
        }

        var results = Path.Combine(options.Root, "TestResults");
        Directory.CreateDirectory(results);
        var resultFile = Path.Combine(results, Name + ".ctrf.json");
        File.Delete(resultFile);
        var home = Directory.CreateTempSubdirectory("pangu-test-home-");
        try
        {
            using var process = Process.Start(StartInfo(options, resultFile, home.FullName)) ?? throw new InvalidOperationException($"{path} did not start.");
            var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
            var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
            var stopped = !WaitForEnd(process, TimeSpan.FromMinutes(options.TimeoutMinutes), cancellationToken);
            var said = Tail(output.Result + errors.Result);
            if (stopped)
            {
                return Outcome.Broken(Name, string.Create(CultureInfo.InvariantCulture, $"stopped after {options.TimeoutMinutes} minutes or on request; it had said:\n{said}"));
            }

            var outcome = File.Exists(resultFile) ? ResultFile.Read(resultFile) : Outcome.Broken(Name, $"ended with {process.ExitCode} and left no result file; it had said:\n{said}");
            return process.ExitCode != 0 && outcome.Tally.Failed == 0
                ? Outcome.Broken(Name, $"ended with {process.ExitCode} though no test failed; it had said:\n{said}") with { Tally = outcome.Tally + new Tally(0, 1, 0) }
                : outcome;
        }
        finally
        {
            home.Delete(recursive: true);
        }
    }

    private ProcessStartInfo StartInfo(RunOptions options, string resultFile, string home)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, UseShellExecute = false, WorkingDirectory = options.Root };
        foreach (var argument in (string[])[path, "-noLogo", "-noColor", "-parallel", "none", "-ctrf", resultFile])
        {
            start.ArgumentList.Add(argument);
        }

        if (!options.All)
        {
            start.ArgumentList.Add("-trait-");
            start.ArgumentList.Add("Category=EndToEnd");
        }

        if (options.Method is not null)
        {
            start.ArgumentList.Add("-method");
            start.ArgumentList.Add(options.Method);
        }

        var threads = Math.Clamp(Environment.ProcessorCount, 1, 2).ToString(CultureInfo.InvariantCulture);
        foreach (var variable in (string[])["OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "DOTNET_PROCESSOR_COUNT"])
        {
            start.Environment[variable] = threads;
        }

        start.Environment["DOTNET_gcServer"] = "0";
        start.Environment["DOTNET_NOLOGO"] = "1";
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["PANGU_HOME"] = home;
        start.Environment["PANGU_ROOT"] = options.Root;
        return start;
    }

    private static bool WaitForEnd(Process process, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(limit);
        try
        {
            process.WaitForExitAsync(patience.Token).GetAwaiter().GetResult();
            return true;
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
            return false;
        }
    }

    private static string Tail(string text) => text.Length <= TailCharacters ? text : "... " + text[^TailCharacters..];
}
