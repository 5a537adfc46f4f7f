using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging;
using Pangu.Core;

namespace Pangu.Serving.Http;

/// <summary>An error answer: problem details (RFC 9457) that carry OpenAI's error object as a member, so that clients of either kind read it.</summary>
internal sealed record ErrorAnswer(string Type, string Title, int Status, string Detail, ErrorObject Error);

/// <summary>OpenAI's error object.</summary>
internal sealed record ErrorObject(string Message, string Type, string? Param, string Code);

/// <summary>Turns whatever goes wrong in a request into an error answer.</summary>
internal static partial class Errors
{
    /// <summary>Runs the rest of the pipeline and answers its exceptions.</summary>
    public static async Task Catch(HttpContext context, RequestDelegate next, ILogger logger)
    {
        try
        {
            await next(context).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody waits for an answer any more.
            context.Abort();
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            await Answer(context, exception, logger).ConfigureAwait(false);
        }
    }

    /// <summary>Writes an error answer.</summary>
    public static Task Write(HttpContext context, int status, string code, string? parameter, string message)
    {
        var title = ReasonPhrases.GetReasonPhrase(status);
        var kind = status switch
        {
            StatusCodes.Status401Unauthorized => "authentication_error",
            StatusCodes.Status429TooManyRequests => "rate_limit_error",
            >= StatusCodes.Status500InternalServerError => "server_error",
            _ => "invalid_request_error",
        };
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(
            new ErrorAnswer("about:blank", title, status, message, new ErrorObject(message, kind, parameter, code)), ApiJson.Default.ErrorAnswer, "application/problem+json", context.RequestAborted);
    }

    private static Task Answer(HttpContext context, Exception exception, ILogger logger)
    {
        switch (exception)
        {
            case RequestException request:
                return Write(context, request.Status, request.Code, request.Parameter, request.Message);
            case BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }:
                return Write(context, StatusCodes.Status413PayloadTooLarge, "body-too-large", null, "The body is larger than this server takes; send less in one request.");
            case BadHttpRequestException bad:
                return Write(context, bad.StatusCode, "bad-request", null, bad.Message);
            case JsonException json:
                return Write(context, StatusCodes.Status400BadRequest, "json", json.Path is { Length: > 2 } path && path.StartsWith("$.", StringComparison.Ordinal) ? path[2..] : null, $"The body could not be read: {JsonProblem.Describe(json)}");
            case PanguException { Kind: ErrorKind.Usage } usage:
                return Write(context, StatusCodes.Status400BadRequest, usage.Code, null, string.Join(' ', [usage.Message, .. usage.Problems.Select(problem => problem.ToString())]));
            case PanguException { Kind: ErrorKind.Missing } missing:
                return Write(context, StatusCodes.Status404NotFound, missing.Code, null, missing.Message);
            default:
                LogFault(logger, context.Request.Path, exception);
                return Write(context, StatusCodes.Status500InternalServerError, "internal", null, "Our own fault; the server's log has the details.");
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A request to {Path} failed.")]
    private static partial void LogFault(ILogger logger, string path, Exception exception);
}
