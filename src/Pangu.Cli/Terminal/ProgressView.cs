using System.Globalization;
using System.Text;
using Pangu.Core;

namespace Pangu.Cli.Terminal;

/// <summary>Shows progress on stderr: one live line on a terminal, a plain line now and then in a pipe.</summary>
internal sealed class ProgressView : IProgress<WorkProgress>, IDisposable
{
    private static readonly TimeSpan LiveInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan PlainInterval = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly TextWriter _errors;
    private readonly TimeProvider _time;
    private readonly bool _live;
    private string? _work;
    private long _began;
    private long _doneAtBegin;
    private long _shown;
    private bool _lineOpen;

    internal ProgressView(TextWriter errors, bool live, TimeProvider time)
    {
        _errors = errors;
        _live = live;
        _time = time;
    }

    /// <summary>Makes the view that fits where stderr leads.</summary>
    public static ProgressView Create(TextWriter errors, bool json, TimeProvider time) =>
        new(errors, live: !json && !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") != "dumb", time);

    /// <inheritdoc/>
    public void Report(WorkProgress value)
    {
        lock (_lock)
        {
            var now = _time.GetTimestamp();
            var first = value.Work != _work;
            if (first)
            {
                CloseLine();
                (_work, _began, _doneAtBegin) = (value.Work, now, value.Done);
            }

            if (value.Note is not null)
            {
                CloseLine();
                _errors.WriteLine($"{value.Work}: {value.Note}");
            }

            var last = value.Total > 0 && value.Done >= value.Total;
            if (!first && !last && _time.GetElapsedTime(_shown, now) < (_live ? LiveInterval : PlainInterval))
            {
                return;
            }

            if (value.Note is not null && value.Total == 0)
            {
                return;
            }

            _shown = now;
            var line = Describe(value, _time.GetElapsedTime(_began, now), value.Done - _doneAtBegin);
            if (_live)
            {
                _errors.Write("\r\u001b[2K" + line);
                _errors.Flush();
                _lineOpen = true;
                if (last)
                {
                    CloseLine();
                }
            }
            else
            {
                _errors.WriteLine(line);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            CloseLine();
        }
    }

    /// <summary>One line: work, share, rate, time left, loss.</summary>
    internal static string Describe(WorkProgress value, TimeSpan elapsed, long doneSince)
    {
        var line = new StringBuilder(value.Work).Append(": ");
        line.Append(CultureInfo.InvariantCulture, $"{value.Done}");
        if (value.Total > 0)
        {
            line.Append(CultureInfo.InvariantCulture, $"/{value.Total}");
        }

        line.Append(' ').Append(value.Unit);
        if (doneSince > 0 && elapsed.TotalSeconds > 0)
        {
            var rate = doneSince / elapsed.TotalSeconds;
            line.Append(CultureInfo.InvariantCulture, $", {rate:G3}/s");
            if (value.Total > value.Done)
            {
                var left = TimeSpan.FromSeconds(Math.Min((value.Total - value.Done) / rate, TimeSpan.FromDays(999).TotalSeconds));
                line.Append(", ").Append(left.TotalHours >= 1
                    ? string.Create(CultureInfo.InvariantCulture, $"{(int)left.TotalHours}:{left:mm\\:ss} left")
                    : left.ToString(@"m\:ss' left'", CultureInfo.InvariantCulture));
            }
        }

        if (value.Loss is { } loss)
        {
            line.Append(CultureInfo.InvariantCulture, $", loss {loss:G5}");
        }

        return line.ToString();
    }

    private void CloseLine()
    {
        if (_lineOpen)
        {
            _errors.WriteLine();
            _lineOpen = false;
        }
    }
}
