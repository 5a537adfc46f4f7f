using System.Diagnostics;
using System.Text.Json;

namespace Pangu.Processes;

/// <summary>A running Pangu, read line by line. Disposing it kills its process group.</summary>
public sealed class PanguProcess : IDisposable
{
    private readonly ProcessGroup _group;
    private readonly Task<string> _output;
    private readonly List<ProgressLine> _lines = [];
    private readonly long _started = Stopwatch.GetTimestamp();
    private Task<string?>? _next;

    internal PanguProcess(ProcessGroup group)
    {
        _group = group;
        _output = group.Process.StandardOutput.ReadToEndAsync();
    }

    /// <summary>Seconds since it was started.</summary>
    public double Seconds => Stopwatch.GetElapsedTime(_started).TotalSeconds;

    /// <summary>What it has written to stderr and has been read so far.</summary>
    public IReadOnlyList<ProgressLine> Lines => _lines;

    /// <summary>Reads stderr up to a line.</summary>
    /// <param name="wanted">Tells the line.</param>
    /// <param name="cancellation">Stops the waiting.</param>
    /// <returns>The line; null where the program ended without it.</returns>
    public async Task<ProgressLine?> WaitForAsync(Func<ProgressLine, bool> wanted, CancellationToken cancellation)
    {
        while (await ReadAsync(cancellation) is { } line)
        {
            if (wanted(line))
            {
                return line;
            }
        }

        return null;
    }

    /// <summary>Reads stderr for a span of time.</summary>
    /// <param name="span">How long.</param>
    /// <param name="cancellation">Stops the waiting.</param>
    /// <returns>Whether the program still runs.</returns>
    public async Task<bool> WaitForAsync(TimeSpan span, CancellationToken cancellation)
    {
        var end = Task.Delay(span, cancellation);
        while (true)
        {
            _next ??= _group.Process.StandardError.ReadLineAsync(CancellationToken.None).AsTask();
            if (await Task.WhenAny(end, _next) == end)
            {
                cancellation.ThrowIfCancellationRequested();
                return !_group.Process.HasExited;
            }

            if (await ReadAsync(cancellation) is null)
            {
                return false;
            }
        }
    }

    /// <summary>Sends a signal to the whole group.</summary>
    /// <param name="signal">The signal.</param>
    public void Send(GroupSignal signal) => _group.Send(signal);

    /// <summary>Reads on until the program has ended.</summary>
    /// <param name="cancellation">Kills it.</param>
    /// <returns>What it left.</returns>
    /// <exception cref="InvalidOperationException">A process that it started lives on.</exception>
    public async Task<PanguEnd> EndAsync(CancellationToken cancellation)
    {
        while (await ReadAsync(cancellation) is not null)
        {
        }

        await _group.Process.WaitForExitAsync(cancellation);
        return _group.Lives
            ? throw new InvalidOperationException($"Processes of group {_group.Process.Id} outlive their leader.")
            : new PanguEnd(_group.Process.ExitCode, await _output, _lines, Seconds);
    }

    /// <inheritdoc/>
    public void Dispose() => _group.Dispose();

    private async Task<ProgressLine?> ReadAsync(CancellationToken cancellation)
    {
        _next ??= _group.Process.StandardError.ReadLineAsync(CancellationToken.None).AsTask();
        var text = await _next.WaitAsync(cancellation);
        _next = null;
        if (text is null)
        {
            return null;
        }

        var line = new ProgressLine(text, Seconds);
        _lines.Add(line);
        return line;
    }
}

/// <summary>A line of stderr.</summary>
/// <param name="Text">The line: <c>work: where it stands, or a note</c>.</param>
/// <param name="Seconds">When it came, in seconds since the start.</param>
public sealed record ProgressLine(string Text, double Seconds)
{
    /// <summary>Whether the line is about some work.</summary>
    /// <param name="work">The plan, or a stage.</param>
    public bool IsOf(string work) => Text.StartsWith(work + ": ", StringComparison.Ordinal);
}

/// <summary>What a program left.</summary>
/// <param name="ExitCode">Its exit code; 128 + 9 after a kill.</param>
/// <param name="Output">All of stdout.</param>
/// <param name="Lines">All of stderr.</param>
/// <param name="Seconds">How long it ran.</param>
public sealed record PanguEnd(int ExitCode, string Output, IReadOnlyList<ProgressLine> Lines, double Seconds)
{
    /// <summary>The result of <c>--json</c>: the last line of stdout.</summary>
    public JsonElement Json => JsonDocument.Parse(Output.TrimEnd('\n', '\r').Split('\n')[^1]).RootElement;

    /// <summary>All of stderr.</summary>
    public string Errors => string.Join('\n', Lines.Select(line => line.Text));
}
