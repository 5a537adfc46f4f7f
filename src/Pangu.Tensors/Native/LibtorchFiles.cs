using System.Reflection;
using System.Runtime.InteropServices;
using Pangu.Core;

namespace Pangu.Tensors.Native;

/// <summary>Where libtorch and TorchSharp's native half lie on this machine.</summary>
/// <param name="LibtorchFolder">Folder of <c>libtorch_cpu</c>.</param>
/// <param name="Bridge">TorchSharp's native library, as shipped.</param>
internal sealed record LibtorchFiles(string LibtorchFolder, string Bridge)
{
    /// <summary>The libtorch version that this build is made for.</summary>
    public static string LibtorchVersion { get; } = Metadata("LibtorchVersion");

    /// <summary>The TorchSharp version that this build is made for.</summary>
    public static string TorchSharpVersion { get; } = Metadata("TorchSharpVersion");

    /// <summary>The .NET name of this platform where libtorch is packaged for it, else null.</summary>
    public static string? Platform => (OperatingSystem.IsLinux(), OperatingSystem.IsWindows(), OperatingSystem.IsMacOS(), RuntimeInformation.ProcessArchitecture) switch
    {
        (true, _, _, Architecture.X64) => "linux-x64",
        (_, true, _, Architecture.X64) => "win-x64",
        (_, true, _, Architecture.Arm64) => "win-arm64",
        (_, _, true, Architecture.Arm64) => "osx-arm64",
        _ => null,
    };

    /// <summary>Name of a native library's file on this platform.</summary>
    /// <param name="name">For example <c>torch_cpu</c>.</param>
    /// <returns>For example <c>libtorch_cpu.so</c>.</returns>
    public static string FileName(string name) =>
        OperatingSystem.IsWindows() ? $"{name}.dll" : OperatingSystem.IsMacOS() ? $"lib{name}.dylib" : $"lib{name}.so";

    /// <summary>Finds the files: <c>PANGU_LIBTORCH</c>, the program's folder, then the NuGet package folder.</summary>
    /// <returns>The files.</returns>
    /// <exception cref="PanguException">They are on none of the paths, or libtorch is not packaged for this platform.</exception>
    public static LibtorchFiles Find()
    {
        var platform = Platform ?? throw PanguException.Missing(
            "libtorch-platform",
            $"libtorch is packaged for linux-x64, win-x64, win-arm64 and osx-arm64; this is {RuntimeInformation.RuntimeIdentifier}. Everything but training works here; train on one of those.");
        var packages = PackageFolder();
        var program = AppContext.BaseDirectory;
        var nativeFolder = Path.Combine(program, "runtimes", platform, "native");
        string[] shared = [.. Configured(), program, nativeFolder];
        string[] libtorchFolders = [.. shared, Path.Combine(packages, $"libtorch-cpu-{platform}", LibtorchVersion, "runtimes", platform, "native")];
        string[] bridgeFolders = [.. shared, Path.Combine(packages, "torchsharp", TorchSharpVersion, "runtimes", platform, "native")];
        var libtorch = libtorchFolders.FirstOrDefault(folder => File.Exists(Path.Combine(folder, FileName("torch_cpu"))));
        var bridge = bridgeFolders.Select(folder => Path.Combine(folder, FileName("LibTorchSharp"))).FirstOrDefault(File.Exists);
        return libtorch is not null && bridge is not null
            ? new LibtorchFiles(libtorch, bridge)
            : throw PanguException.Missing(
                "libtorch-files",
                $"{FileName(libtorch is null ? "torch_cpu" : "LibTorchSharp")} was not found; looked in {string.Join(", ", libtorch is null ? libtorchFolders : bridgeFolders)}. " +
                $"Run `dotnet restore` in the repository to download libtorch-cpu-{platform} {LibtorchVersion} and TorchSharp {TorchSharpVersion}, or set PANGU_LIBTORCH to a folder that holds both.");
    }

    private static IEnumerable<string> Configured() =>
        Environment.GetEnvironmentVariable("PANGU_LIBTORCH") is { Length: > 0 } folder ? [Path.GetFullPath(folder)] : [];

    private static string PackageFolder() => Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } folder
        ? folder
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    private static string Metadata(string key) =>
        typeof(LibtorchFiles).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(attribute => attribute.Key == key).Value!;
}
