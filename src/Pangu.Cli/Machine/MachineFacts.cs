using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Pangu.Cli.Machine;

/// <summary>What this machine is: processor, memory, operating system.</summary>
/// <param name="Processor">Name of the processor as the operating system gives it.</param>
/// <param name="Cores">Processors that this process may use.</param>
/// <param name="Features">Instruction sets that matter to the kernels, as the run time sees them.</param>
/// <param name="MemoryBytes">Memory that this process may use (a container's limit counts).</param>
/// <param name="Platform">For example <c>linux-x64</c>.</param>
/// <param name="OperatingSystem">Name and version.</param>
internal sealed record MachineFacts(string Processor, int Cores, IReadOnlyList<string> Features, long MemoryBytes, string Platform, string OperatingSystem)
{
    /// <summary>Platforms on which the tests of this version have been run.</summary>
    private static readonly string[] TestedPlatforms = ["linux-x64"];

    /// <summary>Whether the tests have been run on this platform.</summary>
    public bool Tested => TestedPlatforms.Contains(Platform);

    /// <summary>Reads the facts.</summary>
    public static MachineFacts Read() => new(
        ProcessorName(),
        Environment.ProcessorCount,
        [.. InstructionSets().Where(set => set.Present).Select(set => set.Name)],
        GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
        PlatformName(),
        RuntimeInformation.OSDescription);

    private static IEnumerable<(string Name, bool Present)> InstructionSets() =>
    [
        ("sse4.2", Sse42.IsSupported),
        ("avx", Avx.IsSupported),
        ("avx2", Avx2.IsSupported),
        ("fma", Fma.IsSupported),
        ("avx-vnni", AvxVnni.IsSupported),
        ("avx512f", Avx512F.IsSupported),
        ("avx512bw", Avx512BW.IsSupported),
        ("avx512vbmi", Avx512Vbmi.IsSupported),
        ("avx10.1", Avx10v1.IsSupported),
        ("neon", AdvSimd.IsSupported),
        ("dotprod", Dp.IsSupported),
    ];

    private static string PlatformName()
    {
        var system = System.OperatingSystem.IsWindows() ? "win" : System.OperatingSystem.IsMacOS() ? "osx" : System.OperatingSystem.IsLinux() ? "linux" : "other";
        return system + "-" + RuntimeInformation.ProcessArchitecture switch
        {
            Architecture.X64 => "x64",
            Architecture.Arm64 => "arm64",
            var other => other.ToString().ToLowerInvariant(),
        };
    }

    private static string ProcessorName()
    {
        const string linuxFile = "/proc/cpuinfo";
        if (File.Exists(linuxFile))
        {
            var line = File.ReadLines(linuxFile).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal));
            if (line is not null)
            {
                return line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
            }
        }

        return Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}
