using Microsoft.AspNetCore.Http;

namespace Pangu.Serving;

/// <summary>What is wrong with a request; becomes its error answer.</summary>
internal sealed class RequestException(int status, string code, string? parameter, string message) : Exception(message)
{
    public int Status { get; } = status;

    public string Code { get; } = code;

    /// <summary>The member of the request that is wrong; null for the request as a whole.</summary>
    public string? Parameter { get; } = parameter;

    public static RequestException Bad(string code, string? parameter, string message) => new(StatusCodes.Status400BadRequest, code, parameter, message);

    public static RequestException NotFound(string code, string? parameter, string message) => new(StatusCodes.Status404NotFound, code, parameter, message);
}
