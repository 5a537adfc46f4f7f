// Runs every test assembly in a process of its own and adds up what they say. Started by ./test, which builds first; by hand:
//   dotnet tests/Run/bin/Release/net10.0/Run.dll [--all] [--only Core] [--configuration Release]
using System.Diagnostics;
using Pangu.TestRun;

var options = RunOptions.Parse(args);
if (options is null)
{
    Console.WriteLine(RunOptions.Help);
    return args.Contains("--help") ? 0 : 2;
}

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, press) =>
{
    press.Cancel = true;
    stop.Cancel();
};

var total = Tally.None;
var clock = Stopwatch.StartNew();
foreach (var assembly in TestAssembly.FindAll(options))
{
    var began = clock.Elapsed;
    var outcome = assembly.Run(options, stop.Token);
    var tally = outcome.Tally;
    total += tally;
    Console.WriteLine($"{assembly.Name,-34} {tally.Passed,5} passed {tally.Failed,4} failed {tally.Skipped,4} skipped  {(clock.Elapsed - began).TotalMinutes,6:F2} min");
    foreach (var failure in outcome.Failures)
    {
        Console.WriteLine($"  FAILED {failure.Test}");
        Console.WriteLine("    " + failure.Text.ReplaceLineEndings("\n    ").TrimEnd());
    }

    foreach (var (reason, count) in outcome.SkipReasons)
    {
        Console.WriteLine($"  skipped {count}: {reason}");
    }

    if (stop.IsCancellationRequested)
    {
        Console.WriteLine("Stopped.");
        break;
    }
}

Console.WriteLine($"{clock.Elapsed.TotalMinutes:F2} min in all");
Console.WriteLine(total.ToString());
return stop.IsCancellationRequested ? 130 : total.Failed > 0 || total.Passed == 0 ? 1 : 0;
