using Microsoft.Extensions.Logging;

namespace Pangu.Cli.Terminal;

/// <summary>Sends what libraries log to stderr, a line each, a stack trace only with <c>--debug</c>.</summary>
internal sealed class ErrorStreamLogs(TextWriter errors, bool debug) : ILoggerProvider, ILogger
{
    private readonly Lock _lock = new();

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            lock (_lock)
            {
                errors.WriteLine($"{logLevel.ToString().ToLowerInvariant()}: {formatter(state, exception)}{(exception is null ? "" : debug ? $"\n{exception}" : $" ({exception.GetType().Name}: {exception.Message})")}");
            }
        }
    }

    public void Dispose()
    {
    }
}
