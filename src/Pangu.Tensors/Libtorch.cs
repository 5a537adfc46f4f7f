using System.Runtime.InteropServices;
using System.Runtime.Loader;
using Pangu.Core;
using Pangu.Tensors.Kernels;
using Pangu.Tensors.Native;
using TorchSharp;

namespace Pangu.Tensors;

/// <summary>
/// Loads libtorch into the process, once. A process has one libtorch, so this is the one place of the product that keeps process-wide state.
/// Safe for many callers at once.
/// </summary>
/// <remarks>
/// TorchSharp's own loader fails on systems whose C++ runtime is older than GCC 13's and then copies 470 MB beside the program. Here everything is loaded
/// by full path before TorchSharp looks, from the package folder, so that it finds it there; where the C++ runtime is older, its native half is loaded from a
/// patched copy in the cache (<see cref="ElfImportPatch"/>), the original untouched.
/// </remarks>
public static class Libtorch
{
    private const string MissingVersion = "GLIBCXX_3.4.32";
    private static readonly Lock s_gate = new();
    private static LoadedLibtorch? s_loaded;

    /// <summary>Loads libtorch and sets its threads; does nothing when it is loaded with as many threads.</summary>
    /// <param name="threads">Threads that one operator uses, at least 1; the first call decides for the process.</param>
    /// <param name="cacheFolder">Where a patched copy is kept; default <c>libtorch</c> in the cache of <c>PANGU_HOME</c> (default <c>~/.pangu</c>).</param>
    /// <returns>What was loaded.</returns>
    /// <exception cref="PanguException">It is not there or does not load (with the loader's own reason), or it is loaded with another number of threads.</exception>
    public static LibtorchReport Load(int threads, string? cacheFolder = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        lock (s_gate)
        {
            s_loaded ??= LoadOnce(threads, cacheFolder ?? DefaultCacheFolder());
            return s_loaded.Report.Threads == threads
                ? s_loaded.Report
                : throw PanguException.Usage("libtorch-threads", $"libtorch runs with {s_loaded.Report.Threads} thread(s) in this process, {threads} were asked for; the number is set once, when it is loaded.");
        }
    }

    /// <summary>Has operators run on the calling thread alone, or on all the threads that libtorch was loaded with.</summary>
    /// <remarks>
    /// While our own kernels do the large work on as many threads, operators between them do better alone: threads of both that wait by spinning take each other's processors. Process-wide, like
    /// the number of threads itself.
    /// </remarks>
    /// <param name="alone">Whether the calling thread works alone.</param>
    public static void LimitOperators(bool alone)
    {
        lock (s_gate)
        {
            if (s_loaded is { Report.Threads: > 1 })
            {
                torch.set_num_threads(alone ? 1 : s_loaded.Report.Threads);
            }
        }
    }

    /// <summary>What libtorch is on this machine; loads it when it is not loaded yet (with one thread), and never throws.</summary>
    /// <param name="cacheFolder">As for <see cref="Load"/>.</param>
    /// <returns>The report; when it is not available, with the reason.</returns>
    public static LibtorchReport Describe(string? cacheFolder = null)
    {
        lock (s_gate)
        {
            try
            {
                return s_loaded?.Report ?? Load(1, cacheFolder);
            }
            catch (PanguException exception)
            {
                return new LibtorchReport(false, LibtorchFiles.LibtorchVersion, null, false, 0, exception.Message);
            }
        }
    }

    /// <summary>The functions of libtorch's stable C interface.</summary>
    internal static StableInterface Functions => s_loaded?.Functions ?? throw new InvalidOperationException("libtorch is not loaded; call Libtorch.Load first.");

    /// <summary>The kernels of training, with as many threads as libtorch.</summary>
    internal static TrainingKernels Kernels => s_loaded?.Kernels ?? throw new InvalidOperationException("libtorch is not loaded; call Libtorch.Load first.");

    private static LoadedLibtorch LoadOnce(int threads, string cacheFolder)
    {
        var files = LibtorchFiles.Find();
        SetEnvironment(threads);
        ProcessEnvironment.KeepFreedMemory();
        try
        {
            QuietErrors(NativeLibrary.Load(Path.Combine(files.LibtorchFolder, LibtorchFiles.FileName("c10"))));
            var library = NativeLibrary.Load(Path.Combine(files.LibtorchFolder, LibtorchFiles.FileName("torch_cpu")));
            NativeLibrary.Load(Path.Combine(files.LibtorchFolder, LibtorchFiles.FileName("torch")));
            var (bridge, patched) = LoadBridge(files.Bridge, cacheFolder);
            HandToTorchSharp(bridge, library);
            torch.InitializeDeviceType(DeviceType.CPU);
            torch.set_num_threads(threads);
            torch.set_num_interop_threads(1);
            return new LoadedLibtorch(new LibtorchReport(true, LibtorchFiles.LibtorchVersion, files.LibtorchFolder, patched, threads, null), new StableInterface(library), new TrainingKernels(threads));
        }
        catch (Exception exception) when (exception is DllNotFoundException or BadImageFormatException or EntryPointNotFoundException or TypeInitializationException or NotSupportedException or IOException or UnauthorizedAccessException)
        {
            throw new PanguException(
                ErrorKind.Missing,
                "libtorch-load",
                $"libtorch {LibtorchFiles.LibtorchVersion} in {files.LibtorchFolder} did not load: {exception.Message.Trim()} Everything but training works without it; `dotnet restore --force` fetches the package again.",
                exception);
        }
    }

    /// <summary>Loads TorchSharp's native half, from a patched copy only when the loader's reason is the version that the system's C++ runtime lacks.</summary>
    private static (nint Handle, bool Patched) LoadBridge(string bridge, string cacheFolder)
    {
        try
        {
            return (NativeLibrary.Load(bridge), false);
        }
        catch (DllNotFoundException exception) when (OperatingSystem.IsLinux() && exception.Message.Contains(MissingVersion, StringComparison.Ordinal))
        {
            return (NativeLibrary.Load(PatchedCopy.Ensure(bridge, MissingVersion, Path.Combine(cacheFolder, LibtorchFiles.TorchSharpVersion))), true);
        }
    }

    /// <summary>TorchSharp asks by name; it gets what is loaded already.</summary>
    private static void HandToTorchSharp(nint bridge, nint library)
    {
        var assembly = typeof(torch).Assembly;
        nint Resolve(string name) => name switch { "LibTorchSharp" => bridge, "torch_cpu" => library, _ => nint.Zero };
        NativeLibrary.SetDllImportResolver(assembly, (name, _, _) => Resolve(name));
        AssemblyLoadContext.GetLoadContext(assembly)!.ResolvingUnmanagedDll += (asking, name) => asking == assembly ? Resolve(name) : nint.Zero;
    }

    /// <summary>Native libraries read these once, when they are loaded. Thread counts stay as they are set, so that sums are split the same way each time.</summary>
    private static void SetEnvironment(int threads)
    {
        var count = threads.ToString(System.Globalization.CultureInfo.InvariantCulture);
        ProcessEnvironment.Set("OMP_NUM_THREADS", count);
        ProcessEnvironment.Set("MKL_NUM_THREADS", count);
        ProcessEnvironment.Set("OMP_DYNAMIC", "FALSE");
        ProcessEnvironment.Set("MKL_DYNAMIC", "FALSE");
    }

    /// <summary>Errors come back as exceptions; libtorch's own log would write them to the terminal as well. Its level is an exported integer (c10/util/Logging.cpp: 3 is FATAL).</summary>
    private static void QuietErrors(nint library)
    {
        if (Environment.GetEnvironmentVariable("TORCH_CPP_LOG_LEVEL") is null && NativeLibrary.TryGetExport(library, "FLAGS_caffe2_log_level", out var level))
        {
            Marshal.WriteInt32(level, 3);
        }
    }

    private static string DefaultCacheFolder()
    {
        var home = Environment.GetEnvironmentVariable("PANGU_HOME") is { Length: > 0 } configured
            ? configured
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".pangu");
        return Path.Combine(home, "cache", "libtorch");
    }

    private sealed record LoadedLibtorch(LibtorchReport Report, StableInterface Functions, TrainingKernels Kernels);
}

/// <summary>What libtorch is on this machine.</summary>
/// <param name="Available">Whether it is loaded.</param>
/// <param name="Version">The version that this build is made for.</param>
/// <param name="Folder">Where it was loaded from; null when it is not available.</param>
/// <param name="Patched">Whether TorchSharp's native half runs from a copy made for an older C++ runtime.</param>
/// <param name="Threads">Threads that one operator uses; 0 when it is not available.</param>
/// <param name="Reason">Why it is not available, and how to get it; null when it is.</param>
public sealed record LibtorchReport(bool Available, string Version, string? Folder, bool Patched, int Threads, string? Reason);
