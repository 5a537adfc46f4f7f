// Plans a recipe, runs it, and compares: how far the plan's median lay from the time spent, in all and for each stage, over several pairs in fresh homes.
// The time that building Pangu takes and stages that were reused are left out. The share of processor time that other guests of the machine took ("steal")
// and that other processes used is stated, since both spoil a plan. Writes a Markdown table to stdout, one line a pair to stderr.
// Run (Linux, on an idle machine): dotnet run -c Release --project benchmarks/Pangu.PlanAccuracy -- --pairs 5 > plan-accuracy.md
//   --recipe power-transformer   name, folder or file
//   --pairs 5                    plan and run, this many times
//   --threads 2                  threads of both; default as many as there are processors
//   --program ./pangu            the launcher, or a built Pangu.Cli.dll
//   --set path=value             handed on to both; may be given several times
using System.Globalization;
using System.Runtime.InteropServices;
using Pangu.PlanAccuracy;
using Pangu.Processes;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var options = BenchmarkOptions.Read(args);
var program = new PanguProgram(options.Program);

using var stop = new CancellationTokenSource();
using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
var folder = Directory.CreateTempSubdirectory("pangu-plan-accuracy-").FullName;
var pairs = new List<Pair>();
try
{
    while (pairs.Count < options.Pairs)
    {
        var home = Directory.CreateDirectory(Path.Combine(folder, $"pair-{pairs.Count + 1}")).FullName;
        pairs.Add(await Pair.MeasureAsync(program, home, options.Arguments, stop.Token));
        Console.Error.WriteLine($"pair {pairs.Count}: {pairs[^1]}");
        Directory.Delete(home, recursive: true);
    }

    return 0;
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    return 130;
}
finally
{
    Directory.Delete(folder, recursive: true);
    if (pairs.Count > 0)
    {
        Console.WriteLine(AccuracyTable.Write(pairs)); // Also of a measurement that was broken off.
    }
}

void Stop(PosixSignalContext context)
{
    context.Cancel = true;
    stop.Cancel();
}
