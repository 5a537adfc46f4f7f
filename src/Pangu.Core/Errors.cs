namespace Pangu.Core;

/// <summary>One thing that is wrong, and where.</summary>
/// <param name="Path">File, relative where that is shorter; null when the problem is not in a file.</param>
/// <param name="Line">Line in the file, from 1; null when it has none.</param>
/// <param name="Message">What, got, expected, what to do next: one sentence or two.</param>
public sealed record Problem(string? Path, int? Line, string Message)
{
    /// <summary>The message followed by its place in brackets.</summary>
    public override string ToString() => (Path, Line) switch
    {
        (null, _) => Message,
        (_, null) => $"{Message} ({Path})",
        _ => $"{Message} ({Path}, line {Line})",
    };
}

/// <summary>What went wrong, as the process reports it. The number is the process's exit code (contract: exit codes).</summary>
public enum ErrorKind
{
    /// <summary>Bad usage, configuration or input: exit code 2.</summary>
    Usage = 2,

    /// <summary>Something needed is missing or unreachable: exit code 3.</summary>
    Missing = 3,

    /// <summary>Our own fault: exit code 4.</summary>
    Internal = 4,
}

/// <summary>The user's mistake or a missing thing: caught at the boundary and shown without a stack.</summary>
public sealed class PanguException : Exception
{
    /// <summary>Creates an error with one problem.</summary>
    /// <param name="kind">Decides the exit code.</param>
    /// <param name="code">Stable short name in kebab case, for example <c>csv-ambiguous-delimiter</c>.</param>
    /// <param name="message">What, got, expected, where, what next.</param>
    /// <param name="inner">The cause, shown only with <c>--debug</c>.</param>
    public PanguException(ErrorKind kind, string code, string message, Exception? inner = null)
        : this(kind, code, message, [], inner)
    {
    }

    /// <summary>Creates an error with all its problems at once.</summary>
    /// <param name="kind">Decides the exit code.</param>
    /// <param name="code">Stable short name in kebab case.</param>
    /// <param name="message">Summary in one sentence.</param>
    /// <param name="problems">Every problem found.</param>
    /// <param name="inner">The cause, shown only with <c>--debug</c>.</param>
    public PanguException(ErrorKind kind, string code, string message, IReadOnlyList<Problem> problems, Exception? inner = null)
        : base(message, inner)
    {
        Kind = kind;
        Code = code;
        Problems = problems;
    }

    /// <summary>Decides the exit code.</summary>
    public ErrorKind Kind { get; }

    /// <summary>Stable short name in kebab case.</summary>
    public string Code { get; }

    /// <summary>Every problem found; empty when <see cref="Exception.Message"/> says it all.</summary>
    public IReadOnlyList<Problem> Problems { get; }

    /// <summary>An error of kind <see cref="ErrorKind.Usage"/>.</summary>
    /// <param name="code">Stable short name in kebab case.</param>
    /// <param name="message">What, got, expected, where, what next.</param>
    /// <returns>The exception, to be thrown by the caller.</returns>
    public static PanguException Usage(string code, string message) => new(ErrorKind.Usage, code, message);

    /// <summary>An error of kind <see cref="ErrorKind.Missing"/>.</summary>
    /// <param name="code">Stable short name in kebab case.</param>
    /// <param name="message">What is missing, where it was looked for, how to get it.</param>
    /// <returns>The exception, to be thrown by the caller.</returns>
    public static PanguException Missing(string code, string message) => new(ErrorKind.Missing, code, message);
}
