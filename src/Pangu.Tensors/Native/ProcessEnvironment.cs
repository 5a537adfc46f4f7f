using System.Runtime.InteropServices;

namespace Pangu.Tensors.Native;

/// <summary>Environment variables as native libraries see them: <see cref="Environment.SetEnvironmentVariable(string, string)"/> does not reach <c>getenv</c> on Unix.</summary>
internal static partial class ProcessEnvironment
{
    /// <summary>Sets a variable for native code in this process.</summary>
    /// <param name="name">Name.</param>
    /// <param name="value">Value.</param>
    public static void Set(string name, string value)
    {
        if (OperatingSystem.IsWindows())
        {
            _ = WindowsPutEnvironment(name, value);
        }
        else
        {
            _ = UnixSetEnvironment(name, value, 1);
        }
    }

    /// <summary>
    /// Lets the C library keep the memory of big freed tensors for the next ones. By default glibc gives each back to the kernel, which then zeroes it again page by page:
    /// that alone more than doubled the time of a training step of small models.
    /// </summary>
    public static void KeepFreedMemory()
    {
        const int TrimThreshold = -1;
        const int MapThreshold = -3;
        const int LargestMapThresholdOfOldVersions = 32 << 20;
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        try
        {
            _ = SetAllocatorOption(TrimThreshold, int.MaxValue);
            if (SetAllocatorOption(MapThreshold, 1 << 30) == 0)
            {
                _ = SetAllocatorOption(MapThreshold, LargestMapThresholdOfOldVersions);
            }
        }
        catch (EntryPointNotFoundException)
        {
            // Other C libraries (musl) have no such option, nor this habit.
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetAllocatorOption(int option, int value);

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int UnixSetEnvironment(string name, string value, int overwrite);

    [LibraryImport("ucrtbase", EntryPoint = "_putenv_s", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int WindowsPutEnvironment(string name, string value);
}
