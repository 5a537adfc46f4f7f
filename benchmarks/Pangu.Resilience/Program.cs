// Kills runs of a recipe with SIGKILL (the whole process group, nothing can catch it) at seeded random moments spread over the plan, every stage and what
// follows the last stage; runs each again to its end and compares every package hash with those of a run that was left alone. Exit code 1 where one differs.
// Run (Linux): dotnet run -c Release --project benchmarks/Pangu.Resilience -- --kills 25
//   --recipe power-transformer-small   name, folder or file
//   --kills 25                         kills in all
//   --kills-a-run 1                    kills of the same run, one start after the other, before it may end
//   --stages a,b                       kill within these only
//   --seed 1 --threads 1
//   --program ./pangu                  the launcher (leave the sources alone meanwhile), or a built Pangu.Cli.dll
using System.Globalization;
using System.Runtime.InteropServices;
using Pangu.Processes;
using Pangu.Resilience;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var options = BenchmarkOptions.Read(args);
var program = new PanguProgram(options.Program);
string[] run = ["run", options.Recipe, "--json", "--threads", options.Threads.ToString(CultureInfo.InvariantCulture)];

using var stop = new CancellationTokenSource();
using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
var folder = Directory.CreateTempSubdirectory("pangu-resilience-").FullName;
try
{
    var home = Home("uninterrupted");
    var uninterrupted = await program.RunAsync(home, stop.Token, run);
    var trial = new KillTrial(program, run, uninterrupted);
    Console.WriteLine($"uninterrupted: {uninterrupted.Seconds:0.0} s, {uninterrupted.Json.GetProperty("status").GetString()}");
    foreach (var (model, package) in KillTrial.PackagesOf(uninterrupted))
    {
        Console.WriteLine($"  {model} {package}");
    }

    Directory.Delete(home, recursive: true);
    var trials = KillPoints.Spread(trial.Timeline, options.Kills, options.Seed, options.Stages).Chunk(options.KillsARun).Select(points => trial.Timeline.InOrder(points)).ToList();
    var identical = 0;
    for (var index = 0; index < trials.Count; index++)
    {
        home = Home($"trial-{index + 1}");
        var outcome = await trial.RunAsync(home, trials[index], stop.Token);
        identical += outcome.Different.Count == 0 ? 1 : 0;
        Console.WriteLine($"{index + 1,3}. killed at {string.Join("; ", outcome.Kills)}; then {(outcome.WentOn.Count == 0 ? "begun anew where it was" : string.Join("; ", outcome.WentOn))}: {(outcome.Different.Count == 0 ? "identical" : $"DIFFERENT: {string.Join(", ", outcome.Different)}, kept in {home}")}");
        if (outcome.Different.Count == 0)
        {
            Directory.Delete(home, recursive: true);
        }
    }

    Console.WriteLine($"{identical} of {trials.Count} identical ({options.Kills} kills)");
    return identical == trials.Count ? 0 : 1;
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    return 130;
}
finally
{
    if (!Directory.EnumerateFileSystemEntries(folder).Any() || stop.IsCancellationRequested)
    {
        Directory.Delete(folder, recursive: true);
    }
}

string Home(string name) => Directory.CreateDirectory(Path.Combine(folder, name)).FullName;

void Stop(PosixSignalContext context)
{
    context.Cancel = true;
    stop.Cancel();
}
