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

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int UnixSetEnvironment(string name, string value, int overwrite);

    [LibraryImport("ucrtbase", EntryPoint = "_putenv_s", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int WindowsPutEnvironment(string name, string value);
}
