using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pangu.Core;

namespace Pangu.Cli.Terminal;

/// <summary>Tells what went wrong: a message on stderr, with <c>--json</c> also the error object as the last line of stdout, and the exit code.</summary>
internal sealed class FailureReport(TextWriter output, TextWriter errors, bool json, bool debug)
{
    private const int CancelledExitCode = 130;

    private static readonly ErrorJson s_json = new(new JsonSerializerOptions(ErrorJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    public int Cancelled()
    {
        errors.WriteLine("pangu: cancelled.");
        WriteJson(new ErrorBody("cancelled", "Cancelled on request.", []));
        return CancelledExitCode;
    }

    public int Expected(PanguException exception)
    {
        errors.WriteLine($"pangu: {exception.Message}");
        foreach (var problem in exception.Problems)
        {
            errors.WriteLine($"  {problem}");
        }

        if (debug)
        {
            errors.WriteLine(exception);
        }

        WriteJson(new ErrorBody(exception.Code, exception.Message, [.. exception.Problems.Select(problem => new ErrorDetail(Absolute(problem.Path), problem.Line, problem.Message))]));
        return (int)exception.Kind;
    }

    /// <summary>A file or folder that could not be read or written: nothing that we can mend.</summary>
    public int Unreachable(Exception exception) => Expected(new PanguException(
        ErrorKind.Missing, "io", $"A file or folder could not be read or written: {exception.Message.TrimEnd('.')}. See that it is there, that you may, and that the disk is not full.", exception));

    public int Unexpected(Exception exception)
    {
        errors.WriteLine($"pangu: our own fault: {exception.GetType().Name}: {exception.Message}");
        errors.WriteLine(debug ? exception.ToString() : "Run it again with --debug for the place, and report it.");
        WriteJson(new ErrorBody("internal", $"{exception.GetType().Name}: {exception.Message}", []));
        return (int)ErrorKind.Internal;
    }

    /// <summary>A file's absolute path; what is no file, such as a <c>--set</c>, as it stands.</summary>
    public static string? Absolute(string? path) => path is not null && !path.StartsWith("--", StringComparison.Ordinal) ? Path.GetFullPath(path) : path;

    private void WriteJson(ErrorBody body)
    {
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(new ErrorResult(1, body), s_json.ErrorResult));
            output.Flush();
        }
    }
}

/// <summary>The error object of <c>--json</c> (docs/reference/command-line.md).</summary>
internal sealed record ErrorResult(int Schema, ErrorBody Error);

/// <summary>What went wrong.</summary>
internal sealed record ErrorBody(string Code, string Message, IReadOnlyList<ErrorDetail> Details);

/// <summary>One of the problems.</summary>
internal sealed record ErrorDetail(string? Path, int? Line, string Message);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ErrorResult))]
internal sealed partial class ErrorJson : JsonSerializerContext;
