using System.Runtime.InteropServices;

namespace Pangu.Cli.Terminal;

/// <summary>Turns the first Ctrl-C or SIGTERM into a cancellation and lets the second stop the process at once.</summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly TextWriter _errors;
    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _terminate;

    public Interruption(TextWriter errors)
    {
        _errors = errors;
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Receive);
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Receive);
    }

    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        _interrupt.Dispose();
        _terminate.Dispose();
        _source.Dispose();
    }

    private void Receive(PosixSignalContext context)
    {
        if (_source.IsCancellationRequested)
        {
            // The default action of the signal ends the process now.
            return;
        }

        context.Cancel = true;
        _errors.WriteLine("pangu: stopping at the next safe point; once more stops at once.");
        _source.Cancel();
    }
}
