using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Pangu.Processes;

/// <summary>A process in a session and process group of its own, so that a signal reaches it and everything that it has started, and nothing else.</summary>
/// <remarks>Linux: <c>setsid</c> of util-linux replaces itself by the program, so the process's id is the group's.</remarks>
public sealed partial class ProcessGroup : IDisposable
{
    private const int NoSuchProcess = 3; // ESRCH, errno-base.h

    private ProcessGroup(Process process) => Process = process;

    /// <summary>The group's leader.</summary>
    public Process Process { get; }

    /// <summary>Whether any process of the group lives.</summary>
    public bool Lives
    {
        get
        {
            if (Kill(-Process.Id, 0) == 0)
            {
                return true;
            }

            var error = Marshal.GetLastPInvokeError();
            return error == NoSuchProcess ? false : throw new Win32Exception(error);
        }
    }

    /// <summary>Starts a program, its output and error streams redirected.</summary>
    /// <param name="start">What to start.</param>
    /// <returns>The group.</returns>
    public static ProcessGroup Start(ProcessStartInfo start)
    {
        start.ArgumentList.Insert(0, start.FileName);
        start.FileName = "setsid";
        return new ProcessGroup(Process.Start(start) ?? throw new InvalidOperationException("setsid did not start."));
    }

    /// <summary>Sends a signal to every process of the group; nothing where none lives.</summary>
    /// <param name="signal">The signal.</param>
    public void Send(GroupSignal signal)
    {
        if (Kill(-Process.Id, (int)signal) != 0 && Marshal.GetLastPInvokeError() is var error and not NoSuchProcess)
        {
            throw new Win32Exception(error);
        }
    }

    /// <summary>Kills the group, so that nothing is left behind.</summary>
    public void Dispose()
    {
        Send(GroupSignal.Kill);
        Process.WaitForExit();
        Process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int process, int signal);
}

/// <summary>Signals by their POSIX numbers.</summary>
public enum GroupSignal
{
    /// <summary>Ctrl-C.</summary>
    Interrupt = 2,

    /// <summary>Ends a process at once; nothing can catch it.</summary>
    Kill = 9,
}
