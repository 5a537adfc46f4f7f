using System.Globalization;

namespace Pangu.Processes;

/// <summary>Runs a recipe that is killed on its way, and compares the packages with those of a run that was left alone.</summary>
/// <param name="program">How to start Pangu.</param>
/// <param name="arguments">The verb <c>run</c> and its arguments, <c>--json</c> among them.</param>
/// <param name="uninterrupted">The run that was left alone.</param>
public sealed class KillTrial(PanguProgram program, IReadOnlyList<string> arguments, PanguEnd uninterrupted)
{
    private const int KilledExitCode = 128 + (int)GroupSignal.Kill;

    private readonly RunTimeline _timeline = RunTimeline.Of(uninterrupted);
    private readonly SortedDictionary<string, string> _expected = PackagesOf(uninterrupted);

    /// <summary>When the uninterrupted run worked on what.</summary>
    public RunTimeline Timeline => _timeline;

    /// <summary>Package hash of every model of a run.</summary>
    /// <param name="end">The run, made with <c>--json</c>.</param>
    /// <returns>Hashes by the models' names.</returns>
    public static SortedDictionary<string, string> PackagesOf(PanguEnd end) => end.ExitCode is 0 or 1
        ? new(end.Json.GetProperty("models").EnumerateArray().ToDictionary(model => model.GetProperty("name").GetString()!, model => model.GetProperty("package").GetString()!), StringComparer.Ordinal)
        : throw new InvalidOperationException($"The run ended with exit code {end.ExitCode}:\n{end.Errors}");

    /// <summary>Starts the recipe as often as there are kills, kills each start's process group, and runs it once more to its end.</summary>
    /// <param name="home">An empty PANGU_HOME.</param>
    /// <param name="points">Moments, in the order of the run.</param>
    /// <param name="cancellation">Ends the trial; nothing is left running.</param>
    /// <returns>What came of it.</returns>
    public async Task<TrialOutcome> RunAsync(string home, IReadOnlyList<KillPoint> points, CancellationToken cancellation)
    {
        var kills = await KillAsync(home, points, 1, cancellation);
        for (var share = 0.5; kills is null; share /= 2)
        {
            // A run that ended before its kill is no trial of one; the earlier the kill, the surer it comes.
            Directory.Delete(home, recursive: true);
            Directory.CreateDirectory(home);
            kills = await KillAsync(home, points, share, cancellation);
        }

        var end = await program.RunAsync(home, cancellation, arguments);
        var packages = PackagesOf(end);
        var different = _expected.Keys.Union(packages.Keys).Where(name => _expected.GetValueOrDefault(name) != packages.GetValueOrDefault(name)).ToList();
        return new TrialOutcome(kills, [.. end.Lines.Where(line => line.Text.Contains(": go", StringComparison.Ordinal)).Select(line => line.Text)], different, end);
    }

    private async Task<List<string>?> KillAsync(string home, IReadOnlyList<KillPoint> points, double share, CancellationToken cancellation)
    {
        var kills = new List<string>();
        foreach (var point in points)
        {
            using var process = program.Start(home, arguments);
            var reached = await process.WaitForAsync(line => _timeline.Reaches(line, point.Work), cancellation);
            if (reached is null || !await process.WaitForAsync(TimeSpan.FromSeconds(share * point.Seconds), cancellation))
            {
                return null;
            }

            process.Send(GroupSignal.Kill);
            var killed = process.Seconds;
            var end = await process.EndAsync(cancellation);
            if (end.ExitCode != KilledExitCode)
            {
                return null;
            }

            // Where it was hit is what the last line says: on a machine that is faster or slower than in the uninterrupted run, that is not always where it was aimed.
            kills.Add(string.Create(CultureInfo.InvariantCulture, $"{end.Lines[^1].Text} (aimed at {point.Work} + {point.Seconds * share:0.00} s, {killed - reached.Seconds:0.00} s after it began)"));
        }

        return kills;
    }
}

/// <summary>What came of a trial.</summary>
/// <param name="Kills">Where the run was killed.</param>
/// <param name="WentOn">What the last start said of going on.</param>
/// <param name="Different">Models whose package hash differs from the uninterrupted run's; empty for none.</param>
/// <param name="End">The last start.</param>
public sealed record TrialOutcome(IReadOnlyList<string> Kills, IReadOnlyList<string> WentOn, IReadOnlyList<string> Different, PanguEnd End);
