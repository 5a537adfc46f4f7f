using System.CommandLine;
using System.Text.Json.Serialization;
using Pangu.Cli.Machine;
using Pangu.Tensors;

namespace Pangu.Cli.Verbs;

/// <summary><c>pangu doctor</c>: what this machine can do, what is missing and how to get it.</summary>
internal static class DoctorVerb
{
    private const long SmallMemoryBytes = 4L << 30;

    public static Command Create(VerbHost host) => host.Verb(
        "doctor",
        "Says what this machine can do, what is missing and how to get it.",
        "./pangu doctor",
        [],
        call => Task.FromResult(Run(call)));

    private static int Run(VerbCall call)
    {
        var machine = MachineFacts.Read();
        var problems = new List<DoctorProblem>();
        if (!machine.Tested)
        {
            problems.Add(new($"{machine.Platform} is untested: the tests of this version have been run on linux-x64 alone."));
        }

        if (machine.MemoryBytes < SmallMemoryBytes)
        {
            problems.Add(new($"{machine.MemoryBytes >> 20} MiB of memory may be used; training wants 4096 MiB, forecasting runs with less."));
        }

        var bandwidth = MemoryBandwidth.Measure(call.Settings.Threads, call.Time);
        var gemm = GemmRate.Measure(call.Settings.Threads, call.Time);
        var libtorch = Libtorch.Describe();
        if (!libtorch.Available)
        {
            problems.Add(new($"Training does not work here; everything else does. {libtorch.Reason}"));
        }

        var result = new DoctorResult(
            1, new(machine.Processor, machine.Cores, machine.Features), machine.Platform, machine.OperatingSystem, machine.MemoryBytes, bandwidth, gemm,
            new(libtorch.Available, libtorch.Version, libtorch.Folder, libtorch.Patched, libtorch.Reason), call.Surroundings.Home, problems);
        call.Result(result, DoctorJson.Default.DoctorResult, text => Write(text, result));
        return 0;
    }

    private static void Write(TextWriter text, DoctorResult result)
    {
        text.WriteLine($"processor   {result.Cpu.Name}, {result.Cpu.Cores} cores: {string.Join(' ', result.Cpu.Features)}");
        text.WriteLine($"system      {result.Platform}, {result.OperatingSystem}");
        text.WriteLine($"memory      {result.MemoryBytes / (double)(1 << 30):F1} GiB, read at {result.BandwidthBytesPerSecond / 1e9:F1} GB/s");
        text.WriteLine($"matrices    {result.GemmFlopsPerSecond / 1e9:F0} GFLOP/s in float32");
        text.WriteLine($"libtorch    {(result.Libtorch.Available ? $"{result.Libtorch.Version}{(result.Libtorch.Patched ? ", its bridge patched for this system's older C++ runtime" : "")}" : "not available")}");
        text.WriteLine($"home        {result.Home}");
        text.WriteLine(result.Problems.Count == 0 ? "No problems found." : $"{result.Problems.Count} problem(s):");
        foreach (var problem in result.Problems)
        {
            text.WriteLine($"  - {problem.Message}");
        }
    }
}

/// <summary>What <c>doctor --json</c> prints.</summary>
internal sealed record DoctorResult(
    int Schema, DoctorProcessor Cpu, string Platform, string OperatingSystem, long MemoryBytes, double BandwidthBytesPerSecond, double GemmFlopsPerSecond, DoctorLibtorch Libtorch,
    string Home, IReadOnlyList<DoctorProblem> Problems);

/// <summary>The processor.</summary>
internal sealed record DoctorProcessor(string Name, int Cores, IReadOnlyList<string> Features);

/// <summary>The training engine.</summary>
internal sealed record DoctorLibtorch(bool Available, string Version, string? Folder, bool Patched, string? Reason);

/// <summary>Something that does not work here, and what to do.</summary>
internal sealed record DoctorProblem(string Message);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(DoctorResult))]
internal sealed partial class DoctorJson : JsonSerializerContext;
